"""The team's private note on an order."""

from __future__ import annotations

from tests.builders import an_order
from tests.unit.console.browsing import Browser, Shop, message, order_path, read, words_of


def test_a_memo_is_kept_and_shown_to_the_team(owner: Browser, shop: Shop) -> None:
    order_id = an_order().taken_in(shop.db, shop.merchant_id)

    said = owner.told(owner.send(order_path(order_id, "/memo"), memo="Called at 9:50.\n<i>Friendly.</i>"))

    assert said == ("status", "Memo saved.")
    page = words_of(owner.page(order_path(order_id)).main)
    assert "Called at 9:50. <i>Friendly.</i>" in page
    assert "Maya Lindqvist changed the memo" in page
    assert words_of(owner.page(order_path(order_id, "/memo")).textarea).startswith("Called at 9:50.")


def test_a_memo_may_be_emptied(owner: Browser, shop: Shop) -> None:
    order_id = an_order().taken_in(shop.db, shop.merchant_id)
    owner.send(order_path(order_id, "/memo"), memo="x")
    owner.send(order_path(order_id, "/memo"), memo="")

    assert "Nothing noted yet." in words_of(owner.page(order_path(order_id)).main)


def test_a_memo_that_is_too_long_is_refused_and_kept_in_the_field(owner: Browser, shop: Shop) -> None:
    order_id = an_order().taken_in(shop.db, shop.merchant_id)
    response = owner.send(order_path(order_id, "/memo"), memo="x" * 2_001)

    assert response.status_code == 422
    assert "Use 2000 characters at most." in message(read(response))[1]
    assert len(words_of(read(response).textarea)) == 2_001

"""What customers wrote through Contact us."""

from __future__ import annotations

from shared.actions import orders
from shared.domain.actors import BUYER
from tests.builders import an_order
from tests.unit.console.browsing import Browser, Shop, links_named, order_path, words_of


def test_without_messages_the_page_says_what_will_bring_them(owner: Browser) -> None:
    assert "No messages" in words_of(owner.page("/console/support").main)


def test_messages_come_newest_first_and_lead_to_their_order(owner: Browser, shop: Shop) -> None:
    order_id = an_order().with_(number="NL-1").taken_in(shop.db, shop.merchant_id)
    for body in ("Where is it?", "Thank you!"):
        orders.open_case(shop.db, shop.merchant_id, order_id, category="Orders", body=body, actor=BUYER)
    page = owner.page("/console/support")
    said = [words_of(message) for message in page.select("article")]

    assert [words.split()[-1] for words in said] == ["you!", "it?"]
    assert said[0].startswith("Ana Torres Orders Order NL-1")
    assert {str(link["href"]) for link in links_named(page, "Order NL-1")} == {order_path(order_id)}

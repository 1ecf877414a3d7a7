"""The answers that a team gives often: written, changed (canned_reply), removed (delete_canned_reply)."""

from __future__ import annotations

from collections.abc import Callable

from shared.actions import canned_replies
from shared.domain.permissions import Role
from shared.domain.support import ReplyField, filled_in, unknown_fields
from shared.queries import support
from tests.unit.console.browsing import Browser, Shop, read, value_of, words_of

PLACE = "/console/settings/replies"


def test_an_empty_list_says_where_to_begin(owner: Browser) -> None:
    page = owner.page(PLACE)

    assert "No replies yet" in words_of(page.main)
    assert [words_of(tab) for tab in page.select('.tabs a[aria-current="page"]')] == ["Canned replies"]


def test_a_reply_is_kept_changed_and_removed(owner: Browser, shop: Shop) -> None:
    owner.told(owner.send(PLACE, title="Left today", body="Hello {customer_name}"))
    [reply] = support.replies(shop.db, shop.merchant_id)
    assert (reply.title, reply.body) == ("Left today", "Hello {customer_name}")

    assert value_of(owner.page(f"{PLACE}/{reply.id}"), "title") == "Left today"
    owner.told(owner.send(f"{PLACE}/{reply.id}", title="Left", body="Hello"))
    assert support.replies(shop.db, shop.merchant_id)[0].title == "Left"

    owner.told(owner.send(f"{PLACE}/{reply.id}/delete"))
    assert support.replies(shop.db, shop.merchant_id) == ()


def test_a_place_that_nothing_fills_in_is_refused(owner: Browser, shop: Shop) -> None:
    for body in ("{{ config }}", "{password}", "{customer_name.__class__}", "{}"):
        response = owner.send(PLACE, title="Left today", body=body)
        assert response.status_code == 422
        assert "Nothing fills" in words_of(read(response).main)
    assert owner.send(PLACE, title="", body="Hello").status_code == 422
    assert support.replies(shop.db, shop.merchant_id) == ()


def test_what_stands_in_a_value_is_not_filled_in_again() -> None:
    values = dict.fromkeys(ReplyField, "{shop_name}")

    assert filled_in("{customer_name} {other}", values) == "{shop_name} {other}"
    assert unknown_fields("{customer_name} {other} {other}") == ("other",)


def test_a_viewer_has_no_replies_to_edit(visitor: Browser, open_shop: Callable[..., Shop]) -> None:
    visitor.sign_in(open_shop(role=Role.VIEWER).email)

    assert visitor.get(PLACE).status_code == 403
    assert "Canned replies" not in words_of(visitor.page("/console/settings/policy").main)


def test_the_reply_of_another_merchant_is_nowhere_to_be_found(
    owner: Browser, open_shop: Callable[..., Shop]
) -> None:
    other = open_shop()
    canned_replies.save_reply(other.db, other.merchant_id, "Theirs", "Hello")
    [reply] = support.replies(other.db, other.merchant_id)

    assert owner.get(f"{PLACE}/{reply.id}").status_code == 404
    assert owner.send(f"{PLACE}/{reply.id}", title="Mine", body="x").status_code == 404
    assert owner.send(f"{PLACE}/{reply.id}/delete").status_code == 404
    assert support.replies(other.db, other.merchant_id) == (reply,)

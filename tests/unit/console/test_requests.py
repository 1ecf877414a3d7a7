"""The inbox of requests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import update

from shared.domain.permissions import Role
from shared.domain.policy import Policy
from shared.storage.records import RequestRecord
from tests.builders import accept, an_order, cancel, request
from tests.unit.console.browsing import Browser, Shop, buttons_named, links_named, words_of


def test_nobody_is_waiting(owner: Browser) -> None:
    page = owner.page("/console/requests")

    assert "Nobody is waiting" in words_of(page.main)
    assert page.select(".side .count") == []


def test_who_has_the_least_time_left_comes_first(visitor: Browser, open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(Policy(silence_hours=6))
    visitor.sign_in(shop.email)
    db, merchant_id = shop.db, shop.merchant_id
    late, soon = (
        an_order().with_(number=number).with_item(quantity=2).taken_in(db, merchant_id)
        for number in ("late", "soon")
    )
    request(db, merchant_id, late, 1, reason=None, comments="We move out on Monday.")
    urgent = request(db, merchant_id, soon)
    with db.begin(merchant_id) as tx:
        tx.session.execute(
            update(RequestRecord)
            .where(RequestRecord.id == urgent)
            .values(
                decide_by=RequestRecord.decide_by - timedelta(hours=5, minutes=30),
                requested_at=RequestRecord.requested_at - timedelta(hours=5, minutes=30),
            )
        )
    page = visitor.page("/console/requests")
    first, second = (words_of(line) for line in page.select("table.requests tbody tr"))

    assert first.startswith(
        "29 min 8% soon Ana Torres 2 orders 2 × Tea kettle whole order Order created by mistake $64.00"
    )
    assert (
        "late Ana Torres 2 orders 1 × Tea kettle 1 of 2 units No reason given We move out on Monday."
        " $32.00 1 unit back to stock" in second
    )
    assert words_of(page.select_one(".side .count")) == "2"
    assert len(buttons_named(page, "Accept")) == len(buttons_named(page, "Decline")) == 2
    assert len(links_named(page, "soon")) == 1


def test_what_was_never_charged_is_no_refund(owner: Browser, shop: Shop) -> None:
    order_id = an_order().with_(paid=False).taken_in(shop.db, shop.merchant_id)
    request(shop.db, shop.merchant_id, order_id)
    page = owner.page("/console/requests")

    assert (
        words_of(page.select_one("table.requests td.c-money"))
        == "$0.00 $64.00 is not charged 1 unit back to stock"
    )


def test_without_a_limit_nothing_counts_down_and_what_is_decided_is_gone(owner: Browser, shop: Shop) -> None:
    waits, decided = (
        an_order().with_(number=number).taken_in(shop.db, shop.merchant_id) for number in ("w", "d")
    )
    request(shop.db, shop.merchant_id, waits)
    accept(shop.db, shop.merchant_id, request(shop.db, shop.merchant_id, decided))
    rows = owner.page("/console/requests").select("table.requests tbody tr")

    assert [words_of(row.th) for row in rows] == ["w Ana Torres 2 orders, 1 with cancellations"]
    assert "No limit" in words_of(rows[0])


def test_the_count_beside_requests_stops_at_ninety_nine(owner: Browser, shop: Shop) -> None:
    order_id = an_order().with_item(quantity=101).taken_in(shop.db, shop.merchant_id)
    for _ in range(100):
        request(shop.db, shop.merchant_id, order_id, 1)

    assert words_of(owner.page("/console/support").select_one(".side .count")) == "99+"


def test_a_row_tells_how_well_the_shop_knows_the_customer(owner: Browser, shop: Shop) -> None:
    db, merchant_id = shop.db, shop.merchant_id
    known = an_order().with_(email="Kenji@example.com", buyer_name="Kenji")
    cancel(db, merchant_id, known.taken_in(db, merchant_id))
    known.with_(email="kenji@example.com").taken_in(db, merchant_id)
    request(db, merchant_id, known.with_(number="known").taken_in(db, merchant_id))
    request(db, merchant_id, an_order().with_(number="new", email="n@example.com").taken_in(db, merchant_id))
    rows = {
        words_of(row.th.a): words_of(row.th) for row in owner.page("/console/requests").select("tbody tr")
    }

    assert rows["known"].endswith("3 orders, 1 with cancellations")
    assert rows["new"].endswith("first order")


def test_another_merchants_orders_are_no_history(
    owner: Browser, shop: Shop, open_shop: Callable[..., Shop]
) -> None:
    other = open_shop()
    an_order().taken_in(other.db, other.merchant_id)
    request(shop.db, shop.merchant_id, an_order().taken_in(shop.db, shop.merchant_id))

    assert "first order" in words_of(owner.page("/console/requests").select_one("tbody tr"))


def test_a_viewer_can_tick_and_press_nothing(visitor: Browser, open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(role=Role.VIEWER)
    visitor.sign_in(shop.email)
    request(shop.db, shop.merchant_id, an_order().taken_in(shop.db, shop.merchant_id))
    page = visitor.page("/console/requests")

    assert page.select("main form, main input, main button, dialog") == []
    assert "Waiting for a decision" in words_of(page.main)

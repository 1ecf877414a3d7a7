"""The inbox of requests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import update

from shared.domain.policy import Policy
from shared.storage.records import RequestRecord
from tests.builders import accept, an_order, request
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
        "29 min 8% soon Ana Torres 2 × Tea kettle whole order Order created by mistake $64.00"
    )
    assert (
        "late Ana Torres 1 × Tea kettle 1 of 2 units No reason given We move out on Monday. $32.00" in second
    )
    assert words_of(page.select_one(".side .count")) == "2"
    assert len(buttons_named(page, "Accept")) == len(buttons_named(page, "Decline")) == 2
    assert len(links_named(page, "soon")) == 1


def test_what_was_never_charged_is_no_refund(owner: Browser, shop: Shop) -> None:
    order_id = an_order().with_(paid=False).taken_in(shop.db, shop.merchant_id)
    request(shop.db, shop.merchant_id, order_id)
    page = owner.page("/console/requests")

    assert words_of(page.select_one("table.requests td.c-money")) == "$0.00"


def test_without_a_limit_nothing_counts_down_and_what_is_decided_is_gone(owner: Browser, shop: Shop) -> None:
    waits, decided = (
        an_order().with_(number=number).taken_in(shop.db, shop.merchant_id) for number in ("w", "d")
    )
    request(shop.db, shop.merchant_id, waits)
    accept(shop.db, shop.merchant_id, request(shop.db, shop.merchant_id, decided))
    rows = owner.page("/console/requests").select("table.requests tbody tr")

    assert [words_of(row.th) for row in rows] == ["w Ana Torres"]
    assert "No limit" in words_of(rows[0])


def test_the_count_beside_requests_stops_at_ninety_nine(owner: Browser, shop: Shop) -> None:
    order_id = an_order().with_item(quantity=101).taken_in(shop.db, shop.merchant_id)
    for _ in range(100):
        request(shop.db, shop.merchant_id, order_id, 1)

    assert words_of(owner.page("/console/support").select_one(".side .count")) == "99+"

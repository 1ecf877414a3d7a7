"""A day's cancellations by the merchant are listed with their reasons, each leading to its order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from shared.domain.reasons import Reason
from tests.builders import accept, an_order, cancel, request
from tests.unit.console.browsing import words_of


def path(days_ago: int = 0) -> str:
    return f"/console/health/days/{datetime.now(UTC).date() - timedelta(days=days_ago)}"


def test_the_merchants_cancellations_of_a_day_are_listed(owner, shop) -> None:
    own, asked = (
        an_order().with_(number=number).taken_in(shop.db, shop.merchant_id) for number in ("A-1", "A-2")
    )
    cancel(shop.db, shop.merchant_id, own, reason=Reason.NO_INVENTORY)
    accept(shop.db, shop.merchant_id, request(shop.db, shop.merchant_id, asked))

    rows = owner.page(path()).tbody.find_all("tr")

    assert [words_of(row) for row in rows] == ["A-1 No inventory $64.00"]
    assert rows[0].a["href"] == f"/console/orders/{own}"


def test_a_day_without_any_says_so(owner, shop) -> None:
    cancel(shop.db, shop.merchant_id, an_order().taken_in(shop.db, shop.merchant_id))

    assert "Nothing was canceled" in words_of(owner.page(path(days_ago=1)).main)


def test_another_shops_day_is_empty(owner, shop, open_shop) -> None:
    other = open_shop()
    cancel(shop.db, other.merchant_id, an_order().taken_in(shop.db, other.merchant_id))

    assert "Nothing was canceled" in words_of(owner.page(path()).main)


def test_what_is_no_day_is_not_found(owner) -> None:
    assert owner.get("/console/health/days/someday").status_code == 404

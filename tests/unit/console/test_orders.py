"""The Orders dashboard."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup, Tag

from shared.domain.permissions import Role
from shared.domain.policy import Policy
from tests.builders import an_order, cancel, request, ship
from tests.unit.console.browsing import Browser, Shop, buttons_named, links_named, message, read, words_of


def numbers(page: BeautifulSoup) -> list[str]:
    """List the orders in their order."""
    return [words_of(cell) for cell in page.select("table.orders tbody th a")]


def row(page: BeautifulSoup, number: str) -> Tag:
    """Find an order's row."""
    found = next(line for line in page.select("table.orders tbody tr") if words_of(line.th) == number)
    assert isinstance(found, Tag)
    return found


def show(visitor: Browser, **wanted: str) -> list[str]:
    """List what the dashboard answers to a filter."""
    return numbers(visitor.page(f"/console/orders?{urlencode(wanted)}"))


def test_a_row_says_what_an_order_is_about(owner: Browser, shop: Shop) -> None:
    order = an_order().with_(number="NL-1").with_item("Tea kettle", 2, 12800).with_item("Lamp", 1, 7900)
    order.taken_in(shop.db, shop.merchant_id)
    page = owner.page("/console/orders")

    heads = [words_of(cell) for cell in page.select("table.orders thead th")]
    assert heads == [
        "Order", "Date", "Customer", "Items", "Item status", "Payment status", "Amount", "Action",
    ]  # fmt: skip
    line = row(page, "NL-1")
    cells = [words_of(cell) for cell in line.find_all("td")]
    assert cells[1:6] == ["Ana Torres", "2 × Tea kettle and 1 more", "Unshipped", "Paid", "$207.00"]
    assert [words_of(link) for link in line.select(".menu a")] == ["View order", "Cancel order"]
    assert [words_of(button) for button in line.select(".menu button")] == ["Send order link"]
    assert line.select_one("button[aria-label=Action]") is not None


def test_an_order_that_cannot_be_canceled_offers_no_such_option(owner: Browser, shop: Shop) -> None:
    order_id = an_order().with_(number="NL-1").taken_in(shop.db, shop.merchant_id)
    ship(shop.db, shop.merchant_id, order_id)

    assert links_named(owner.page("/console/orders"), "Cancel order") == []


def test_a_request_is_marked_and_can_be_answered_on_its_row(
    visitor: Browser, open_shop: Callable[..., Shop]
) -> None:
    shop = open_shop(Policy(silence_hours=6))
    visitor.sign_in(shop.email)
    order_id = an_order().with_(number="NL-1").taken_in(shop.db, shop.merchant_id)
    request(shop.db, shop.merchant_id, order_id)
    line = row(visitor.page("/console/orders"), "NL-1")

    assert "Cancellation requested" in words_of(line)
    assert "5 h 59 min left" in words_of(line)
    assert len(buttons_named(line, "Accept")) == len(buttons_named(line, "Decline")) == 1


def test_a_viewer_is_offered_nothing_to_press(visitor: Browser, open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(role=Role.VIEWER)
    visitor.sign_in(shop.email)
    order_id = an_order().with_item(quantity=2).with_(number="NL-1").taken_in(shop.db, shop.merchant_id)
    request(shop.db, shop.merchant_id, order_id, 1)
    line = row(visitor.page("/console/orders"), "NL-1")

    assert [words_of(link) for link in line.find_all("a")] == ["NL-1", "View order"]
    assert line.find_all("form") == []


def test_a_first_visit_shows_the_last_thirty_days(owner: Browser, shop: Shop) -> None:
    for number, days in (("NL-1", 1), ("NL-28", 28), ("NL-31", 31)):
        an_order().with_(number=number, age=timedelta(days=days)).taken_in(shop.db, shop.merchant_id)
    page = owner.page("/console/orders")

    assert numbers(page) == ["NL-1", "NL-28"]
    everything = links_named(page, "Show all orders")[0]
    assert numbers(owner.page(str(everything["href"]))) == ["NL-1", "NL-28", "NL-31"]


def test_an_old_import_is_not_invisible(owner: Browser, shop: Shop) -> None:
    an_order().with_(number="NL-1", age=timedelta(days=400)).taken_in(shop.db, shop.merchant_id)
    page = owner.page("/console/orders")

    assert "No orders in the last 30 days" in words_of(page.main)
    assert numbers(owner.page(str(links_named(page, "Show all orders")[0]["href"]))) == ["NL-1"]


def test_a_new_shop_is_told_how_orders_come_in(owner: Browser) -> None:
    page = owner.page("/console/orders")

    assert "No orders yet" in words_of(page.main)
    assert links_named(page, "Show all orders") == []


def test_a_filter_that_nothing_matches_offers_all_orders(owner: Browser, shop: Shop) -> None:
    an_order().taken_in(shop.db, shop.merchant_id)

    assert "No order matches" in words_of(owner.page("/console/orders?search=nothing-like-it").main)


def test_orders_are_found_by_number_name_and_address(owner: Browser, shop: Shop) -> None:
    an_order().with_(number="NL-10486", buyer_name="Kenji Watanabe").taken_in(shop.db, shop.merchant_id)
    an_order().with_(number="NL-10555", email="jonas@example.com").taken_in(shop.db, shop.merchant_id)

    assert show(owner, search="nl-10486") == ["NL-10486"]
    assert show(owner, search="10555") == ["NL-10555"]
    assert show(owner, search="watanabe") == ["NL-10486"]
    assert show(owner, search="jonas@example.com") == ["NL-10555"]


def test_orders_are_found_by_status(owner: Browser, shop: Shop) -> None:
    db, merchant_id = shop.db, shop.merchant_id
    an_order().with_(number="waits", paid=None).taken_in(db, merchant_id)
    an_order().with_(number="open").taken_in(db, merchant_id)
    ship(db, merchant_id, an_order().with_(number="sent").taken_in(db, merchant_id))
    asked = an_order().with_(number="asked").with_item(quantity=2).taken_in(db, merchant_id)
    request(db, merchant_id, asked, 1)
    cancel(db, merchant_id, an_order().with_(number="gone").taken_in(db, merchant_id))

    assert show(owner, order_status="pending") == ["waits"]
    assert show(owner, order_status="shipped") == ["sent"]
    assert sorted(show(owner, order_status="unshipped")) == ["asked", "open"]
    assert show(owner, item_status="cancellation_requested") == ["asked"]
    assert show(owner, item_status="canceled") == ["gone"]
    assert show(owner, payment_status="refunded") == ["gone"]
    assert show(owner, payment_status="awaiting") == ["waits"]


def test_days_are_the_merchants_and_both_included(visitor: Browser, open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(time_zone="America/New_York")
    visitor.sign_in(shop.email)
    for number, at in (
        ("before", datetime(2026, 3, 8, 4, 59, 59, tzinfo=UTC)),
        ("first", datetime(2026, 3, 8, 5, 0, tzinfo=UTC)),
        ("last", datetime(2026, 3, 9, 3, 59, 59, tzinfo=UTC)),
        ("after", datetime(2026, 3, 9, 4, 0, tzinfo=UTC)),
    ):
        an_order().with_(number=number, placed_at=at).taken_in(shop.db, shop.merchant_id)

    # Summer time begins on that day: it has 23 hours.
    assert show(visitor, placed_from="2026-03-08", placed_to="2026-03-08") == ["last", "first"]
    assert show(visitor, placed_to="2026-03-07") == ["before"]
    assert show(visitor, placed_from="2026-03-09", placed_to="9999-12-31") == ["after"]


@pytest.mark.parametrize(
    "wanted", ["placed_from=yesterday", "order_status=sold", "search=%00", "placed_to=2026-02-30"]
)
def test_what_cannot_be_asked_for_is_said(owner: Browser, shop: Shop, wanted: str) -> None:
    an_order().taken_in(shop.db, shop.merchant_id)
    response = owner.get(f"/console/orders?{wanted}")

    assert response.status_code == 422
    assert message(read(response))[0] == "alert"


def test_pages_follow_one_another_and_stay_at_their_address(owner: Browser, shop: Shop) -> None:
    for number in range(1, 121):
        order = an_order().with_(number=f"NL-{number}", age=timedelta(minutes=number))
        order.taken_in(shop.db, shop.merchant_id)
    first = owner.page("/console/orders")
    second = owner.page(str(links_named(first, "Next")[0]["href"]))
    address = str(links_named(second, "Next")[0]["href"])
    third = owner.page(address)
    an_order().with_(number="NL-new", age=timedelta(0)).taken_in(shop.db, shop.merchant_id)

    assert numbers(first) + numbers(second) + numbers(third) == [f"NL-{number}" for number in range(1, 121)]
    assert links_named(first, "Previous") == links_named(third, "Next") == []
    assert numbers(owner.page(address)) == numbers(third)
    assert numbers(owner.page(str(links_named(third, "Previous")[0]["href"]))) == numbers(second)


@pytest.mark.parametrize("cursor", ["x", "WzFd", "biAyMDI2IDU", "W" * 3000, "_w"])
def test_a_made_up_cursor_is_refused(owner: Browser, cursor: str) -> None:
    assert owner.get(f"/console/orders?cursor={cursor}").status_code == 422


def test_the_link_is_sent_from_the_row_and_one_stays_where_one_was(owner: Browser, shop: Shop) -> None:
    order_id = an_order().with_(number="NL-1").taken_in(shop.db, shop.merchant_id)
    here = "/console/orders?search=NL-1"

    response = owner.send(f"/console/orders/{order_id}/send-link", referrer=here)

    assert response.location == here
    assert owner.told(response)[0] == "status"

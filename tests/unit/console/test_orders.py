"""The Orders dashboard."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup, Tag

from shared.actions import changes, shipments
from shared.actions.changes import OrderChange
from shared.actions.shipments import Shipment
from shared.domain.lists import OrderSort
from shared.domain.orders import OrderStatus
from shared.domain.permissions import Role
from shared.domain.policy import Policy
from shared.queries import order_list as lists
from shared.queries.list_values import OrderFilter
from shared.queries.order_list import order_list
from tests.builders import USER, an_order, cancel, request, ship
from tests.unit.console.browsing import (
    Browser,
    Shop,
    buttons_named,
    links_named,
    message,
    read,
    value_of,
    words_of,
)


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
    "wanted",
    [
        "placed_from=yesterday",
        "order_status=sold",
        "search=%00",
        "placed_to=2026-02-30",
        "sort=up",
        "period=8",
    ],
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


def test_tabs_count_all_orders_by_status_and_lead_to_them(owner: Browser, shop: Shop) -> None:
    db, merchant_id = shop.db, shop.merchant_id
    old = timedelta(days=90)
    an_order().with_(number="open", age=old).taken_in(db, merchant_id)
    ship(db, merchant_id, an_order().with_(number="sent").taken_in(db, merchant_id))
    asked = an_order().with_(number="asked").taken_in(db, merchant_id)
    request(db, merchant_id, asked)
    cancel(db, merchant_id, an_order().with_(number="gone", age=old).taken_in(db, merchant_id))
    page = owner.page("/console/orders")
    tabs = {words_of(tab): str(tab["href"]) for tab in page.select("nav[aria-label='Orders by status'] a")}

    assert list(tabs) == [
        "All 4", "Cancellation requested 1", "Pending 0", "Unshipped 2", "Partially shipped 0", "Shipped 1",
        "Canceled 1",
    ]  # fmt: skip
    assert sorted(numbers(owner.page(tabs["All 4"]))) == ["asked", "gone", "open", "sent"]
    assert numbers(owner.page(tabs["Cancellation requested 1"])) == ["asked"]
    assert numbers(owner.page(tabs["Canceled 1"])) == ["gone"]
    here = owner.page(tabs["Unshipped 2"]).select("nav[aria-label='Orders by status'] [aria-current]")
    assert [words_of(tab) for tab in here] == ["Unshipped 2"]


def test_another_merchants_orders_are_not_counted(owner: Browser, open_shop: Callable[..., Shop]) -> None:
    other = open_shop()
    an_order().taken_in(other.db, other.merchant_id)

    assert "All 0" in words_of(owner.page("/console/orders").main)


@pytest.mark.parametrize(
    ("sort", "first_to_last"),
    [
        ("-date", ["A-3", "A-1", "A-2"]),
        ("date", ["A-2", "A-1", "A-3"]),
        ("-amount", ["A-2", "A-3", "A-1"]),
        ("amount", ["A-1", "A-3", "A-2"]),
        ("-number", ["A-3", "A-2", "A-1"]),
        ("number", ["A-1", "A-2", "A-3"]),
    ],
)
@pytest.mark.parametrize(
    ("status", "most"), [(None, 10), (OrderStatus.UNSHIPPED, 10), (OrderStatus.UNSHIPPED, 2)]
)
def test_the_list_is_sorted_and_its_pages_go_on_both_ways(
    shop: Shop,
    monkeypatch: pytest.MonkeyPatch,
    sort: str,
    first_to_last: list[str],
    status: OrderStatus | None,
    most: int,
) -> None:
    monkeypatch.setattr(lists, "_SORTED_AT_ONCE", most)
    for number, hours, price in (("A-1", 2, 100), ("A-2", 3, 300), ("A-3", 1, 200)):
        order = an_order().with_(number=number, age=timedelta(hours=hours)).with_item(price=price)
        order.taken_in(shop.db, shop.merchant_id)
    if status:
        gone = an_order().with_(number="B-1").with_item(price=250).taken_in(shop.db, shop.merchant_id)
        cancel(shop.db, shop.merchant_id, gone)
    wanted, found, cursor = OrderFilter(status=status, sort=OrderSort(sort)), [], None
    pages = []
    while cursor is not None or not pages:
        page = order_list(shop.db, shop.merchant_id, wanted, cursor=cursor, limit=1)
        pages.append(page)
        found += [line.number for line in page.rows]
        cursor = page.next_cursor
    back = order_list(shop.db, shop.merchant_id, wanted, cursor=pages[-1].previous_cursor, limit=1)

    assert found == first_to_last
    assert [line.number for line in back.rows] == [first_to_last[-2]]


def test_equal_amounts_are_neither_lost_nor_shown_twice(shop: Shop) -> None:
    for number in range(5):
        an_order().with_(number=f"A-{number}").taken_in(shop.db, shop.merchant_id)
    wanted = OrderFilter(sort=OrderSort.HIGHEST)
    first = order_list(shop.db, shop.merchant_id, wanted, cursor=None, limit=3)
    second = order_list(shop.db, shop.merchant_id, wanted, cursor=first.next_cursor, limit=3)

    assert len({line.number for line in (*first.rows, *second.rows)}) == 5


def test_a_head_sorts_by_its_column_and_says_so(owner: Browser, shop: Shop) -> None:
    an_order().taken_in(shop.db, shop.merchant_id)
    page = owner.page("/console/orders?search=ana")
    assert words_of(page.select_one("th[aria-sort=descending]")) == "Date"

    page = owner.page(str(links_named(page, "Amount")[0]["href"]))
    assert words_of(page.select_one("th[aria-sort=descending]")) == "Amount"
    assert value_of(page, "search") == "ana"
    page = owner.page(str(links_named(page, "Amount")[0]["href"]))
    assert words_of(page.select_one("th[aria-sort=ascending]")) == "Amount"


def test_a_place_of_a_list_that_is_sorted_otherwise_is_refused(owner: Browser, shop: Shop) -> None:
    for number in range(51):
        an_order().with_(number=f"A-{number}").taken_in(shop.db, shop.merchant_id)
    page = owner.page("/console/orders?sort=amount")
    address = str(links_named(page, "Next")[0]["href"])

    assert owner.get(address).status_code == 200
    assert owner.get(address.replace("sort=amount", "sort=number")).status_code == 422


def test_periods_are_counted_from_today(owner: Browser, shop: Shop) -> None:
    now = datetime.now(UTC)
    for days in (0, 1, 5, 20, 60):
        placed_at = now - timedelta(days=days)
        an_order().with_(number=f"{days} days", placed_at=placed_at).taken_in(shop.db, shop.merchant_id)

    assert show(owner, period="today") == ["0 days"]
    assert show(owner, period="yesterday") == ["1 days"]
    assert show(owner, period="7") == ["0 days", "1 days", "5 days"]
    assert show(owner, period="30") == ["0 days", "1 days", "5 days", "20 days"]
    assert show(owner, period="all")[-1] == "60 days"
    this_month = show(owner, period="month")
    assert set(this_month) == {
        f"{days} days"
        for days in (0, 1, 5, 20, 60)
        if (now - timedelta(days=days)).strftime("%Y-%m") == now.strftime("%Y-%m")
    }
    page = owner.page("/console/orders?period=7&search=days")
    assert words_of(page.select_one("nav[aria-label=Period] [aria-current]")) == "7 days"
    assert "search=days" in str(links_named(page, "Today")[0]["href"])


def test_parts_of_skus_and_tracking_numbers_are_found(owner: Browser, shop: Shop) -> None:
    db, merchant_id = shop.db, shop.merchant_id
    found = an_order().with_(number="NL-1").with_item(sku="KTL-GN-09-BLK").taken_in(db, merchant_id)
    an_order().with_(number="NL-2").taken_in(db, merchant_id)
    shipments.ship(db, merchant_id, found, Shipment(None, "DHL", "JD014600003828392837"), USER)

    for words in ("ktl-gn", "09-blk", "jd0146", "JD014600003828392837", "392837"):
        assert show(owner, search=words) == ["NL-1"], words
    changes.change(db, merchant_id, found, OrderChange(email="new@example.com"), USER)
    assert show(owner, search="392837") == ["NL-1"]

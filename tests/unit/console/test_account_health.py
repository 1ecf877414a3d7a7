"""Account health shows the rate and what it comes from, as tables that are drawn and given as files."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.actions import cancellations, reasons
from shared.domain.permissions import Role
from shared.domain.reasons import DeclineReason, Reason
from shared.queries.invariants import violations_of
from shared.queries.reasons import catalogue
from shared.storage import rates
from tests.builders import USER, accept, an_order, cancel, request, ship
from tests.clock import later
from tests.unit.console.browsing import buttons_named, links_named, read, words_of

HEALTH = "/console/health"


@pytest.fixture
def busy(shop):
    """Fill a shop: 40 orders of which two are canceled by the merchant, one of them for no inventory."""
    ids = [
        an_order()
        .with_(age=timedelta(0))
        .with_item("Lamp", 2, 6000, sku="LMP")
        .taken_in(shop.db, shop.merchant_id)
        for _ in range(40)
    ]
    cancel(shop.db, shop.merchant_id, ids.pop(), 1, reason=Reason.NO_INVENTORY)
    cancel(shop.db, shop.merchant_id, ids.pop(), reason=Reason.PRICING_ERROR)
    return ids


def panel(page, heading):
    return next(tag for tag in page.find_all("section") if tag.h2 and words_of(tag.h2) == heading)


def table(page, heading) -> list[list[str]]:
    rows = panel(page, heading).tbody.find_all("tr")
    return [
        [words_of(cell) for cell in row.find_all(["th", "td"]) if cell.get_text(strip=True)] for row in rows
    ]


def file_of(owner, name, **period) -> list[list[str]]:
    response = owner.get(f"{HEALTH}/tables/{name}", query_string=period)
    assert response.status_code == 200
    assert response.mimetype == "text/csv"
    return list(csv.reader(io.StringIO(response.get_data(as_text=True))))


def today() -> str:
    return datetime.now(UTC).date().isoformat()


@pytest.mark.usefixtures("busy")
def test_the_rate_is_a_figure_by_that_name(owner) -> None:
    page = owner.page(HEALTH)
    figure = page.find("figure", {"aria-labelledby": page.find("h2", string="Cancellation rate")["id"]})

    assert "5.0%" in words_of(figure)


def test_an_empty_shop_reads_what_will_stand_there_and_draws_nothing(owner) -> None:
    page = owner.page(HEALTH)

    assert "No orders yet" in words_of(page.main)
    assert page.find_all(["canvas", "table"]) == []


def test_the_rate_its_parts_and_how_it_is_counted_are_told(owner, shop, busy) -> None:
    accept(shop.db, shop.merchant_id, request(shop.db, shop.merchant_id, busy[0]))

    rate = words_of(panel(owner.page(HEALTH), "Cancellation rate"))

    assert "Last 7 days 5.0% Above the limit of 2.5%" in rate
    assert "Last 30 days 5.0%" in rate
    assert "Orders with a cancellation before shipping 3" in rate
    assert "Asked for by the customer or for a reason that does not count −1" in rate
    assert "Canceled by you 2 2 ÷ 40 5.0%" in rate
    assert "What customers asked for themselves is left out" in rate


def test_a_calm_rate_tells_how_many_more_orders_may_be_canceled(owner, shop) -> None:
    for _ in range(80):
        an_order().taken_in(shop.db, shop.merchant_id)

    rate = words_of(panel(owner.page(HEALTH), "Cancellation rate"))

    assert "0.0% Below the limit of 2.5%" in rate
    assert "2 more orders may be canceled by you before the limit is passed." in rate


def test_reasons_askers_and_outcomes_are_counted_apart(owner, shop, busy) -> None:
    accept(shop.db, shop.merchant_id, request(shop.db, shop.merchant_id, busy[0]))
    request(shop.db, shop.merchant_id, busy[1], reason=None)
    declined = request(shop.db, shop.merchant_id, busy[2])
    cancellations.decline(shop.db, shop.merchant_id, declined, USER, reason=DeclineReason.MADE_TO_ORDER)

    page = owner.page(HEALTH)

    assert table(page, "Your reasons") == [["No inventory", "0", "1"], ["Pricing error", "0", "1"]]
    assert table(page, "Customers’ reasons") == [
        ["Order created by mistake", "2"],
        ["No reason given", "1"],
    ]
    assert table(page, "Who asked") == [
        ["Customers, on the order page", "3"],
        ["Your team, in the console", "2"],
    ]
    assert table(page, "What became of requests") == [
        ["Canceled", "3"],
        ["Declined", "1"],
        ["Waiting for a decision", "1"],
    ]


def test_what_is_left_out_of_the_rate_is_left_out_of_its_parts(owner, shop, busy) -> None:
    off = replace(catalogue(shop.db, shop.merchant_id).of(Reason.DUPLICATE_ORDER), counts=False)
    reasons.change(shop.db, shop.merchant_id, off, USER)
    for _ in range(3):
        cancel(shop.db, shop.merchant_id, busy.pop(), reason=Reason.DUPLICATE_ORDER)

    page = owner.page(HEALTH)

    assert "−3 Canceled by you 2 2 ÷ 40 5.0%" in words_of(panel(page, "Cancellation rate"))
    assert table(page, "Your reasons") == [
        ["No inventory", "0", "1"],
        ["Pricing error", "0", "1"],
        ["Duplicate order", "3", "0"],
    ]
    assert sum(int(row[1]) for row in file_of(owner, "days")[1:]) == 2
    listed = owner.page(f"{HEALTH}/days/{today()}").tbody.find_all("tr")
    assert len(listed) == 2
    with shop.db.snapshot(shop.merchant_id) as tx:
        assert rates.own_reasons(tx, 7) == {"NoInventory": 1, "PricingError": 1}
    assert violations_of(shop.db, shop.merchant_id) == []


@pytest.mark.usefixtures("busy")
def test_reasons_are_said_in_the_merchants_own_words(owner, shop) -> None:
    of = catalogue(shop.db, shop.merchant_id).of
    for reason, own in ((Reason.NO_INVENTORY, "Sold out"), (Reason.ORDERED_BY_MISTAKE, "Changed my mind")):
        reasons.change(shop.db, shop.merchant_id, replace(of(reason), words={"en": own}), USER)

    page = owner.page(HEALTH)

    assert table(page, "Your reasons")[0][0] == "Sold out"
    assert file_of(owner, "reasons")[1][0] == "NoInventory"
    assert "Sold out" in words_of(owner.page(f"{HEALTH}/days/{today()}").tbody)


@pytest.mark.usefixtures("busy")
def test_refunds_stand_by_currency_and_skus_by_units(owner, shop) -> None:
    euro = (
        an_order()
        .with_(currency="EUR")
        .with_item("Mug", 3, 3000, sku="MUG")
        .taken_in(shop.db, shop.merchant_id)
    )
    cancel(shop.db, shop.merchant_id, euro, reason=Reason.NO_INVENTORY)

    page = owner.page(HEALTH)

    assert table(page, "Refunded") == [["EUR", "1", "€30.00"], ["USD", "2", "$90.00"]]
    assert table(page, "Lacking most") == [["MUG", "3"], ["LMP", "1"]]
    assert file_of(owner, "refunds") == [
        ["Currency", "Refunds", "Amount"],
        ["EUR", "1", "30.00"],
        ["USD", "2", "90.00"],
    ]


def test_the_time_to_decision_is_measured_where_somebody_waited(owner, shop, busy) -> None:
    assert "No request had to wait" in words_of(owner.page(HEALTH).main)
    for place, minutes in enumerate((10, 60, 125)):
        asked = request(shop.db, shop.merchant_id, busy[place])
        cancellations.decline(
            later(shop.db, minutes), shop.merchant_id, asked, USER, reason=DeclineReason.MADE_TO_ORDER
        )

    wait = words_of(panel(owner.page(HEALTH), "Time to decision"))

    assert "Half of them at most 1 h 0 min" in wait
    assert "Nine of ten at most 2 h 5 min" in wait
    assert "3 requests were decided" in wait


@pytest.mark.usefixtures("busy")
def test_drawings_read_their_numbers_off_the_tables_beside_them(owner) -> None:
    page = owner.page(HEALTH)

    for heading, last in (("Trend", "5.0%"), ("By day", "2")):
        drawn = panel(page, heading)
        figure = drawn.find("figure")
        assert figure.has_attr("hidden")
        assert drawn.find("canvas")["aria-label"]
        assert drawn.find("details").has_attr("open")
        assert drawn.find("table")["id"] == figure["data-draws"]
        assert table(page, heading)[-1][-1] == last
    assert [tag["src"].rpartition("/")[2] for tag in page.find_all("script", src=True)] == [
        "app.js",
        "chart.umd.min.js",
        "charts.js",
    ]


@pytest.mark.usefixtures("busy")
def test_each_table_is_given_as_a_file_of_the_same_numbers(owner) -> None:
    # console.health_table
    page = owner.page(f"{HEALTH}?days=7")
    links = [tag for tag in page.main.find_all("a") if words_of(tag).startswith("Download as CSV")]

    assert len(links) == 8 - 1  # customers asked for nothing
    for link in links:
        assert owner.get(link["href"]).mimetype == "text/csv"
    assert file_of(owner, "trend", days=7)[-1] == [today(), "40", "2", "5.00"]
    assert len(file_of(owner, "trend", days=7)) == 8
    assert file_of(owner, "reasons") == [
        ["Reason", "Left out", "In the rate"],
        ["NoInventory", "0", "1"],
        ["PricingError", "0", "1"],
    ]
    assert owner.get(f"{HEALTH}/tables/secrets").status_code == 404


def test_a_day_out_of_the_usual_is_named_with_its_orders(owner, shop, busy) -> None:
    for order_id in busy[:6]:
        cancel(shop.db, shop.merchant_id, order_id, reason=Reason.NO_INVENTORY)

    page = owner.page(HEALTH)
    said = words_of(page.main)
    link = links_named(page, "See the 8 cancellations")[0]

    assert "8 cancellations on" in said
    assert "You usually have 0.0 a day. 7 of them were “No inventory”." in said
    assert table(page, "By day")[-1][-1] == "8, a spike"
    assert len(owner.page(link["href"]).tbody.find_all("tr")) == 8


def test_the_period_stands_in_the_address(owner, shop) -> None:
    for age in (1, 20, 60):
        an_order().with_(age=timedelta(days=age)).taken_in(shop.db, shop.merchant_id)

    def orders(**period) -> str:
        page = read(owner.get(HEALTH, query_string=period))
        return words_of(page.select_one("dl.sums dd"))

    assert [orders(days=days) for days in (7, 30, 90)] == ["1", "2", "3"]
    start = datetime.now(UTC).date() - timedelta(days=65)
    assert orders(**{"from": start.isoformat(), "to": (start + timedelta(days=10)).isoformat()}) == "1"
    chosen = owner.page(f"{HEALTH}?days=90").find("nav", {"aria-label": "Period"})
    assert words_of(chosen.find("a", {"aria-current": "page"})) == "90 days"


@pytest.mark.parametrize(
    ("period", "said"),
    [
        ({"from": "yesterday"}, "Enter a day like 2026-11-21."),
        ({"to": "2199-01-01"}, "Choose a day that has come."),
        ({"from": "2026-03-02", "to": "2026-03-01"}, "Choose a first day before the last one."),
        ({"from": "2020-01-01", "to": "2026-03-01"}, "Choose 366 days at most."),
    ],
)
@pytest.mark.usefixtures("busy")
def test_a_period_that_is_none_is_refused_with_words(owner, period, said) -> None:
    refused = owner.get(HEALTH, query_string=period)

    assert refused.status_code == 422
    assert said in words_of(read(refused).main)
    assert owner.get(f"{HEALTH}/tables/trend", query_string=period).status_code == 404


@pytest.mark.usefixtures("busy")
def test_warnings_are_switched_off_and_on_by_the_owner(owner) -> None:
    # console.switch_rate_alerts
    assert buttons_named(owner.page(HEALTH), "Switch warnings off")
    assert owner.told(owner.send(f"{HEALTH}/alerts", alerts="off")) == ("status", "Warnings switched off.")
    assert "Switched off." in words_of(owner.page(HEALTH).main)
    assert owner.told(owner.send(f"{HEALTH}/alerts", alerts="on")) == ("status", "Warnings switched on.")


@pytest.mark.parametrize("role", [Role.MANAGER, Role.AGENT, Role.VIEWER])
def test_everybody_reads_but_only_owners_switch_warnings(visitor, open_shop, role) -> None:
    shop = open_shop(role=role)
    an_order().taken_in(shop.db, shop.merchant_id)
    visitor.sign_in(shop.email)

    assert buttons_named(visitor.page(HEALTH), "Switch warnings off") == []
    assert visitor.send(f"{HEALTH}/alerts", alerts="off").status_code == 403


def test_another_shops_figures_are_not_shown(owner, shop, open_shop) -> None:
    other = open_shop()
    cancel(shop.db, other.merchant_id, an_order().taken_in(shop.db, other.merchant_id))

    assert "No orders yet" in words_of(owner.page(HEALTH).main)
    assert file_of(owner, "skus") == [["SKU", "Units canceled"]]


def test_the_navigation_leads_there(owner) -> None:
    nav = owner.page(HEALTH).find("nav", {"aria-label": "Main"})

    assert words_of(nav.find("a", {"aria-current": "page"})) == "Account health"


def test_what_has_shipped_in_part_counts_as_well(owner, shop) -> None:
    order_id = an_order().with_item(quantity=2).taken_in(shop.db, shop.merchant_id)
    ship(shop.db, shop.merchant_id, order_id, 1)
    cancel(shop.db, shop.merchant_id, order_id)

    assert "Canceled by you 1 1 ÷ 1 100.0%" in words_of(panel(owner.page(HEALTH), "Cancellation rate"))


@pytest.mark.usefixtures("busy")
def test_an_owner_says_what_the_rate_is_measured_by(owner, shop) -> None:
    # console.change_rate_terms
    told = owner.told(owner.send(f"{HEALTH}/rate", days="14", limit="7.5"))

    assert told == ("status", "Saved. The rate is measured so from now on, also that of past days.")
    page = owner.page(HEALTH)
    rate = words_of(panel(page, "Cancellation rate"))
    assert "Last 14 days 5.0% Below the limit of 7.5%" in rate
    assert "1 more order may be canceled by you before the limit is passed." in rate
    assert file_of(owner, "trend")[0][-1] == "14-day rate"
    order_id = an_order().taken_in(shop.db, shop.merchant_id)
    window = words_of(owner.page(f"/console/orders/{order_id}/cancel").select_one("section.receipt"))
    assert "14 days: 4.9% now, 7.3% after 7.3% 0 Limit 7.5%" in window
    assert "rate days: 7 → 14" in words_of(owner.page("/console/settings/audit").main)
    assert owner.told(owner.send(f"{HEALTH}/rate", days="14", limit="7.5"))[0] == "alert"


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize(
    ("days", "limit"), [("0", "2.5"), ("91", "2.5"), ("7", "0"), ("7", "101"), ("7", "2,5"), ("x", "")]
)
def test_what_no_rate_can_be_measured_by_is_refused(owner, days, limit) -> None:
    response = owner.send(f"{HEALTH}/rate", days=days, limit=limit)

    assert response.status_code == 422
    assert "Below" not in words_of(panel(read(response), "Cancellation rate"))
    assert "Last 7 days" in words_of(panel(owner.page(HEALTH), "Cancellation rate"))

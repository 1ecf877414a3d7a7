"""Shopify's orders export: what an order becomes, its states and its sums, and what is refused."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.domain.intake import IncomingOrder, allocate
from shared.domain.orders import Gateway
from shared.stores.troubles import BadRow
from shared.tables.troubles import RowFault
from tests.unit.stores.making import (
    SHOPIFY,
    bad_rows_in,
    notices_in,
    orders_in,
    readings,
    shopify_follow,
    shopify_row,
    shopify_text,
)


def _order_of(tmp_path: Path, *rows: dict[str, str], tax_inside: bool = True) -> IncomingOrder:
    found = readings(tmp_path, shopify_text(*rows), tax_inside=tax_inside)
    assert bad_rows_in(found) == []
    (order,) = orders_in(found)
    return order


def _only_fault(tmp_path: Path, *rows: dict[str, str]) -> BadRow:
    (row,) = bad_rows_in(readings(tmp_path, shopify_text(*rows)))
    assert row.how_to_mend
    return row


def test_an_order_arrives_with_all_that_the_export_tells(tmp_path: Path) -> None:
    order = _order_of(tmp_path, shopify_row(subtotal="44.98", total="49.88"), shopify_follow())

    assert (order.source, order.number, order.currency) == ("shopify", "#1001", "EUR")
    assert order.placed_at == datetime(2026, 3, 1, 7, 26, tzinfo=UTC)
    assert order.paid_at == datetime(2026, 3, 1, 7, 27, tzinfo=UTC)
    assert (order.buyer_email, order.buyer_name) == ("ada@example.com", "Ada Lovelace")
    assert order.delivery == ("01234",)
    assert order.external_ids == {"shopify_id": "5000000536365"}
    kettle, cup = order.lines
    assert (kettle.quantity, kettle.price_minor, kettle.external_id) == (2, 3998, "")
    assert (cup.sku, cup.title, cup.price_minor) == ("CUP-1", "Cup", 500)
    assert kettle.tax_minor + cup.tax_minor == 717
    (payment,) = order.payments
    assert (payment.gateway, payment.reference) == (Gateway.MANUAL, "Shopify Payments")
    assert (payment.authorized_minor, payment.captured_minor, payment.refunded_minor) == (4988, 4988, 0)


def test_identical_lines_of_an_order_both_come_in(tmp_path: Path) -> None:
    order = _order_of(
        tmp_path, shopify_row(subtotal="49.98", total="54.88"), shopify_follow(), shopify_follow()
    )

    assert len(order.lines) == 3


def test_a_discount_on_the_order_is_kept_apart_from_those_of_the_lines(tmp_path: Path) -> None:
    order = _order_of(
        tmp_path,
        shopify_row(
            discount_code="SPRING",
            discount_amount="10.00",
            lineitem_discount="1.00",
            subtotal="28.98",
            total="33.88",
        ),
    )

    assert order.lines[0].discount_minor == 100
    assert [(discount.amount_minor, discount.code) for discount in order.discounts] == [(1000, "SPRING")]
    assert allocate(order).total_minor == 3388


def test_a_discount_amount_that_counts_the_lines_once_more_is_seen_by_its_sum(tmp_path: Path) -> None:
    order = _order_of(
        tmp_path,
        shopify_row(discount_amount="10.00", lineitem_discount="1.00", subtotal="29.98", total="34.88"),
    )

    assert order.discounts[0].amount_minor == 900
    assert allocate(order).total_minor == 3488


@pytest.mark.parametrize(("shipping", "total"), [("4.90", "39.98"), ("0.00", "39.98")])
def test_a_discount_on_shipping_leaves_the_goods_alone(tmp_path: Path, shipping: str, total: str) -> None:
    order = _order_of(tmp_path, shopify_row(discount_amount="4.90", shipping=shipping, total=total))

    assert (order.discounts, order.shipping_minor) == ((), 0)
    assert allocate(order).total_minor == 3998


def test_taxes_on_top_are_seen_by_the_sum_and_noted_where_the_setting_differs(tmp_path: Path) -> None:
    text = shopify_text(shopify_row(total="52.05"))

    for tax_inside, count in ((True, 1), (False, 0)):
        found = readings(tmp_path, text, tax_inside=tax_inside)
        (order,) = orders_in(found)
        assert not order.prices_include_tax
        assert order.payments[0].captured_minor == 5205
        assert len(notices_in(found)) == count


def test_taxes_inside_are_seen_by_the_sum_and_noted_where_the_setting_differs(tmp_path: Path) -> None:
    found = readings(tmp_path, shopify_text(shopify_row()), tax_inside=False)

    assert orders_in(found)[0].prices_include_tax
    assert "the sums were followed" in notices_in(found)[0].what


@pytest.mark.parametrize("tax_inside", [True, False])
def test_without_sums_the_merchants_setting_decides(tmp_path: Path, *, tax_inside: bool) -> None:
    order = _order_of(tmp_path, shopify_row(subtotal="", total=""), tax_inside=tax_inside)

    assert order.prices_include_tax is tax_inside
    assert order.payments[0].captured_minor == 4488 + (0 if tax_inside else 717)


def test_taxes_are_spread_over_what_is_taxable(tmp_path: Path) -> None:
    order = _order_of(
        tmp_path, shopify_row(subtotal="44.98", total="49.88"), shopify_follow(lineitem_taxable="false")
    )

    assert [line.tax_minor for line in order.lines] == [717, 0]


def test_taxes_go_to_all_lines_where_none_is_called_taxable(tmp_path: Path) -> None:
    order = _order_of(tmp_path, shopify_row(lineitem_taxable="false"))

    assert order.lines[0].tax_minor == 717


def test_taxes_of_an_order_of_free_goods_are_those_of_its_shipping(tmp_path: Path) -> None:
    order = _order_of(
        tmp_path, shopify_row(lineitem_price="0.00", subtotal="0.00", taxes="0.78", total="4.90")
    )

    assert (order.lines[0].tax_minor, order.shipping_tax_minor) == (0, 78)


@pytest.mark.parametrize(
    "changed",
    [
        {"total": "50.00"},
        {"subtotal": "40.00"},
        {"discount_amount": "50.00", "subtotal": "39.97"},
        {"discount_amount": "50.00", "total": ""},
        {"discount_amount": "5.00", "lineitem_discount": "1.00"},
    ],
)
def test_sums_that_do_not_add_up_are_refused_with_the_figures(
    tmp_path: Path, changed: dict[str, str]
) -> None:
    row = _only_fault(tmp_path, shopify_row(**changed))

    assert (row.line, row.code) == (2, RowFault.AMOUNTS_DO_NOT_ADD_UP)
    assert "Subtotal" in row.what
    assert "lines 39.98" in row.what


def test_a_row_that_stands_there_twice_shows_in_the_sums(tmp_path: Path) -> None:
    assert _only_fault(tmp_path, shopify_row(), shopify_row()).code is RowFault.AMOUNTS_DO_NOT_ADD_UP


@pytest.mark.parametrize(
    ("status", "other", "authorized", "captured", "refunded"),
    [
        ("paid", {}, 4488, 4488, 0),
        ("Paid", {}, 4488, 4488, 0),
        ("authorized", {}, 4488, 0, 0),
        ("partially_paid", {"outstanding_balance": "4.88"}, 4000, 4000, 0),
        ("partially_refunded", {"refunded_amount": "19.99"}, 4488, 4488, 1999),
        ("refunded", {"refunded_amount": "44.88"}, 4488, 4488, 4488),
        ("refunded", {"refunded_amount": ""}, 4488, 4488, 4488),
    ],
)
def test_the_financial_status_becomes_a_payment(
    tmp_path: Path, status: str, other: dict[str, str], authorized: int, captured: int, refunded: int
) -> None:
    (payment,) = _order_of(tmp_path, shopify_row(financial_status=status, **other)).payments

    assert (payment.authorized_minor, payment.captured_minor, payment.refunded_minor) == (
        authorized,
        captured,
        refunded,
    )


@pytest.mark.parametrize("status", ["pending", "voided", "expired"])
def test_an_order_nobody_paid_has_nothing_authorized(tmp_path: Path, status: str) -> None:
    assert _order_of(tmp_path, shopify_row(financial_status=status)).payments == ()


def test_an_order_that_costs_nothing_needs_no_payment(tmp_path: Path) -> None:
    free = {"lineitem_price": "0", "subtotal": "0", "shipping": "0", "taxes": "0", "total": "0"}

    assert _order_of(tmp_path, shopify_row(financial_status="paid", **free)).payments == ()


def test_a_gift_card_is_a_gateway_of_its_own(tmp_path: Path) -> None:
    (payment,) = _order_of(tmp_path, shopify_row(payment_method="gift_card")).payments

    assert payment.gateway is Gateway.GIFT_CARD


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"financial_status": "partially_paid"}, RowFault.UNCLEAR_PAYMENT),
        ({"financial_status": "partially_paid", "outstanding_balance": "50.00"}, RowFault.UNCLEAR_PAYMENT),
        ({"financial_status": "partially_refunded", "refunded_amount": ""}, RowFault.MISSING_VALUE),
        ({"refunded_amount": "44.89"}, RowFault.UNCLEAR_PAYMENT),
        ({"financial_status": "bezahlt"}, RowFault.UNKNOWN_STATUS),
        ({"financial_status": ""}, RowFault.MISSING_VALUE),
        ({"lineitem_fulfillment_status": "partial"}, RowFault.UNCLEAR_SHIPMENT),
        ({"lineitem_fulfillment_status": "versandt"}, RowFault.UNKNOWN_STATUS),
        ({"cancelled_at": "2026-03-02"}, RowFault.BAD_INSTANT),
        ({"created_at": "2026-03-01 08:26:00"}, RowFault.BAD_INSTANT),
        ({"created_at": ""}, RowFault.MISSING_VALUE),
        ({"paid_at": "soon"}, RowFault.BAD_INSTANT),
        ({"email": "nobody"}, RowFault.BAD_EMAIL),
        ({"currency": "EURO"}, RowFault.UNKNOWN_CURRENCY),
        ({"id": "5E+12"}, RowFault.DAMAGED_BY_SPREADSHEET),
        ({"lineitem_sku": "4.006E+12"}, RowFault.DAMAGED_BY_SPREADSHEET),
        ({"lineitem_quantity": "0"}, RowFault.BAD_QUANTITY),
        ({"lineitem_price": "19,99"}, RowFault.BAD_AMOUNT),
        ({"lineitem_price": ""}, RowFault.MISSING_VALUE),
        ({"lineitem_discount": "40.00"}, RowFault.BAD_AMOUNT),
        ({"lineitem_price": "9999999999999.99"}, RowFault.BAD_AMOUNT),
        ({"lineitem_name": ""}, RowFault.MISSING_VALUE),
        ({"shipping": "free"}, RowFault.BAD_AMOUNT),
    ],
)
def test_what_is_unclear_or_wrong_is_refused(tmp_path: Path, changed: dict[str, str], code: RowFault) -> None:
    row = _only_fault(tmp_path, shopify_row(**changed))

    assert (row.line, row.order_number, row.code) == (2, "#1001", code)


def test_fulfilled_lines_come_in_shipped(tmp_path: Path) -> None:
    order = _order_of(
        tmp_path,
        shopify_row(
            fulfillment_status="partial",
            lineitem_fulfillment_status="fulfilled",
            subtotal="44.98",
            total="49.88",
        ),
        shopify_follow(),
    )

    assert [(line.shipped, line.canceled) for line in order.lines] == [(2, 0), (0, 0)]


def test_the_orders_status_speaks_for_lines_that_say_nothing(tmp_path: Path) -> None:
    row = shopify_row(fulfillment_status="fulfilled", lineitem_fulfillment_status="")

    assert _order_of(tmp_path, row).lines[0].shipped == 2


def test_a_canceled_order_comes_in_with_its_open_units_canceled(tmp_path: Path) -> None:
    order = _order_of(
        tmp_path,
        shopify_row(
            cancelled_at="2026-03-02 10:00:00 +0100",
            lineitem_fulfillment_status="fulfilled",
            subtotal="44.98",
            total="49.88",
        ),
        shopify_follow(),
    )

    assert [(line.shipped, line.canceled) for line in order.lines] == [(2, 0), (0, 1)]


def test_a_restocked_line_comes_in_canceled(tmp_path: Path) -> None:
    order = _order_of(tmp_path, shopify_row(lineitem_fulfillment_status="restocked"))

    assert order.lines[0].canceled == 2


def test_a_value_may_begin_with_a_hash(tmp_path: Path) -> None:
    assert _order_of(tmp_path, shopify_row(lineitem_name="#1 kettle")).lines[0].title == "#1 kettle"


def test_an_order_on_hold_stays_on_hold(tmp_path: Path) -> None:
    assert _order_of(tmp_path, shopify_row(fulfillment_status="on_hold")).hold


def test_a_later_row_of_another_buyer_is_refused(tmp_path: Path) -> None:
    row = _only_fault(
        tmp_path,
        shopify_row(subtotal="44.98", total="49.88"),
        shopify_follow(email="eve@example.com"),
    )

    assert (row.line, row.code) == (3, RowFault.CONTRADICTION)


def test_an_order_without_its_first_row_is_refused(tmp_path: Path) -> None:
    found = readings(tmp_path, shopify_text(shopify_follow("#7"), shopify_row()))

    assert [order.number for order in orders_in(found)] == ["#1001"]
    assert {row.order_number for row in bad_rows_in(found)} == {"#7"}


def test_an_export_with_all_of_its_columns_is_read_by_name(tmp_path: Path) -> None:
    more = [f"Tax {place} {what}" for place in range(1, 6) for what in ("Name", "Value")]
    names = [*more, *reversed(SHOPIFY), *(f"Custom {place}" for place in range(41))]
    row = shopify_row()
    text = ",".join(names) + "\n" + ",".join(row.get(name, "") for name in names) + "\n"

    (order,) = orders_in(readings(tmp_path, text))

    assert len(names) == 79
    assert order.payments[0].captured_minor == 4488

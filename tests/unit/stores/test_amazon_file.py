"""Amazon's new orders report: what an order becomes, and every way a row can be wrong."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.domain.intake import allocate
from shared.domain.orders import Gateway
from shared.stores.troubles import BadRow
from shared.tables.troubles import RowFault
from tests.unit.stores.making import AMAZON, amazon_row, amazon_text, bad_rows_in, orders_in, readings

FOLLOW = {name.replace("-", "_"): "" for name in ("buyer-email", "buyer-name", "currency", "payments-date")}


def _only_fault(tmp_path: Path, *rows: dict[str, str]) -> BadRow:
    (row,) = bad_rows_in(readings(tmp_path, amazon_text(*rows)))
    assert row.how_to_mend
    return row


def _wide(row: dict[str, str], **more: str) -> str:
    names = [*AMAZON, *(name.replace("_", "-") for name in more)]
    cells = [*(row[name] for name in AMAZON), *more.values()]
    return "\t".join(names) + "\n" + "\t".join(cells) + "\n"


def test_an_order_arrives_with_all_that_the_report_tells(tmp_path: Path) -> None:
    rows = (
        amazon_row(),
        amazon_row(item="10000000000002", sku="CUP", product_name="", item_price="0.00", **FOLLOW),
    )

    (order,) = orders_in(readings(tmp_path, amazon_text(*rows)))

    assert (order.source, order.number, order.currency) == ("amazon", "206-0000001-0000001", "EUR")
    assert order.placed_at == datetime(2026, 3, 1, 8, 26, tzinfo=UTC)
    assert order.paid_at == datetime(2026, 3, 1, 8, 27, tzinfo=UTC)
    assert (order.buyer_email, order.buyer_name) == ("ada@example.com", "Ada Lovelace")
    assert order.delivery == ("Ada Lovelace", "Main Street 1", "London", "GB")
    assert order.external_ids == {"amazon_order_id": "206-0000001-0000001"}
    kettle, cup = order.lines
    assert (kettle.external_id, kettle.quantity, kettle.price_minor, kettle.tax_minor) == (
        "10000000000001",
        2,
        3998,
        638,
    )
    assert (cup.title, cup.price_minor) == ("CUP", 0)
    assert (order.shipping_minor, order.shipping_tax_minor) == (980, 156)
    (payment,) = order.payments
    assert (payment.gateway, payment.authorized_minor, payment.captured_minor) == (Gateway.MANUAL, 4978, 4978)


def test_tax_stands_beside_prices_where_the_merchant_says_so(tmp_path: Path) -> None:
    (order,) = orders_in(readings(tmp_path, amazon_text(amazon_row()), tax_inside=False))

    assert not order.prices_include_tax
    assert order.payments[0].captured_minor == 3998 + 638 + 490 + 78


def test_an_order_without_a_payment_date_has_nothing_authorized(tmp_path: Path) -> None:
    (order,) = orders_in(readings(tmp_path, amazon_text(amazon_row(payments_date=""))))

    assert order.payments == ()


def test_gift_wrap_and_promotions_of_either_sign_count(tmp_path: Path) -> None:
    text = _wide(
        amazon_row(),
        gift_wrap_price="3.00",
        gift_wrap_tax="0.48",
        item_promotion_discount="-5.00",
        ship_promotion_discount="1.00",
    )

    (order,) = orders_in(readings(tmp_path, text))

    line = order.lines[0]
    assert (line.price_minor, line.tax_minor, line.discount_minor) == (4298, 686, 500)
    assert order.shipping_minor == 390
    assert allocate(order).total_minor == 4298 - 500 + 390


@pytest.mark.parametrize(
    ("column", "value"), [("item_promotion_discount", "40.00"), ("ship_promotion_discount", "-4.91")]
)
def test_a_promotion_above_the_price_is_refused(tmp_path: Path, column: str, value: str) -> None:
    (row,) = bad_rows_in(readings(tmp_path, _wide(amazon_row(), **{column: value})))

    assert (row.line, row.code) == (2, RowFault.BAD_AMOUNT)


def test_instants_are_turned_into_utc(tmp_path: Path) -> None:
    for text in ("2026-03-01T00:26:00-08:00", "2026-03-01 08:26:00Z", "2026-03-01T08:26:00.000+0000"):
        (order,) = orders_in(readings(tmp_path, amazon_text(amazon_row(purchase_date=text))))
        assert order.placed_at == datetime(2026, 3, 1, 8, 26, tzinfo=UTC)


@pytest.mark.parametrize(
    ("currency", "price", "minor"),
    [
        ("JPY", "5800", 5800),
        ("JPY", "5800.00", 5800),
        ("KWD", "1.234", 1234),
        ("EUR", "5", 500),
        ("EUR", ".5", 50),
    ],
)
def test_amounts_follow_the_decimals_of_their_currency(
    tmp_path: Path, currency: str, price: str, minor: int
) -> None:
    row = amazon_row(currency=currency, item_price=price, item_tax="", shipping_price="", shipping_tax="")

    (order,) = orders_in(readings(tmp_path, amazon_text(row)))

    assert order.lines[0].price_minor == minor


@pytest.mark.parametrize(
    ("column", "value", "code", "words"),
    [
        ("quantity_purchased", "0", RowFault.BAD_QUANTITY, "“0”"),
        ("quantity_purchased", "-1", RowFault.BAD_QUANTITY, "“-1”"),
        ("quantity_purchased", "1.5", RowFault.BAD_QUANTITY, "“1.5”"),
        ("quantity_purchased", "two", RowFault.BAD_QUANTITY, "“two”"),
        ("quantity_purchased", "1000000", RowFault.BAD_QUANTITY, "“1000000”"),
        ("quantity_purchased", "", RowFault.MISSING_VALUE, "is empty"),
        ("currency", "EUX", RowFault.UNKNOWN_CURRENCY, "“EUX”"),
        ("currency", "eur", RowFault.UNKNOWN_CURRENCY, "“eur”"),
        ("currency", "XAU", RowFault.UNKNOWN_CURRENCY, "“XAU”"),
        ("currency", "", RowFault.MISSING_VALUE, "is empty"),
        ("item_price", "15.301", RowFault.BAD_AMOUNT, "“15.301”"),
        ("item_price", "15,30", RowFault.BAD_AMOUNT, "“15,30”"),
        ("item_price", "1,530.00", RowFault.BAD_AMOUNT, "“1,530.00”"),
        ("item_price", "€15.30", RowFault.BAD_AMOUNT, "“€15.30”"),
        ("item_price", "1.53E+01", RowFault.BAD_AMOUNT, "“1.53E+01”"),
        ("item_price", "-1.00", RowFault.BAD_AMOUNT, "less than zero"),
        ("item_price", "9" * 30, RowFault.BAD_AMOUNT, "no plain amount"),
        ("item_price", "", RowFault.MISSING_VALUE, "is empty"),
        ("item_price", "#REF!", RowFault.DAMAGED_BY_SPREADSHEET, "“#REF!”"),
        ("item_tax", "x", RowFault.BAD_AMOUNT, "“x”"),
        ("shipping_price", "1.5.0", RowFault.BAD_AMOUNT, "“1.5.0”"),
        ("buyer_email", "ada", RowFault.BAD_EMAIL, "“ada”"),
        ("buyer_email", "ada@example", RowFault.BAD_EMAIL, "“ada@example”"),
        ("buyer_email", "a b@example.com", RowFault.BAD_EMAIL, "no e-mail"),
        ("buyer_email", "Ada <ada@example.com>", RowFault.BAD_EMAIL, "no e-mail"),
        ("buyer_email", "x" * 65 + "@example.com", RowFault.BAD_EMAIL, "no e-mail"),
        ("buyer_email", "", RowFault.MISSING_VALUE, "is empty"),
        ("purchase_date", "2026-03-01T08:26:00", RowFault.BAD_INSTANT, "without an offset"),
        ("purchase_date", "2026-03-01", RowFault.BAD_INSTANT, "no date and time"),
        ("purchase_date", "01/03/2026 08:26", RowFault.BAD_INSTANT, "no date and time"),
        ("purchase_date", "2026-02-30T08:26:00Z", RowFault.BAD_INSTANT, "no date and time"),
        ("purchase_date", "0001-01-01T00:00:00+14:00", RowFault.BAD_INSTANT, "no date and time"),
        ("purchase_date", "########", RowFault.DAMAGED_BY_SPREADSHEET, "“########”"),
        ("purchase_date", "", RowFault.MISSING_VALUE, "is empty"),
        ("payments_date", "yesterday", RowFault.BAD_INSTANT, "no date and time"),
        ("sku", "1.23E+13", RowFault.DAMAGED_BY_SPREADSHEET, "“1.23E+13”"),
        ("sku", "", RowFault.MISSING_VALUE, "is empty"),
        ("item", "5.3636500016203E+13", RowFault.DAMAGED_BY_SPREADSHEET, "5.3636500016203E+13"),
        ("item", "5,36E+13", RowFault.DAMAGED_BY_SPREADSHEET, "5,36E+13"),
        ("item", "363650001620", RowFault.DAMAGED_BY_SPREADSHEET, "only 12 digits"),
        ("item", "", RowFault.MISSING_VALUE, "is empty"),
        ("number", "2.06054E+16", RowFault.DAMAGED_BY_SPREADSHEET, "2.06054E+16"),
        ("number", "#NAME?", RowFault.DAMAGED_BY_SPREADSHEET, "#NAME?"),
        ("number", "x" * 65, RowFault.BAD_ORDER_NUMBER, "has 65 characters"),
        ("number", "2026/17", RowFault.BAD_ORDER_NUMBER, "slash"),
        ("number", "26\u200b17", RowFault.BAD_ORDER_NUMBER, "invisible"),
    ],
)
def test_a_bad_value_is_named_with_its_line_and_costs_its_order_alone(
    tmp_path: Path, column: str, value: str, code: RowFault, words: str
) -> None:
    text = amazon_text(amazon_row("206-0000000-0000000"), amazon_row(**{column: value}), amazon_row("206-2"))

    found = readings(tmp_path, text)

    (row,) = bad_rows_in(found)
    assert (row.line, row.code) == (3, code)
    assert words in row.what
    assert row.how_to_mend
    assert [order.number for order in orders_in(found)] == ["206-0000000-0000000", "206-2"]


@pytest.mark.parametrize(
    ("number", "item"),
    [("206-0000001-0000001", "5363650001620"), ("206-0000001-0000001", "17"), ("A-17", "363650001620")],
)
def test_item_ids_that_nothing_speaks_against_are_taken(tmp_path: Path, number: str, item: str) -> None:
    (order,) = orders_in(readings(tmp_path, amazon_text(amazon_row(number, item))))

    assert order.lines[0].external_id == item


def test_one_bad_line_makes_its_order_bad_as_a_whole(tmp_path: Path) -> None:
    found = readings(tmp_path, amazon_text(amazon_row(), amazon_row(item="2", quantity_purchased="0")))

    assert orders_in(found) == []
    assert [(row.line, row.order_number) for row in bad_rows_in(found)] == [(3, "206-0000001-0000001")]


def test_every_bad_value_of_an_order_is_named(tmp_path: Path) -> None:
    found = readings(
        tmp_path, amazon_text(amazon_row(currency="EUX", sku=""), amazon_row(item="", currency=""))
    )

    assert [(row.line, row.code) for row in bad_rows_in(found)] == [
        (2, RowFault.UNKNOWN_CURRENCY),
        (2, RowFault.MISSING_VALUE),
        (3, RowFault.MISSING_VALUE),
    ]


def test_a_line_that_stands_there_twice_is_refused(tmp_path: Path) -> None:
    row = _only_fault(tmp_path, amazon_row(), amazon_row())

    assert (row.line, row.code) == (3, RowFault.DUPLICATE_LINE)
    assert "line 2" in row.what


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("currency", "USD"),
        ("buyer_email", "eve@example.com"),
        ("purchase_date", "2026-03-02T08:26:00+00:00"),
        ("buyer_name", "Eve"),
    ],
)
def test_a_later_row_that_contradicts_the_first_is_refused(tmp_path: Path, column: str, value: str) -> None:
    row = _only_fault(tmp_path, amazon_row(), amazon_row(item="2", **{column: value}))

    assert (row.line, row.code) == (3, RowFault.CONTRADICTION)
    assert "line 2" in row.what


def test_prices_beyond_all_bounds_are_refused(tmp_path: Path) -> None:
    text = _wide(amazon_row(item_price="9999999999999.99"), gift_wrap_price="9999999999999.99")

    (row,) = bad_rows_in(readings(tmp_path, text))

    assert row.code is RowFault.BAD_AMOUNT

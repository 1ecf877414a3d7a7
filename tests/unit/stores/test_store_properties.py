"""What holds for every order file: amounts survive, units add up, and no bytes break the reader."""

import tempfile
import tracemalloc
from decimal import Decimal
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.intake import IncomingOrder, allocate
from shared.domain.money import units_between
from shared.stores.recognize import open_orders
from shared.stores.troubles import BadRow, Notice
from shared.tables.amounts import exponent_of
from shared.tables.troubles import UnreadableFile
from tests.unit.stores.making import (
    amazon_row,
    amazon_text,
    orders_in,
    readings,
    shopify_follow,
    shopify_row,
    shopify_text,
    written,
)

CURRENCIES = st.sampled_from(["JPY", "EUR", "KWD"])
MINOR = st.integers(0, 10**9)
LINES = st.lists(
    st.tuples(st.integers(1, 99), st.integers(0, 10**6), st.integers(0, 10**4)), min_size=1, max_size=6
)


def _read(content: str | bytes, *, tax_inside: bool = True) -> list[IncomingOrder | BadRow | Notice]:
    with tempfile.TemporaryDirectory() as folder:
        return readings(Path(folder), content, tax_inside=tax_inside)


def _written(minor: int, currency: str) -> str:
    return str(Decimal(minor).scaleb(-(exponent_of(currency) or 0)))


@settings(deadline=None)
@given(price=MINOR, tax=MINOR, shipping=MINOR, quantity=st.integers(1, 999_999), currency=CURRENCIES)
def test_amounts_of_the_report_arrive_to_the_last_minor_unit(
    price: int, tax: int, shipping: int, quantity: int, currency: str
) -> None:
    row = amazon_row(
        currency=currency,
        quantity_purchased=str(quantity),
        item_price=_written(price, currency),
        item_tax=_written(tax, currency),
        shipping_price=_written(shipping, currency),
        shipping_tax="",
    )

    (order,) = orders_in(_read(amazon_text(row), tax_inside=False))

    line = order.lines[0]
    assert (line.price_minor, line.tax_minor, order.shipping_minor) == (price, tax, shipping)
    for amount in (price, tax):
        assert (
            sum(units_between(amount, quantity, at, at + 1) for at in range(min(quantity, 50)))
            + units_between(amount, quantity, min(quantity, 50), quantity)
            == amount
        )
    assert allocate(order).total_minor == price + tax + shipping


@settings(deadline=None)
@given(
    lines=LINES,
    percent=st.integers(0, 100),
    shipping=MINOR,
    taxes=MINOR,
    tax_inside=st.booleans(),
    currency=CURRENCIES,
)
def test_an_exports_own_total_is_what_its_order_comes_to(
    lines: list[tuple[int, int, int]],
    percent: int,
    shipping: int,
    taxes: int,
    *,
    tax_inside: bool,
    currency: str,
) -> None:
    prices = [quantity * unit for quantity, unit, _ in lines]
    own = [min(discount, price) for (*_, discount), price in zip(lines, prices, strict=True)]
    goods = sum(prices) - sum(own)
    discount = goods * percent // 100
    total = goods - discount + shipping + (0 if tax_inside else taxes)
    rows = [
        (shopify_follow if place else shopify_row)(
            lineitem_quantity=str(quantity),
            lineitem_price=_written(unit, currency),
            lineitem_discount=_written(own[place], currency),
        )
        for place, (quantity, unit, _) in enumerate(lines)
    ]
    rows[0] |= {
        "Currency": currency,
        "Discount Amount": _written(discount, currency),
        "Subtotal": _written(goods - discount, currency),
        "Shipping": _written(shipping, currency),
        "Taxes": _written(taxes, currency),
        "Total": _written(total, currency),
        "Refunded Amount": "",
    }

    (order,) = orders_in(_read(shopify_text(*rows), tax_inside=tax_inside))

    allocation = allocate(order)
    assert allocation.total_minor == total
    assert allocation.tax_minor == taxes
    assert sum(line.total_minor for line in allocation.lines) + allocation.shipping_minor == total
    assert sum(payment.captured_minor for payment in order.payments) == total


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_below_a_good_header_break_the_reader(noise: bytes) -> None:
    for good in (amazon_text(amazon_row()), shopify_text(shopify_row())):
        try:
            found = _read(good.encode() + noise)
        except UnreadableFile:
            continue
        assert found


@settings(deadline=None)
@given(
    text=st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    name=st.sampled_from(sorted(shopify_row())),
)
def test_any_text_in_any_cell_is_taken_or_named(text: str, name: str) -> None:
    found = _read(shopify_text(shopify_row() | {name: text}, shopify_row("#1002")))

    assert found
    assert all(row.what and row.how_to_mend for row in found if isinstance(row, BadRow))


def test_a_file_of_many_orders_takes_no_more_memory_than_one_of_few(tmp_path: Path) -> None:
    def peak(count: int) -> int:
        rows = [amazon_row(f"206-{number}", str(number)) for number in range(count)]
        file = open_orders(written(tmp_path, amazon_text(*rows)))
        tracemalloc.start()
        try:
            assert sum(1 for _ in file.readings(lambda _currency: True)) == count
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    # The first run fills caches that are bounded, and would be measured with it.
    peak(1_500)
    assert peak(1_500) < peak(300) + 150_000

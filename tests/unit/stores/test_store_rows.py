"""Rows that cannot be read as a table: quotation marks, control characters, lengths, widths."""

from pathlib import Path

import pytest

from shared.stores.recognize import open_orders
from shared.stores.troubles import BadRow
from shared.tables.troubles import RowFault
from tests.unit.stores.making import (
    amazon_row,
    amazon_text,
    bad_rows_in,
    orders_in,
    readings,
    shopify_follow,
    shopify_row,
    shopify_text,
    written,
)


def _only_fault(tmp_path: Path, text: str) -> BadRow:
    (row,) = bad_rows_in(readings(tmp_path, text))
    assert row.what
    assert row.how_to_mend
    return row


def test_quoted_line_ends_belong_to_the_row_and_count_as_lines(tmp_path: Path) -> None:
    text = shopify_text(
        shopify_row(notes='Ring "twice",\r\nthen\nwait', lineitem_name="Kettle,\nblue"),
        shopify_row("#1002", currency="XXX1"),
    )

    found = readings(tmp_path, text)

    assert orders_in(found)[0].lines[0].title == "Kettle, blue"
    assert [row.line for row in bad_rows_in(found)] == [6]


def test_a_mark_that_is_never_closed_costs_one_row_alone(tmp_path: Path) -> None:
    text = shopify_text(shopify_row(), shopify_row("#1002", notes="XX"), shopify_row("#1003"))

    found = readings(tmp_path, text.replace("XX", '"oops'))

    assert [order.number for order in orders_in(found)] == ["#1001", "#1003"]
    assert [(row.line, row.order_number, row.code) for row in bad_rows_in(found)] == [
        (3, "#1002", RowFault.BROKEN_QUOTATION)
    ]


def test_a_mark_that_closes_in_a_later_row_costs_one_row_alone(tmp_path: Path) -> None:
    text = shopify_text(
        shopify_row("#1001", notes="XX"), shopify_row("#1002", notes="a, b"), shopify_row("#1003")
    )

    found = readings(tmp_path, text.replace("XX", '"oops'))

    assert [order.number for order in orders_in(found)] == ["#1002", "#1003"]
    assert bad_rows_in(found)[0].line == 2


def test_a_runaway_mark_does_not_swallow_the_file(tmp_path: Path) -> None:
    rows = [shopify_row(f"#{number}") for number in range(1, 601)]
    text = shopify_text(shopify_row("#0", notes="XX"), *rows).replace("XX", '"oops')

    found = readings(tmp_path, text)

    assert len(orders_in(found)) == 600
    assert bad_rows_in(found)[0].order_number == "#0"


def test_a_mark_inside_a_value_is_refused(tmp_path: Path) -> None:
    text = shopify_text(shopify_row(notes="XX")).replace("XX", '"a"b')

    assert _only_fault(tmp_path, text).code is RowFault.BROKEN_QUOTATION


def test_bare_inch_marks_of_a_report_stay_and_a_spreadsheets_wrapping_goes(tmp_path: Path) -> None:
    text = amazon_text(
        amazon_row("206-1", "1", product_name='17" monitor'),
        amazon_row("206-2", "2", product_name='"17"" monitor, black"'),
        amazon_row("206-3", "3", product_name='"Best" kettle'),
    )

    found = orders_in(readings(tmp_path, text))

    assert [order.lines[0].title for order in found] == ['17" monitor', '17" monitor, black', '"Best" kettle']


@pytest.mark.parametrize("mark", ["\x00", "\x07", "\x1b", "\x7f", "\x85"])
def test_control_characters_are_refused_by_row(tmp_path: Path, mark: str) -> None:
    text = amazon_text(amazon_row("206-1", "1", ship_city=f"Lon{mark}don"), amazon_row("206-2", "2"))

    found = readings(tmp_path, text)

    assert [row.code for row in bad_rows_in(found)] == [RowFault.CONTROL_CHARACTER]
    assert [order.number for order in orders_in(found)] == ["206-2"]


def test_a_carriage_return_inside_a_row_is_refused(tmp_path: Path) -> None:
    row = _only_fault(tmp_path, amazon_text(amazon_row(ship_city="Lon\rdon")))

    assert row.code is RowFault.CONTROL_CHARACTER


def test_a_bare_carriage_return_beside_quoted_values_is_refused(tmp_path: Path) -> None:
    text = shopify_text(shopify_row(billing_name="XX", notes="a, b"), shopify_row("#1002", notes="c, d"))

    found = readings(tmp_path, text.replace("XX", "A\rB"))

    assert [(row.line, row.order_number, row.code) for row in bad_rows_in(found)] == [
        (2, "#1001", RowFault.CONTROL_CHARACTER)
    ]
    assert [order.number for order in orders_in(found)] == ["#1002"]


def test_a_quoted_value_without_bounds_costs_one_row_alone(tmp_path: Path) -> None:
    text = shopify_text(shopify_row(notes="x\n" * 3_000), shopify_row("#1002"))
    long = shopify_text(shopify_row(notes=("x" * 60_000 + '"\n') * 3), shopify_row("#1002"))

    for content in (text, long):
        found = readings(tmp_path, content)
        assert bad_rows_in(found)[0].order_number == "#1001"
        assert bad_rows_in(found)[0].code is RowFault.BROKEN_QUOTATION


def test_reading_tells_how_far_it_is(tmp_path: Path) -> None:
    rows = [amazon_row(f"206-{number}", str(number)) for number in range(600)]
    file = open_orders(written(tmp_path, amazon_text(*rows)))
    told: list[int] = []

    assert len(list(file.readings(lambda _currency: True, progress=told.append))) == 600
    assert told == sorted(told)
    assert len(told) == 3
    assert told[-1] == file.table.size


def test_marks_that_turn_the_reading_order_around_are_refused(tmp_path: Path) -> None:
    row = _only_fault(tmp_path, amazon_text(amazon_row(product_name="Ket\u202etle")))

    assert row.code is RowFault.CONTROL_CHARACTER


def test_long_values_are_refused_only_where_they_are_used(tmp_path: Path) -> None:
    assert _only_fault(tmp_path, amazon_text(amazon_row(product_name="x" * 501))).code is RowFault.TOO_LONG
    assert orders_in(readings(tmp_path, shopify_text(shopify_row(notes="x" * 5000))))


def test_a_line_without_end_is_refused_and_the_next_one_read(tmp_path: Path) -> None:
    text = amazon_text(amazon_row("206-1", "1", ship_city="x" * 450_000), amazon_row("206-2", "2"))

    found = readings(tmp_path, text)

    assert [(row.line, row.code, row.order_number) for row in bad_rows_in(found)] == [
        (2, RowFault.TOO_LONG, "206-1")
    ]
    assert [order.number for order in orders_in(found)] == ["206-2"]


def test_a_row_wider_than_the_header_is_refused(tmp_path: Path) -> None:
    row = _only_fault(tmp_path, amazon_text(amazon_row(ship_country="GB\tstray")))

    assert row.code is RowFault.TOO_MANY_VALUES
    assert "19 values" in row.what
    assert orders_in(readings(tmp_path, amazon_text(amazon_row(ship_country="GB\t\t "))))


def test_a_row_shorter_than_the_header_is_filled_up(tmp_path: Path) -> None:
    text = amazon_text(amazon_row()).rstrip("\n").rsplit("\t", 6)[0] + "\n"

    (order,) = orders_in(readings(tmp_path, text))

    assert order.shipping_minor == 0


def test_a_row_without_number_spoils_the_orders_beside_it_and_no_others(tmp_path: Path) -> None:
    text = shopify_text(
        shopify_row("#1"), shopify_row("#2"), shopify_follow(""), shopify_row("#3"), shopify_row("#4")
    )

    found = readings(tmp_path, text)

    assert [order.number for order in orders_in(found)] == ["#1", "#4"]
    assert [(row.line, row.code) for row in bad_rows_in(found)] == [
        (4, RowFault.NO_ORDER_NUMBER),
        (3, RowFault.BESIDE_NAMELESS_ROW),
        (5, RowFault.BESIDE_NAMELESS_ROW),
    ]


def test_rows_that_stand_apart_are_refused_in_every_place(tmp_path: Path) -> None:
    text = amazon_text(amazon_row("206-1", "1"), amazon_row("206-2", "2"), amazon_row("206-1", "3"))

    found = readings(tmp_path, text)

    assert [order.number for order in orders_in(found)] == ["206-2"]
    assert [(row.line, row.code) for row in bad_rows_in(found)] == [
        (2, RowFault.ROWS_APART),
        (4, RowFault.ROWS_APART),
    ]
    assert "others begin at line 4" in bad_rows_in(found)[0].what


def test_an_order_that_stands_there_twice_as_a_whole_is_read_twice(tmp_path: Path) -> None:
    rows = (amazon_row("206-1", "1"), amazon_row("206-2", "2"), amazon_row("206-1", "1"))

    found = readings(tmp_path, amazon_text(*rows))

    first, _, again = orders_in(found)
    assert first == again


def test_a_file_sorted_by_something_else_is_refused_as_a_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.stores.groups.MAX_APART", 1)
    rows = [amazon_row(f"206-{number}", f"{place}{number}") for place in (1, 2) for number in range(9)]

    with pytest.raises(Exception, match="Sort the file by “order-id”"):
        readings(tmp_path, amazon_text(*rows))


def test_an_order_of_too_many_lines_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.stores.groups.MAX_LINES", 2)
    rows = [amazon_row(item=str(place)) for place in range(3)]

    assert _only_fault(tmp_path, amazon_text(*rows)).code is RowFault.TOO_MANY_LINES

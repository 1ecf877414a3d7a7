"""Hundreds of bad files, made by a table of mutations: each has exactly one right report."""

from pathlib import Path

import pytest

from shared.feeds.codes import Code, RefusedDocument
from shared.feeds.recognize import open_feed
from tests.unit.feeds import bad_documents, bad_rows
from tests.unit.feeds.making import (
    ITEM,
    ORDER,
    OTHER,
    Report,
    acknowledge,
    acknowledged_item,
    adjust,
    adjust_row,
    adjusted,
    cancel,
    envelope,
    price,
    report,
    written,
)

GOOD_ROW = (OTHER, "NoInventory", ITEM)
CASES: list[tuple[str, str, Report]] = []


def flat(name: str, content: str, code: int, kind: str = "Error") -> None:
    """The bad row is the first one, and a good one follows: it must not be stopped."""
    line = "3" if content.startswith("TemplateType") else "2"
    successful = 1 if kind == "Error" else 2
    CASES.append((name, content, Report(2, successful, ((line, code, kind),))))


def xml(name: str, payload: str, bad: str, good: str, code: int, kind: str = "Error") -> None:
    successful = 1 if kind == "Error" else 2
    content = envelope(payload, bad, good)
    CASES.append((name, content, Report(2, successful, (("1", code, kind),))))


def canceling(name: str, row: tuple[str, str, str], code: int, kind: str = "Error") -> None:
    flat(f"cancel {name}", cancel(row, GOOD_ROW), code, kind)


def adjusting(name: str, code: int, kind: str = "Error", /, **changes: str) -> None:
    flat(f"adjust {name}", adjust(adjust_row(**changes), adjust_row(order_id=OTHER)), code, kind)


def acknowledging(name: str, bad: str, code: int, kind: str = "Error") -> None:
    xml(f"acknowledge {name}", "OrderAcknowledgement", bad, acknowledge(2, order=OTHER), code, kind)


def adjusting_xml(name: str, bad: str, code: int, kind: str = "Error") -> None:
    xml(f"adjust in XML {name}", "OrderAdjustment", bad, adjusted(2, order=OTHER), code, kind)


for value, code in bad_rows.ORDER_IDS.items():
    canceling(f"order {value[:30]!r}", (value, "NoInventory", ITEM), code)
    adjusting(f"order {value[:30]!r}", code, order_id=value)
    in_xml = value.replace("<", "&lt;")
    acknowledging(f"order {value[:30]!r}", acknowledge(order=in_xml), code)
    adjusting_xml(f"order {value[:30]!r}", adjusted(order=in_xml), code)
for value, code in bad_rows.ITEM_IDS.items():
    canceling(f"item {value[:30]!r}", (ORDER, "NoInventory", value), code)
    adjusting(f"item {value[:30]!r}", code, order_item_id=value)
    acknowledging(f"item {value[:30]!r}", acknowledge(items=acknowledged_item(value)), code)
    adjusting_xml(f"item {value[:30]!r}", adjusted(item=value), code)
for value, code in bad_rows.REASONS.items():
    canceling(f"reason {value[:30]!r}", (ORDER, value, ITEM), code)
    adjusting(f"reason {value[:30]!r}", code, adjustment_reason_code=value)
    acknowledging(f"reason {value[:30]!r}", acknowledge(items=acknowledged_item(reason=value)), code)
    adjusting_xml(f"reason {value[:30]!r}", adjusted(reason=value), code)
for value in bad_rows.REASONS_SPELLED_OTHERWISE:
    canceling(f"reason {value!r}", (ORDER, value, ITEM), 90109, "Warning")
    adjusting(f"reason {value!r}", 90109, "Warning", adjustment_reason_code=value)
    acknowledging(f"reason {value!r}", acknowledge(items=acknowledged_item(reason=value)), 90109, "Warning")
    adjusting_xml(f"reason {value!r}", adjusted(reason=value), 90109, "Warning")
for value in bad_rows.QUANTITIES:
    adjusting(f"quantity {value!r}", 90034, quantity_cancelled=value)
    quantity = f"<Quantity>{value}</Quantity>"
    acknowledging(f"quantity {value!r}", acknowledge(items=acknowledged_item(rest=quantity)), 90034)
    adjusting_xml(
        f"quantity {value!r}", adjusted(rest=f"<QuantityCancelled>{value}</QuantityCancelled>"), 90034
    )
for value, code in bad_rows.AMOUNTS.items():
    adjusting(f"amount {value!r}", code, quantity_cancelled="", currency="USD", item_price_adj=value)
    adjusting_xml(f"amount {value!r}", adjusted(rest=price(value)), code)
for value, code in bad_rows.CURRENCIES.items():
    adjusting(f"currency {value!r}", code, quantity_cancelled="", currency=value, item_price_adj="5.00")
    adjusting_xml(f"currency {value!r}", adjusted(rest=price("5.00", f' currency="{value}"')), code)

canceling("item without reason", (ORDER, "", ITEM), 90033)
canceling("reason without item", (ORDER, "NoInventory", ""), 90106, "Warning")
canceling("one value too many", (ORDER, "NoInventory", f"{ITEM}\t1"), 90028)
canceling("a vertical tab", (ORDER, "No\x0bInventory", ITEM), 90026)
canceling("an open quotation mark is part of the value", ('"' + ORDER[1:], "Nothing", ITEM), 90003)
adjusting("no item", 90031, order_item_id="")
adjusting("no reason", 90031, adjustment_reason_code="")
adjusting("nothing asked", 90045, quantity_cancelled="")
adjusting("a quantity for another reason", 90046, adjustment_reason_code="PriceError")
adjusting("amounts beside a quantity", 90114, "Warning", currency="USD", item_price_adj="5.00")
adjusting("an amount without a currency", 90031, quantity_cancelled="", item_price_adj="5.00")
adjusting("half a yen", 90041, quantity_cancelled="", currency="JPY", item_price_adj="5.50")
acknowledging("Failed", acknowledge(status="Failed"), 90107, "Warning")
acknowledging("small letters", acknowledge(status="failure"), 90107, "Warning")
acknowledging("another status", acknowledge(status="Canceled", items=""), 90038)
acknowledging("no status", acknowledge(status="", items=""), 90031)
acknowledging("no items", acknowledge(items=""), 90108, "Warning")
acknowledging(
    "a reason outside of Item",
    acknowledge(items="<CancelReason>NoInventory</CancelReason>" + acknowledged_item()),
    90036,
)
acknowledging("a reason with Success", acknowledge(status="Success"), 90037)
acknowledging(
    "a misspelled element", acknowledge(items=acknowledged_item(rest="<Quantitty>1</Quantitty>")), 5002
)
acknowledging("an unknown element", acknowledge(items="<Note>x</Note>" + acknowledged_item()), 5002)
acknowledging("text between elements", acknowledge(items="oops" + acknowledged_item()), 5002)
acknowledging(
    "an order id twice",
    acknowledge(items=f"<AmazonOrderID>{OTHER}</AmazonOrderID>" + acknowledged_item()).replace(
        f"<StatusCode>Failure</StatusCode><AmazonOrderID>{OTHER}</AmazonOrderID>",
        f"<AmazonOrderID>{OTHER}</AmazonOrderID><StatusCode>Failure</StatusCode>",
    ),
    90039,
)
acknowledging("a comment inside an id", acknowledge(order="206-0536365-48<!-- x -->11912"), 90040)
acknowledging("an element inside an id", acknowledge(order=f"<b>{ORDER}</b>"), 5002)
acknowledging(
    "elements in another order",
    acknowledge(items=acknowledged_item())
    .replace("<StatusCode>Failure</StatusCode>", "")
    .replace("</Item>", "</Item><StatusCode>Failure</StatusCode>"),
    90110,
    "Warning",
)
acknowledging(
    "Delete",
    acknowledge().replace("</MessageID>", "</MessageID><OperationType>Delete</OperationType>"),
    90049,
)
acknowledging("no payload", "<Message><MessageID>1</MessageID></Message>", 90031)
acknowledging(
    "two payloads", acknowledge().replace("<OrderAcknowledgement>", "<Other/><OrderAcknowledgement>"), 90039
)
acknowledging("another payload", acknowledge().replace("OrderAcknowledgement", "OrderAcknowledgment"), 90024)
acknowledging("an element of a namespace", acknowledge().replace("<Item>", '<Item xmlns="urn:x">'), 5002)
adjusting_xml("both names of the order", adjusted(head="<MerchantOrderID>7</MerchantOrderID>"), 90050)
adjusting_xml(
    "both names of the item",
    adjusted().replace(
        "<AdjustmentReason>", "<MerchantOrderItemID>7</MerchantOrderItemID><AdjustmentReason>"
    ),
    90050,
)
adjusting_xml("an unknown action", adjusted(head="<ActionType>Return</ActionType>"), 90047)
adjusting_xml("Refund of a quantity", adjusted(head="<ActionType>Refund</ActionType>"), 90047)
adjusting_xml(
    "Cancel without a quantity", adjusted(head="<ActionType>Cancel</ActionType>", rest=price("5.00")), 90047
)
adjusting_xml("another reason for a quantity", adjusted(reason="PriceError"), 90046)
adjusting_xml("nothing asked", adjusted(rest=""), 90045)
adjusting_xml("an unknown component", adjusted(rest=price("5.00", kind="Everything")), 90051)
adjusting_xml("a direct payment", adjusted(rest="<DirectPaymentAdjustments/>"), 90048)
adjusting_xml(
    "amounts beside a quantity",
    adjusted(rest=price("5.00") + "<QuantityCancelled>1</QuantityCancelled>"),
    90114,
    "Warning",
)
adjusting_xml(
    "no items", adjusted().replace("<AdjustedItem>", "<!--").replace("</AdjustedItem>", "-->"), 90031
)
adjusting_xml(
    "several currencies",
    adjusted(
        rest=price("5.00").replace(
            "</ItemPriceAdjustments>",
            '<Component><Type>Tax</Type><Amount currency="EUR">1</Amount></Component></ItemPriceAdjustments>',
        )
    ),
    90043,
)


def test_there_are_more_than_three_hundred_of_them() -> None:
    whole = len(bad_documents.XML) + len(bad_documents.TABLES)

    assert len({content for _, content, _ in CASES}) + whole > 400


@pytest.mark.parametrize(("name", "content", "expected"), CASES, ids=[name for name, _, _ in CASES])
def test_a_bad_record_has_its_one_result_and_stops_no_other(
    tmp_path: Path, name: str, content: str, expected: Report
) -> None:
    assert report(tmp_path, content) == expected, name


@pytest.mark.parametrize(("content", "code"), bad_documents.XML.values(), ids=bad_documents.XML.keys())
def test_a_bad_document_is_refused_whole(tmp_path: Path, content: str | bytes, code: int) -> None:
    assert report(tmp_path, content) == Report(0, 0, (("0", code, "Error"),))


@pytest.mark.parametrize(("content", "code"), bad_documents.TABLES.values(), ids=bad_documents.TABLES.keys())
def test_a_bad_table_is_refused_whole(tmp_path: Path, content: str | bytes, code: int) -> None:
    assert report(tmp_path, content) == Report(0, 0, (("0", code, "Error"),))


@pytest.mark.parametrize("column", ["quantity", "Quantity", "quantity-cancelled", "qty"])
def test_a_quantity_in_a_file_of_whole_items_is_an_error(tmp_path: Path, column: str) -> None:
    content = cancel((ORDER, "NoInventory", f"{ITEM}\t1"), (OTHER, "NoInventory", f"{ITEM}\t"))
    found = report(tmp_path, content.replace("amazon-order-item-code", f"amazon-order-item-code\t{column}"))

    assert found == Report(2, 1, (("3", 90035, "Error"),))


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (ORDER, (("4", 90030, "Error"),)),
        (f"{ORDER}\tNoInventory", (("4", 90030, "Error"),)),
        (f"{ORDER}\tNoInventory\t", (("4", 90030, "Error"),)),
        (f"{ORDER}\n", (("4", 90111, "Warning"),)),
        (f"{ORDER}\t\t", ()),
        (f"{ORDER}\tNoInventory\t{ITEM}", ()),
    ],
)
def test_a_file_that_was_cut_off_cancels_no_more_than_it_says(
    tmp_path: Path, end: str, expected: tuple[tuple[str, int, str], ...]
) -> None:
    assert report(tmp_path, cancel(GOOD_ROW) + end).results == expected


def test_a_message_stands_or_falls_as_a_whole(tmp_path: Path) -> None:
    items = acknowledged_item() + acknowledged_item("{item}")
    rows = list(
        open_feed(written(tmp_path, envelope("OrderAcknowledgement", acknowledge(items=items)))).rows()
    )

    assert [row.refused for row in rows] == [True, True]


def test_a_message_without_a_number_is_named_by_its_place(tmp_path: Path) -> None:
    content = envelope(
        "OrderAcknowledgement", acknowledge(), acknowledge().replace("<MessageID>1</MessageID>", "")
    )

    assert report(tmp_path, content) == Report(2, 1, (("0", 90025, "Error"),))


def test_a_file_that_is_too_large_is_refused_unread(tmp_path: Path) -> None:
    path = written(tmp_path, "x")
    with path.open("r+b") as stream:
        stream.truncate(100_000_001)

    with pytest.raises(RefusedDocument) as refused:
        open_feed(path)

    assert refused.value.problem.code is Code.FILE_TOO_LARGE


@pytest.mark.parametrize(
    "content",
    [
        cancel((ORDER, "NoInventory", ITEM), (OTHER, "NoInventory", ITEM)),
        envelope("OrderAcknowledgement", acknowledge(), acknowledge(2)),
    ],
)
def test_a_file_with_too_many_records_is_refused_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    monkeypatch.setattr("shared.tables.table.MAX_ROWS", 1)
    monkeypatch.setattr("shared.feeds.envelope.MAX_ROWS", 1)

    assert report(tmp_path, content).processed == 0


def test_a_value_with_a_line_break_in_it_never_becomes_a_row_of_its_own(tmp_path: Path) -> None:
    header = cancel().replace("order-id\t", "order-id\tnote\t")
    torn = f'{ORDER}\t"two\n{OTHER}\t\t\nlines"\tNoInventory\t{ITEM}\n'
    good = f"{OTHER}\t\tNoInventory\t{ITEM}\n"

    found = report(tmp_path, header + torn + good)

    refused = tuple((str(line), 90029, "Error") for line in (3, 4, 5))
    assert [one for one in found.results if one[2] == "Error"] == list(refused)
    assert (found.processed, found.successful) == (4, 1)


def test_a_mark_that_is_never_closed_stops_only_the_next_rows(tmp_path: Path) -> None:
    header = cancel().replace("order-id\t", "order-id\tnote\t")
    rows = [f"{OTHER}\t\tNoInventory\t{ITEM}\n" for _ in range(30)]

    found = report(tmp_path, header + f'{ORDER}\t"open\n' + "".join(rows))

    assert (found.processed, found.successful) == (31, 10)
    assert {code for _line, code, kind in found.results if kind == "Error"} == {90029}


def test_marks_inside_a_value_and_around_it_are_what_they_were(tmp_path: Path) -> None:
    header = cancel().replace("order-id\t", "order-id\tnote\t")
    notes = ('5" pan', '"Best" mug', '"He said ""no"""', "")
    rows = "".join(f"{OTHER}\t{note}\tNoInventory\t{ITEM}\n" for note in notes)

    found = report(tmp_path, header + rows)

    assert [one for one in found.results if one[2] == "Error"] == []

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile

import pytest
import xlsxwriter

from shared.domain.reasons import Reason
from shared.feeds.codes import Code, RefusedDocument
from shared.feeds.kinds import FeedType, feed_type_of
from shared.feeds.recognize import detect, open_feed
from shared.feeds.values import Action, Amount, AmountKind, Scope
from tests.unit.feeds.making import (
    CANCEL_HEADER,
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
    rows_of,
    written,
)

CANCELING = cancel((ORDER, "", ""), (OTHER, "NoInventory", ITEM))


def workbook(*rows: tuple[object, ...]) -> bytes:
    return workbook_of(rows)


def workbook_of(*sheets: Sequence[Sequence[object]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"default_date_format": "yyyy-mm-dd"}) as book:
        for rows in sheets:
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return out.getvalue()


def test_a_workbook_whose_second_sheet_is_damaged_is_refused(tmp_path: Path) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        bold = book.add_format({"bold": True})
        for sheet in (book.add_worksheet(), book.add_worksheet()):
            sheet.write_row(0, 0, ("order-id", "cancellation-reason-code", "amazon-order-item-code"))
        for line in range(1, 20_000):
            sheet.write_blank(line, 0, None, bold)
    damaged = io.BytesIO()
    with ZipFile(out) as book, ZipFile(damaged, "w") as copy:
        for name in book.namelist():
            content = book.read(name)
            is_second = name.endswith("sheet2.xml")
            copy.writestr(name, content.replace(b"</sheetData>", b"</oops>") if is_second else content)

    with pytest.raises(RefusedDocument) as refused:
        rows_of(tmp_path, damaged.getvalue())

    assert refused.value.problem.code is Code.UNREADABLE_FILE


def test_a_cell_that_holds_a_date_is_told_to_be_one(tmp_path: Path) -> None:
    header = ("order-id", "cancellation-reason-code", "amazon-order-item-code")
    [row] = rows_of(tmp_path, workbook(header, (datetime(2026, 11, 28, tzinfo=UTC).date(), "", "")))

    [problem] = [found for found in row.problems if found.code is Code.DAMAGED_BY_SPREADSHEET]
    assert problem.other == "taken for a date"


def test_a_workbook_of_which_several_sheets_could_be_meant_is_refused(tmp_path: Path) -> None:
    header = ("order-id", "cancellation-reason-code", "amazon-order-item-code")
    filled, other = [header, (ORDER, "", "")], [header, (OTHER, "", "")]

    with pytest.raises(RefusedDocument) as refused:
        rows_of(tmp_path, workbook_of(filled, other))

    assert "a workbook with rows in several sheets: “Sheet1”, “Sheet2”." in refused.value.problem.words()
    for sheets in ((filled, [header]), ([header], filled), (filled, [("Notes",), ("None",)])):
        assert [row.order_id for row in rows_of(tmp_path, workbook_of(*sheets))] == [ORDER]


def test_a_cancellation_file_cancels_whole_orders_and_whole_items(tmp_path: Path) -> None:
    whole, line = rows_of(tmp_path, CANCELING)

    assert (whole.record, whole.scope, whole.order_id, whole.reason) == (3, Scope.ORDER, ORDER, None)
    assert (line.record, line.scope, line.item_id, line.reason) == (4, Scope.LINE, ITEM, Reason.NO_INVENTORY)
    assert report(tmp_path, CANCELING) == Report(2, 2)


@pytest.mark.parametrize(
    "content",
    [
        CANCELING.replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf" + CANCELING.encode(),
        CANCELING.encode("utf-16"),
        CANCELING.encode("utf-16-le").join((b"\xff\xfe", b"")),
        CANCELING.replace("\n", "\n\n").encode(),
        CANCELING.replace("order-id", "Order ID").encode(),
        CANCELING.replace("order-id", " ORDER_ID ").encode(),
        CANCELING.replace(ORDER, f" {ORDER} ").encode(),
        CANCELING.replace(ORDER, f'"{ORDER}"').encode(),
        CANCELING.replace("\t\t\n", "\t\t\t\t\n").encode(),
    ],
)
def test_a_cancellation_file_may_be_written_in_many_ways(tmp_path: Path, content: bytes) -> None:
    rows = rows_of(tmp_path, content)

    assert [(row.order_id, row.item_id, row.problems) for row in rows] == [(ORDER, "", ()), (OTHER, ITEM, ())]


@pytest.mark.parametrize(
    ("content", "codes"),
    [
        (cancel((ORDER, "", ""), header=CANCEL_HEADER), [90101]),
        (
            CANCELING.replace("OrderCancellation\tVersion=1.0/1.0.3\t", "OrderCancellation  Version=1.0  "),
            [90102],
        ),
        (CANCELING.replace("order-id", "amazon-order-id"), [90103]),
        (CANCELING.replace("amazon-order-item-code", "order-item-id"), [90103]),
        (CANCELING.replace("order-id\t", "order-id\tnote\t").replace(ORDER, ORDER + "\tx"), [90104]),
        (CANCELING.replace("\t", ","), [90105]),
        (CANCELING.replace("\t", ";"), [90105]),
        (CANCELING.replace("order-id\t", "order-id\tmerchant-order-id\t"), []),
    ],
)
def test_what_is_lenient_about_a_file_is_a_warning(tmp_path: Path, content: str, codes: list[int]) -> None:
    found = report(tmp_path, content)

    assert [result for result in found.results if result[0] == "0"] == [
        ("0", code, "Warning") for code in codes
    ]


def test_a_sheet_is_read_like_the_text_file(tmp_path: Path) -> None:
    content = workbook(
        ("TemplateType=OrderCancellation", "Version=1.0/1.0.3", "This row"),
        ("order-id", "cancellation-reason-code", "amazon-order-item-code"),
        (ORDER, "", ""),
        (),
        (OTHER, "NoInventory", int(ITEM)),
    )

    assert [(row.record, row.order_id, row.item_id) for row in rows_of(tmp_path, content)] == [
        (3, ORDER, ""),
        (5, OTHER, ITEM),
    ]
    assert report(tmp_path, content) == Report(2, 2)


def test_an_acknowledgement_cancels_items_with_their_reasons(tmp_path: Path) -> None:
    items = acknowledged_item() + acknowledged_item(
        "53636600015472", "BuyerCanceled", "<Quantity>2</Quantity>"
    )
    first, second = rows_of(tmp_path, envelope("OrderAcknowledgement", acknowledge(7, items=items)))

    assert (first.record, first.part, first.message_id, first.scope) == (1, 0, "7", Scope.LINE)
    assert (second.part, second.quantity, second.scope) == (1, 2, Scope.UNITS)
    assert [first.reason, second.reason] == [Reason.NO_INVENTORY, Reason.BUYER_CANCELED]


def test_a_success_cancels_nothing_and_ties_ids(tmp_path: Path) -> None:
    ids = f"<AmazonOrderItemCode>{ITEM}</AmazonOrderItemCode><MerchantOrderItemID>7</MerchantOrderItemID>"
    item = f"<Item>{ids}</Item>"
    (row,) = rows_of(tmp_path, envelope("OrderAcknowledgement", acknowledge(status="Success", items=item)))

    assert (row.action, row.merchant_item_id, row.problems) == (Action.ACKNOWLEDGE, "7", ())


def test_an_adjustment_cancels_units_or_gives_money_back(tmp_path: Path) -> None:
    units, money = rows_of(
        tmp_path,
        envelope("OrderAdjustment", adjusted(), adjusted(2, reason="GeneralAdjustment", rest=price("5.00"))),
    )

    assert (units.action, units.scope, units.quantity) == (Action.CANCEL, Scope.UNITS, 1)
    assert (money.action, money.amounts) == (
        Action.REFUND,
        (Amount(AmountKind.PRINCIPAL, 500, "USD", "5.00"),),
    )


def test_an_amount_without_a_currency_waits_for_the_orders(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, envelope("OrderAdjustment", adjusted(reason="Other", rest=price("5.00", ""))))

    assert row.amounts == (Amount(AmountKind.PRINCIPAL, None, "", "5.00"),)


@pytest.mark.parametrize(
    ("currency", "text", "minor"),
    [("JPY", "580", 580), ("USD", "5.80", 580), ("KWD", "0.580", 580), ("USD", "+5", 500)],
)
def test_a_flat_adjustment_counts_in_the_currencys_own_decimals(
    tmp_path: Path, currency: str, text: str, minor: int
) -> None:
    row = adjust_row(currency=currency, item_price_adj=text, quantity_cancelled="")
    (found,) = rows_of(tmp_path, adjust(row))

    assert [(amount.minor, amount.currency) for amount in found.amounts] == [(minor, currency)]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (CANCELING, FeedType.ORDER_CANCELLATION),
        (adjust(adjust_row()), FeedType.ORDER_ADJUSTMENT_FLAT),
        (envelope("OrderAcknowledgement", acknowledge()), FeedType.ORDER_ACKNOWLEDGEMENT),
        (envelope("OrderAdjustment", adjusted()), FeedType.ORDER_ADJUSTMENT),
        (envelope("OrderAdjustment", adjusted()).encode("utf-16"), None),
        (
            envelope("OrderAdjustment", adjusted()).replace("UTF-8", "UTF-16").encode("utf-16"),
            FeedType.ORDER_ADJUSTMENT,
        ),
        (
            envelope("OrderAdjustment", adjusted()).replace("UTF-8", "Windows-1252").encode("cp1252"),
            FeedType.ORDER_ADJUSTMENT,
        ),
        (
            envelope("OrderAdjustment", adjusted()).replace("UTF-8", "Shift_JIS").encode("cp932"),
            FeedType.ORDER_ADJUSTMENT,
        ),
    ],
)
def test_the_type_is_detected(tmp_path: Path, content: str | bytes, kind: FeedType | None) -> None:
    assert detect(written(tmp_path, content)) is (kind or FeedType.ORDER_ADJUSTMENT)


def test_a_file_of_another_type_than_it_was_sent_as_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedDocument) as refused:
        open_feed(written(tmp_path, CANCELING), FeedType.ORDER_ADJUSTMENT)

    assert refused.value.problem.code is Code.OTHER_TYPE


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("order-cancellation", FeedType.ORDER_CANCELLATION),
        ("POST_ORDER_ACKNOWLEDGEMENT_DATA", FeedType.ORDER_ACKNOWLEDGEMENT),
        ("post_flat_file_payment_adjustment_data", FeedType.ORDER_ADJUSTMENT_FLAT),
        ("POST_FLAT_FILE_ORDER_ACKNOWLEDGEMENT_DATA", FeedType.ORDER_CANCELLATION),
    ],
)
def test_types_are_known_by_their_foreign_names(name: str, kind: FeedType) -> None:
    assert feed_type_of(name) is kind

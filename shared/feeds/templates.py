"""Templates to fill in for each type of feed: empty, or with open orders; none does anything as it stands."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import IO

import xlsxwriter
from lxml import etree

from shared.feeds import adjustment_file, cancellation_file
from shared.feeds.kinds import FeedType
from shared.feeds.writing import branch, envelope, leaf, table_line

_SCHEMAS = Path(__file__).parent / "schemas"
_TEMPLATE_ROW = (
    "TemplateType=OrderCancellation",
    "Version=1.0/1.0.3",
    "This row for Amazon.com use only.  Do not modify or delete.",
)
_CANCELLATION = cancellation_file.LAYOUT.needed
_ADJUSTMENT = (*adjustment_file.LAYOUT.needed, *adjustment_file.LAYOUT.optional)
_WIDTH = 28


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A line of an order that may still be canceled; the lines of an order follow each other.

    `item_id` is the id that feeds know it by, `currency` the order's.
    """

    order_id: str
    item_id: str
    currency: str


_EXAMPLE = OpenLine("XXX-XXXXXXX-XXXXXXX", "00000000000000", "USD")


def write_template(kind: FeedType, out: IO[bytes], merchant: str, lines: Iterable[OpenLine] = ()) -> None:
    """Stream a template as text or XML; an empty one in XML shows the form with ids that are none."""
    if kind is FeedType.ORDER_ACKNOWLEDGEMENT:
        _write_messages(out, "OrderAcknowledgement", merchant, map(_acknowledgement, _by_order(lines)))
    elif kind is FeedType.ORDER_ADJUSTMENT:
        _write_messages(out, "OrderAdjustment", merchant, map(_adjustment, _by_order(lines)))
    else:
        out.writelines(map(table_line, _rows(kind, lines)))


def write_sheet(kind: FeedType, out: IO[bytes], lines: Iterable[OpenLine] = ()) -> None:
    """Write the template of a flat feed as an Excel workbook whose cells are all text."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet(kind.value)
        text = book.add_format({"num_format": "@"})
        # Columns of text keep a spreadsheet from taking ids for numbers or dates.
        sheet.set_column(0, len(_ADJUSTMENT) - 1, _WIDTH, text)
        for number, row in enumerate(_rows(kind, lines)):
            for column, value in enumerate(row):
                if value:
                    sheet.write_string(number, column, value, text)


def schema_of(kind: FeedType) -> Path | None:
    """Find the schema of an XML feed; flat feeds have none."""
    return _SCHEMAS / f"{kind.value}.xsd" if kind.is_xml else None


def report_schema() -> Path:
    """Find the schema of the processing report."""
    return _SCHEMAS / "processing_report.xsd"


def _rows(kind: FeedType, lines: Iterable[OpenLine]) -> Iterator[Sequence[str]]:
    if kind is FeedType.ORDER_CANCELLATION:
        yield _TEMPLATE_ROW
        yield _CANCELLATION
        # Without a reason a row is an error, so that no row cancels before somebody filled it in.
        yield from ((line.order_id, "", line.item_id) for line in lines)
        return
    yield _ADJUSTMENT
    rest = [""] * (len(_ADJUSTMENT) - 4)
    yield from ((line.order_id, line.item_id, "", line.currency, *rest) for line in lines)


def _by_order(lines: Iterable[OpenLine]) -> Iterator[list[OpenLine]]:
    is_empty = True
    for _, of_order in groupby(lines, key=lambda line: line.order_id):
        is_empty = False
        yield list(of_order)
    if is_empty:
        yield [_EXAMPLE]


def _write_messages(
    out: IO[bytes], message_type: str, merchant: str, payloads: Iterable[etree._Element]
) -> None:
    with envelope(out, message_type, merchant) as (messages, _):
        for payload in payloads:
            messages.message(payload)


def _acknowledgement(lines: Sequence[OpenLine]) -> etree._Element:
    # Success cancels nothing until somebody writes Failure and the reasons.
    items = [branch("Item", leaf("AmazonOrderItemCode", line.item_id)) for line in lines]
    return branch(
        "OrderAcknowledgement",
        leaf("AmazonOrderID", lines[0].order_id),
        leaf("StatusCode", "Success"),
        *items,
    )


def _adjustment(lines: Sequence[OpenLine]) -> etree._Element:
    # An amount of nothing is an error, so that no item is adjusted before somebody filled it in.
    return branch(
        "OrderAdjustment",
        leaf("AmazonOrderID", lines[0].order_id),
        *(
            branch(
                "AdjustedItem",
                leaf("AmazonOrderItemCode", line.item_id),
                leaf("AdjustmentReason", "GeneralAdjustment"),
                branch(
                    "ItemPriceAdjustments",
                    branch(
                        "Component", leaf("Type", "Principal"), leaf("Amount", "0", currency=line.currency)
                    ),
                ),
            )
            for line in lines
        ),
    )

"""Write a processing report in the format of its feed: as XML, or as a table below a summary."""

from collections.abc import Iterable
from typing import IO

from lxml import etree

from shared.feeds.codes import RefusedDocument
from shared.feeds.processing_report import ReportStatus, Result, Summary, description, plain
from shared.feeds.writing import branch, envelope, leaf, table_line

_COLUMNS = (
    "original-record-number",
    "order-id",
    "order-item-id",
    "error-code",
    "error-type",
    "error-message",
)
_WHOLE_DOCUMENT = "0"


def write_xml(
    out: IO[bytes],
    feed_id: str,
    merchant: str,
    summary: Summary,
    results: Iterable[Result],
    status: ReportStatus = ReportStatus.COMPLETE,
) -> None:
    """Stream a report as XML; `merchant` is at most 50 characters."""
    with (
        envelope(out, "ProcessingReport", merchant) as (messages, file),
        messages.open_message(),
        file.element("ProcessingReport"),
    ):
        file.write(
            leaf("DocumentTransactionID", feed_id),
            leaf("StatusCode", status.value),
            branch(
                "ProcessingSummary",
                leaf("MessagesProcessed", str(summary.processed)),
                leaf("MessagesSuccessful", str(summary.successful)),
                leaf("MessagesWithError", str(summary.with_error)),
                leaf("MessagesWithWarning", str(summary.with_warning)),
            ),
        )
        for result in results:
            file.write("\n", _result(result))


def write_flat(out: IO[bytes], summary: Summary, results: Iterable[Result]) -> None:
    """Stream a report as a table; it is left out when nothing went wrong."""
    out.write(b"Feed Processing Summary:\n")
    out.write(f"\tNumber of records processed\t\t{summary.processed}\n".encode())
    out.write(f"\tNumber of records successful\t\t{summary.successful}\n".encode())
    is_first = True
    for result in results:
        if is_first:
            out.write(b"\n" + table_line(_COLUMNS))
            is_first = False
        cells = (
            str(result.record),
            plain(result.order_id),
            plain(result.item_id),
            str(int(result.problem.code)),
            result.problem.severity.value.capitalize(),
            description(result),
        )
        out.write(table_line(cells))


def refusal_of(refused: RefusedDocument) -> tuple[Result, ...]:
    """Give the one result of a document that was refused as a whole."""
    return (Result(refused.problem),)


def _result(result: Result) -> etree._Element:
    element = branch(
        "Result",
        leaf("MessageID", result.message_id or _WHOLE_DOCUMENT),
        leaf("ResultCode", result.problem.severity.value.capitalize()),
        leaf("ResultMessageCode", str(int(result.problem.code))),
        leaf("ResultDescription", description(result)),
    )
    info = [
        leaf(name, plain(value))
        for name, value in (
            ("SKU", result.sku),
            ("AmazonOrderID", result.order_id),
            ("AmazonOrderItemCode", result.item_id),
        )
        if value
    ]
    if info:
        element.append(branch("AdditionalInfo", *info))
    return element

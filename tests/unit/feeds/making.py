"""Small feeds for the tests: good ones by default, each value open to damage; and what their reports say."""

import io
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from shared.feeds import reports
from shared.feeds.codes import RefusedDocument
from shared.feeds.kinds import FeedType
from shared.feeds.processing_report import ReportStatus, Result, Summary, Tally, results_of
from shared.feeds.recognize import open_feed
from shared.feeds.values import FeedRow

ORDER, OTHER, ITEM = "206-0536365-4811912", "206-0536366-0273541", "53636600015471"
TEMPLATE_ROW = "TemplateType=OrderCancellation\tVersion=1.0/1.0.3\tThis row for Amazon.com use only.\n"
CANCEL_HEADER = "order-id\tcancellation-reason-code\tamazon-order-item-code\n"
ADJUST_COLUMNS = (
    "order-id",
    "order-item-id",
    "adjustment-reason-code",
    "currency",
    "item-price-adj",
    "item-tax-adj",
    "quantity-cancelled",
)
ADJUST_HEADER = "\t".join(ADJUST_COLUMNS) + "\n"


@dataclass(frozen=True, slots=True)
class Report:
    """A report as a reader sees it: counters, and (record or MessageID, code, type) of each result."""

    processed: int
    successful: int
    results: tuple[tuple[str, int, str], ...] = ()


def cancel(*rows: tuple[str, str, str], header: str = TEMPLATE_ROW + CANCEL_HEADER) -> str:
    return header + "".join("\t".join(row) + "\n" for row in rows)


def adjust(*rows: dict[str, str], header: str = ADJUST_HEADER) -> str:
    return header + "".join("\t".join(row.get(name, "") for name in ADJUST_COLUMNS) + "\n" for row in rows)


def adjust_row(**changes: str) -> dict[str, str]:
    row = {
        "order-id": ORDER,
        "order-item-id": ITEM,
        "adjustment-reason-code": "NoInventory",
        "quantity-cancelled": "1",
    }
    return {**row, **{name.replace("_", "-"): value for name, value in changes.items()}}


def envelope(message_type: str, *messages: str) -> str:
    inside = "\n".join(messages)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<AmazonEnvelope>\n'
        "<Header><DocumentVersion>1.01</DocumentVersion><MerchantIdentifier>M1</MerchantIdentifier></Header>\n"
        f"<MessageType>{message_type}</MessageType>\n{inside}\n</AmazonEnvelope>"
    )


def message(payload: str, number: int = 1) -> str:
    return f"<Message><MessageID>{number}</MessageID>{payload}</Message>"


def acknowledge(
    number: int = 1, *, order: str = ORDER, status: str = "Failure", items: str | None = None
) -> str:
    inside = acknowledged_item() if items is None else items
    return message(
        f"<OrderAcknowledgement><AmazonOrderID>{order}</AmazonOrderID><StatusCode>{status}</StatusCode>"
        f"{inside}</OrderAcknowledgement>",
        number,
    )


def acknowledged_item(item: str = ITEM, reason: str = "NoInventory", rest: str = "") -> str:
    return (
        f"<Item><AmazonOrderItemCode>{item}</AmazonOrderItemCode>"
        f"<CancelReason>{reason}</CancelReason>{rest}</Item>"
    )


def adjusted(
    number: int = 1, *, order: str = ORDER, head: str = "", item: str = ITEM, reason: str = "NoInventory",
    rest: str = "<QuantityCancelled>1</QuantityCancelled>",
) -> str:  # fmt: skip
    return message(
        f"<OrderAdjustment><AmazonOrderID>{order}</AmazonOrderID>{head}<AdjustedItem>"
        f"<AmazonOrderItemCode>{item}</AmazonOrderItemCode><AdjustmentReason>{reason}</AdjustmentReason>"
        f"{rest}</AdjustedItem></OrderAdjustment>",
        number,
    )


def price(amount: str, currency: str = ' currency="USD"', kind: str = "Principal") -> str:
    return (
        f"<ItemPriceAdjustments><Component><Type>{kind}</Type><Amount{currency}>{amount}</Amount>"
        "</Component></ItemPriceAdjustments>"
    )


def rows_of(folder: Path, content: str | bytes, wanted: FeedType | None = None) -> list[FeedRow]:
    return list(open_feed(written(folder, content), wanted).rows())


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "feed"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def report_text(folder: Path, content: str | bytes) -> bytes:
    """Read a feed and write its report, as XML for what begins like XML."""
    path = written(folder, content)
    out = io.BytesIO()
    try:
        feed = open_feed(path)
        rows = list(feed.rows())
    except RefusedDocument as refused:
        refusal = reports.refusal_of(refused)
        if path.read_bytes().lstrip(b"\xef\xbb\xbf\xff\xfe \n\x00").startswith(b"<"):
            reports.write_xml(out, "feed", "M1", Summary(), refusal, ReportStatus.REJECTED)
        else:
            reports.write_flat(out, Summary(), refusal)
        return out.getvalue()
    tally = Tally()
    for row in rows:
        tally.add(row)
    results = [*map(Result, feed.problems), *(result for row in rows for result in results_of(row))]
    if feed.kind.is_xml:
        reports.write_xml(out, "feed", "M1", tally.summary, results)
    else:
        reports.write_flat(out, tally.summary, results)
    return out.getvalue()


def report(folder: Path, content: str | bytes) -> Report:
    return reported(report_text(folder, content))


def reported(text: bytes) -> Report:
    return _xml_report(text) if text.startswith(b"<") else _flat_report(text.decode())


def _flat_report(text: str) -> Report:
    lines = text.splitlines()
    assert lines[0] == "Feed Processing Summary:"
    processed, successful = (int(line.split("\t")[-1]) for line in lines[1:3])
    cells = [line.split("\t") for line in lines[5:]]
    assert all(len(row) == 6 and row[5] for row in cells)
    return Report(processed, successful, tuple((row[0], int(row[3]), row[4]) for row in cells))


def _xml_report(text: bytes) -> Report:
    root = etree.fromstring(text)
    results = [
        (
            one.findtext("MessageID", ""),
            int(one.findtext("ResultMessageCode", "")),
            one.findtext("ResultCode", ""),
        )
        for one in root.iter("Result")
    ]
    counted = {
        name: int(root.findtext(f".//Messages{name}", ""))
        for name in ("Processed", "Successful", "WithError")
    }
    assert counted["Processed"] == counted["Successful"] + counted["WithError"]
    return Report(counted["Processed"], counted["Successful"], tuple(results))

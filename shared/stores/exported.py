"""Write orders into a table for a spreadsheet, a piece at a time, so that its size costs no memory."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from shared import wording
from shared.actions import order_exports
from shared.actions.order_exports import ExportRun
from shared.domain.ids import MerchantId
from shared.domain.orders import ItemStatus, OrderStatus, PaymentStatus
from shared.queries.list_values import OrderFilter
from shared.queries.order_exports import ExportedOrder, orders_after
from shared.rendering import currency_exponent, speaking
from shared.storage.engine import Database
from shared.tables.guarding import guard

_AT_ONCE = 1_000
_MARK = "\ufeff"
_HEADS = (
    "order", "placed-at", "customer", "email", "items", "lines", "order-status", "payment-status",
    "units-ordered", "units-shipped", "units-canceled", "units-requested", "currency", "total", "refunded",
)  # fmt: skip


def write(db: Database, merchant_id: MerchantId, export_id: UUID) -> None:
    """Write an export; one that somebody else has taken over is left to them."""
    run = order_exports.start(db, merchant_id, export_id)
    if run is None:
        return
    try:
        with speaking(run.locale):
            _write(db, merchant_id, run)
    except order_exports.Superseded:
        return


def as_document(wanted: OrderFilter) -> dict[str, Any]:
    """Write down what is wanted, for the worker to read."""
    told = {name: value for name, value in asdict(wanted).items() if value}
    return {
        name: value.isoformat() if isinstance(value, datetime) else str(value) for name, value in told.items()
    }


def from_document(document: Mapping[str, Any]) -> OrderFilter:
    """Read what is wanted; an export is always newest first."""
    return replace(
        OrderFilter(search=document.get("search", "")),
        status=OrderStatus(document["status"]) if "status" in document else None,
        item_status=ItemStatus(document["item_status"]) if "item_status" in document else None,
        payment_status=PaymentStatus(document["payment_status"]) if "payment_status" in document else None,
        placed_from=_instant(document, "placed_from"),
        placed_before=_instant(document, "placed_before"),
    )


def _instant(document: Mapping[str, Any], name: str) -> datetime | None:
    return datetime.fromisoformat(document[name]) if name in document else None


def _write(db: Database, merchant_id: MerchantId, run: ExportRun) -> None:
    wanted, last, ordinal = from_document(run.wanted), None, 0
    while True:
        found = orders_after(db, merchant_id, wanted, last, most=_AT_ONCE)
        lines = [_cells(order) for order in found]
        body = _table([_HEADS, *lines], _MARK) if ordinal == 0 else _table(lines)
        if body:
            order_exports.keep(db, merchant_id, run, ordinal, body, len(found))
        if len(found) < _AT_ONCE:
            break
        last, ordinal = found[-1], ordinal + 1
    order_exports.finish(db, merchant_id, run)


def _cells(order: ExportedOrder) -> tuple[str, ...]:
    return (
        order.number,
        order.placed_at.isoformat(timespec="seconds"),
        order.buyer_name,
        order.buyer_email,
        order.items_label,
        str(order.lines),
        wording.order_status(order.status).words,
        wording.payment_status(order.payment_status).words,
        *(str(units) for units in (order.ordered, order.shipped, order.canceled, order.requested)),
        order.currency,
        _amount(order.total_minor, order.currency),
        _amount(order.refunded_minor, order.currency),
    )


def _amount(minor: int, currency: str) -> str:
    try:
        return str(Decimal(minor).scaleb(-currency_exponent(currency)))
    except ValueError:
        return ""


def _table(lines: Iterable[Iterable[str]], before: str = "") -> bytes:
    # Spreadsheets take a file for UTF-8 by the mark at its beginning.
    table = io.StringIO()
    csv.writer(table).writerows([guard(cell) for cell in line] for line in lines)
    return (before + table.getvalue()).encode()

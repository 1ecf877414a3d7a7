"""What reports told of orders whose rows cannot hold it yet, kept until the rest comes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, text

from shared.domain.intake import IncomingDiscount, IncomingPayment
from shared.domain.order_reports import Report, ReportedLine
from shared.domain.orders import Gateway
from shared.storage.bulk import document
from shared.storage.engine import Transaction
from shared.storage.records import OrderPartRecord

_INSTANTS = ("placed_at", "paid_at")
_LISTS = ("lines", "payments", "discounts")
_KEEP = """
INSERT INTO order_parts (merchant_id, source, number, order_id, facts, received_at)
SELECT :merchant, source, number, order_id, facts, :now FROM json_populate_recordset(NULL::order_parts, :rows)
ON CONFLICT (merchant_id, source, number)
DO UPDATE SET order_id = excluded.order_id, facts = excluded.facts, received_at = excluded.received_at
"""


@dataclass(frozen=True, slots=True)
class Part:
    """What is known so far, and the order that has come of it, if any."""

    report: Report
    order_id: UUID | None


def parts_of(tx: Transaction, numbers: Collection[str]) -> dict[str, Part]:
    """Read what waits under these order numbers, and lock it."""
    rows = tx.session.execute(
        select(OrderPartRecord)
        .where(OrderPartRecord.merchant_id == tx.merchant_id, OrderPartRecord.number.in_(numbers))
        .order_by(OrderPartRecord.source, OrderPartRecord.number)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalars()
    return {row.number: Part(_report(row.facts), row.order_id) for row in rows}


def keep(tx: Transaction, kept: Sequence[tuple[Report, UUID | None]]) -> None:
    """Keep what is known of each of these orders by now, beside the order that has come of it, if any."""
    if not kept:
        return
    rows = [
        {
            "source": report.source,
            "number": report.number,
            "order_id": order_id and str(order_id),
            "facts": _document(report),
        }
        for report, order_id in kept
    ]
    given = {"merchant": tx.merchant_id, "now": tx.now, "rows": document(rows)}
    tx.session.connection().execute(text(_KEEP), given)


def drop(tx: Transaction, numbers: Collection[str]) -> None:
    """Forget what waited; the orders' rows hold all of it now."""
    if not numbers:
        return
    tx.session.execute(
        delete(OrderPartRecord)
        .where(OrderPartRecord.merchant_id == tx.merchant_id, OrderPartRecord.number.in_(numbers))
        .execution_options(synchronize_session=False)
    )


def count_waiting(tx: Transaction) -> int:
    """Count what waits for the rest of an order."""
    return tx.session.scalars(
        select(func.count())
        .select_from(OrderPartRecord)
        .where(OrderPartRecord.merchant_id == tx.merchant_id, OrderPartRecord.order_id.is_(None))
    ).one()


def _document(report: Report) -> dict[str, Any]:
    facts = _told(report)
    for name in _INSTANTS:
        facts[name] = facts[name] and facts[name].isoformat()
    for name in _LISTS:
        facts[name] = [_told(one) for one in facts[name]]
    return facts


def _told(value: Report | ReportedLine | IncomingPayment | IncomingDiscount) -> dict[str, Any]:
    # asdict() would copy every value of every line first.
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _report(document: Mapping[str, Any]) -> Report:
    facts = dict(document)
    for name in _INSTANTS:
        facts[name] = datetime.fromisoformat(facts[name]) if facts[name] else None
    facts["lines"] = tuple(ReportedLine(**line) for line in facts["lines"])
    facts["payments"] = tuple(
        IncomingPayment(**{**payment, "gateway": Gateway(payment["gateway"])})
        for payment in facts["payments"]
    )
    facts["discounts"] = tuple(
        IncomingDiscount(**{**discount, "skus": tuple(discount["skus"])}) for discount in facts["discounts"]
    )
    facts["delivery"] = tuple(facts["delivery"])
    return Report(**facts)

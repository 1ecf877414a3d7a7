"""What reports told of orders whose rows cannot hold it yet, kept until the rest comes."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from shared.domain.intake import IncomingDiscount, IncomingPayment
from shared.domain.order_reports import Report, ReportedLine
from shared.domain.orders import Gateway
from shared.storage.engine import Transaction
from shared.storage.records import OrderPartRecord

_INSTANTS = ("placed_at", "paid_at")


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


def keep(tx: Transaction, report: Report, order_id: UUID | None) -> None:
    """Keep what is known of an order by now."""
    row = {"order_id": order_id, "facts": _document(report), "received_at": tx.now}
    tx.session.connection().execute(
        insert(OrderPartRecord)
        .values(merchant_id=tx.merchant_id, source=report.source, number=report.number, **row)
        .on_conflict_do_update(index_elements=["merchant_id", "source", "number"], set_=row)
    )


def drop(tx: Transaction, number: str) -> None:
    """Forget what waited; the order's rows hold all of it now."""
    tx.session.execute(
        delete(OrderPartRecord)
        .where(OrderPartRecord.merchant_id == tx.merchant_id, OrderPartRecord.number == number)
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
    document = asdict(report)
    for name in _INSTANTS:
        instant = document[name]
        document[name] = instant and instant.isoformat()
    return document


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

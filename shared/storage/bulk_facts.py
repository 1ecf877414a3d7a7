"""Lock many orders at once and read them as facts, set by set."""

from collections import defaultdict
from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select

from shared.domain.cancellation import CLAIMING_STATES
from shared.domain.orders import Order
from shared.storage.engine import Transaction
from shared.storage.facts import assemble
from shared.storage.records import (
    LineItemRecord,
    MerchantRecord,
    OrderRecord,
    PaymentRecord,
    RequestRecord,
    RequestUnitsRecord,
)
from shared.storage.scopes import orders_of, owed_on

_Row = TypeVar("_Row", LineItemRecord, PaymentRecord)


def facts_of(
    tx: Transaction, order_ids: Sequence[UUID], *, lock: bool
) -> dict[UUID, tuple[OrderRecord, Order]]:
    """Read orders with all that judges them, locked in order if asked; unknown ids are left out."""
    query = orders_of(tx).where(OrderRecord.id.in_(order_ids)).order_by(OrderRecord.id)
    if lock:
        query = query.with_for_update()
    orders = tx.session.scalars(query.execution_options(populate_existing=True)).all()
    merchant = tx.session.get_one(MerchantRecord, tx.merchant_id)
    lines = _by_order(tx, LineItemRecord, orders)
    payments = _by_order(tx, PaymentRecord, orders)
    claims = _claims(tx, orders)
    return {
        order.id: (
            order,
            assemble(
                order,
                sorted(lines[order.id], key=lambda line: line.ordinal),
                sorted(payments[order.id], key=lambda payment: payment.ordinal),
                claims[order.id],
                self_service=merchant.self_service,
                owed_minor=owed_on(tx, order.id) if order.refunds_failed else 0,
            ),
        )
        for order in orders
    }


def _by_order(tx: Transaction, record: type[_Row], orders: Sequence[OrderRecord]) -> dict[UUID, list[_Row]]:
    found: dict[UUID, list[_Row]] = defaultdict(list)
    query = select(record).where(
        record.merchant_id == tx.merchant_id, record.order_id.in_([order.id for order in orders])
    )
    for row in tx.session.scalars(query.execution_options(populate_existing=True)):
        found[row.order_id].append(row)
    return found


def _claims(tx: Transaction, orders: Sequence[OrderRecord]) -> dict[UUID, list[RequestUnitsRecord]]:
    # Most orders of a batch were never asked about: their own row says so.
    touched = [order.id for order in orders if order.requested or order.canceled]
    found: dict[UUID, list[RequestUnitsRecord]] = defaultdict(list)
    if not touched:
        return found
    rows = tx.session.execute(
        select(RequestUnitsRecord, RequestRecord.order_id)
        .join(
            RequestRecord,
            (RequestRecord.merchant_id == RequestUnitsRecord.merchant_id)
            & (RequestRecord.id == RequestUnitsRecord.request_id),
        )
        .where(
            RequestUnitsRecord.merchant_id == tx.merchant_id,
            RequestRecord.order_id.in_(touched),
            RequestRecord.state.in_(CLAIMING_STATES),
        )
        .execution_options(populate_existing=True)
    )
    for claim, order_id in rows:
        found[order_id].append(claim)
    return found

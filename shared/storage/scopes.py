"""The one way to select a merchant's orders and requests, and to lock them: the order row first, always."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID
from zlib import crc32

from sqlalchemy import Row, Select, Text, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from shared.domain.cancellation import CLAIMING_STATES, RequestState
from shared.domain.errors import NotFound
from shared.domain.refunds import RefundKind, RefundState
from shared.storage.engine import Transaction
from shared.storage.records import (
    LineItemRecord,
    OrderRecord,
    PaymentRecord,
    RefundRecord,
    RequestRecord,
    RequestUnitsRecord,
)

# Each lock is for many SKUs: a server has no room for one of each that a batch puts back.
_STOCK_LOCKS = 1024


def orders_of(tx: Transaction) -> Select[OrderRecord]:
    """Select this merchant's orders."""
    return select(OrderRecord).where(OrderRecord.merchant_id == tx.merchant_id)


def requests_of(tx: Transaction) -> Select[RequestRecord]:
    """Select this merchant's cancellation requests."""
    return select(RequestRecord).where(RequestRecord.merchant_id == tx.merchant_id)


def find_order(tx: Transaction, order_id: UUID) -> OrderRecord:
    """Read one order; raises NotFound, also for another merchant's."""
    order = tx.session.scalars(orders_of(tx).where(OrderRecord.id == order_id)).one_or_none()
    if order is None:
        raise NotFound("There is no such order.")
    return order


def find_order_by_number(tx: Transaction, number: str) -> OrderRecord:
    """Read one order by its number; raises NotFound."""
    order = tx.session.scalars(orders_of(tx).where(OrderRecord.number == number)).one_or_none()
    if order is None:
        raise NotFound("There is no such order.")
    return order


def lock_order(tx: Transaction, order_id: UUID) -> OrderRecord:
    """Lock one order for the rest of the transaction; whoever changes anything of it does this first."""
    order = tx.session.scalars(
        orders_of(tx)
        .where(OrderRecord.id == order_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if order is None:
        raise NotFound("There is no such order.")
    return order


def lock_request(tx: Transaction, request_id: UUID) -> tuple[OrderRecord, RequestRecord]:
    """Lock a request through its order; raises NotFound."""
    order_id = tx.session.scalars(
        select(RequestRecord.order_id).where(
            RequestRecord.merchant_id == tx.merchant_id, RequestRecord.id == request_id
        )
    ).one_or_none()
    if order_id is None:
        raise NotFound("There is no such cancellation request.")
    order = lock_order(tx, order_id)
    request = tx.session.scalars(
        requests_of(tx).where(RequestRecord.id == request_id).execution_options(populate_existing=True)
    ).one()
    return order, request


def lock_stock(tx: Transaction, skus: Iterable[str]) -> None:
    """Lock the counts of SKUs, tracked or not, all at once: one after another two would wait in a ring."""
    places = sorted({crc32(sku.encode()) % _STOCK_LOCKS for sku in skus})
    given = func.unnest(literal([f"stock {tx.merchant_id} {place}" for place in places], ARRAY(Text)))
    key = given.column_valued("key")
    tx.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))


def lines_of(tx: Transaction, order_id: UUID) -> Sequence[LineItemRecord]:
    """Read an order's lines in their order."""
    return tx.session.scalars(
        select(LineItemRecord)
        .where(LineItemRecord.merchant_id == tx.merchant_id, LineItemRecord.order_id == order_id)
        .order_by(LineItemRecord.ordinal)
        .execution_options(populate_existing=True)
    ).all()


def payments_of(tx: Transaction, order_id: UUID) -> Sequence[PaymentRecord]:
    """Read an order's payments in their order."""
    return tx.session.scalars(
        select(PaymentRecord)
        .where(PaymentRecord.merchant_id == tx.merchant_id, PaymentRecord.order_id == order_id)
        .order_by(PaymentRecord.ordinal)
        .execution_options(populate_existing=True)
    ).all()


def requests_on(tx: Transaction, order_id: UUID) -> Sequence[RequestRecord]:
    """Read an order's cancellation requests, oldest first."""
    return tx.session.scalars(
        requests_of(tx)
        .where(RequestRecord.order_id == order_id)
        .order_by(RequestRecord.requested_at, RequestRecord.id)
        .execution_options(populate_existing=True)
    ).all()


def units_of(tx: Transaction, request_ids: Sequence[UUID]) -> Sequence[RequestUnitsRecord]:
    """Read the units of several requests."""
    return tx.session.scalars(
        select(RequestUnitsRecord)
        .where(
            RequestUnitsRecord.merchant_id == tx.merchant_id,
            RequestUnitsRecord.request_id.in_(request_ids),
        )
        .execution_options(populate_existing=True)
    ).all()


def claims_on(tx: Transaction, order_id: UUID) -> Sequence[RequestUnitsRecord]:
    """Read the units that open and accepted requests on an order claim."""
    return tx.session.scalars(
        select(RequestUnitsRecord)
        .join(
            RequestRecord,
            (RequestRecord.merchant_id == RequestUnitsRecord.merchant_id)
            & (RequestRecord.id == RequestUnitsRecord.request_id),
        )
        .where(
            RequestUnitsRecord.merchant_id == tx.merchant_id,
            RequestRecord.order_id == order_id,
            RequestRecord.state.in_(CLAIMING_STATES),
        )
        .execution_options(populate_existing=True)
    ).all()


def declined_lines(tx: Transaction, order_id: UUID) -> Sequence[Row[UUID, int, str, str, dict[str, Any]]]:
    """List what declined requests were about: line, units, who asked, what the warehouse said, the quote."""
    return tx.session.execute(
        select(
            RequestUnitsRecord.line_item_id,
            RequestUnitsRecord.quantity,
            RequestRecord.requested_by,
            RequestRecord.warehouse,
            RequestRecord.quote,
        )
        .join(
            RequestRecord,
            (RequestRecord.merchant_id == RequestUnitsRecord.merchant_id)
            & (RequestRecord.id == RequestUnitsRecord.request_id),
        )
        .where(
            RequestUnitsRecord.merchant_id == tx.merchant_id,
            RequestRecord.order_id == order_id,
            RequestRecord.state == RequestState.DECLINED,
        )
    ).all()


def owed_on(tx: Transaction, order_id: UUID) -> int:
    """Add up an order's refunds that failed and have no successor, in minor units."""
    owed = tx.session.scalars(
        select(func.coalesce(func.sum(RefundRecord.amount_minor), 0)).where(
            RefundRecord.merchant_id == tx.merchant_id,
            RefundRecord.order_id == order_id,
            RefundRecord.kind == RefundKind.REFUND,
            RefundRecord.state == RefundState.FAILED,
            RefundRecord.retried_at.is_(None),
        )
    ).one()
    # The database adds bigints up to a numeric.
    return int(owed)


def refunds_on(tx: Transaction, order_id: UUID) -> Sequence[RefundRecord]:
    """Read an order's refunds, oldest first."""
    return tx.session.scalars(
        select(RefundRecord)
        .where(RefundRecord.merchant_id == tx.merchant_id, RefundRecord.order_id == order_id)
        .order_by(RefundRecord.created_at, RefundRecord.id)
    ).all()

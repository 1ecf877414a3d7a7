"""Refunds that wait for a person: to be paid by hand, failed, in doubt, reported by a gateway."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, union_all

from shared.domain.errors import NotFound
from shared.domain.gateways import Trouble
from shared.domain.ids import MerchantId, OrderId, RefundId
from shared.domain.orders import Gateway
from shared.domain.refunds import RefundKind, RefundState
from shared.queries.refund_values import ReportedRefund, WaitingRefund, WaitingRefunds
from shared.storage.engine import Database, Transaction
from shared.storage.records import OrderRecord, PaymentRecord, RefundRecord, ReportedRefundRecord
from shared.storage.scopes import orders_of

MOST_COUNTED = 100
_MOST_LISTED = 200
# A try ends within half a minute; a bank within a week.
_UNANSWERED_AFTER = timedelta(hours=1)
_UNSETTLED_AFTER = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class _Facts:
    """The orders and payments that refunds belong to, by id."""

    orders: Mapping[UUID, OrderRecord]
    payments: Mapping[UUID, PaymentRecord]


def waiting_refunds(db: Database, merchant_id: MerchantId) -> WaitingRefunds:
    """List what waits for a person, the oldest first."""
    with db.snapshot(merchant_id) as tx:
        by_hand = _rows(tx, RefundRecord.state == RefundState.MANUAL)
        failed = _rows(tx, _is_failed())
        in_doubt = _rows(tx, _is_in_doubt(tx))
        facts = _facts_of(tx, [*by_hand, *failed, *in_doubt])
        return WaitingRefunds(
            by_hand=tuple(_waiting(row, facts) for row in by_hand),
            failed=tuple(_waiting(row, facts) for row in failed),
            in_doubt=tuple(_waiting(row, facts) for row in in_doubt),
            reported=reported_refunds(tx),
        )


def waiting_refund_count(db: Database, merchant_id: MerchantId) -> int:
    """Count what waits for a person, up to 100."""
    with db.snapshot(merchant_id) as tx:
        rows = select(RefundRecord.id).where(
            RefundRecord.merchant_id == tx.merchant_id,
            or_(RefundRecord.state == RefundState.MANUAL, _is_failed(), _is_in_doubt(tx)),
        )
        told = select(ReportedRefundRecord.id).where(
            ReportedRefundRecord.merchant_id == tx.merchant_id, ReportedRefundRecord.settled_at.is_(None)
        )
        both = union_all(rows.limit(MOST_COUNTED), told.limit(MOST_COUNTED)).limit(MOST_COUNTED).subquery()
        return tx.session.execute(select(func.count()).select_from(both)).scalar_one()


def order_of(db: Database, merchant_id: MerchantId, refund_id: UUID) -> OrderId:
    """Tell which order a refund belongs to. Raises NotFound."""
    with db.snapshot(merchant_id) as tx:
        row = tx.session.get(RefundRecord, (merchant_id, refund_id))
        if row is None:
            raise NotFound("There is no such refund.")
        return OrderId(row.order_id)


def reported_refunds(tx: Transaction, order_id: OrderId | None = None) -> tuple[ReportedRefund, ...]:
    """List refunds that a gateway reported and nobody has looked at, of one order or of all."""
    wanted = (
        select(ReportedRefundRecord)
        .where(ReportedRefundRecord.merchant_id == tx.merchant_id, ReportedRefundRecord.settled_at.is_(None))
        .order_by(ReportedRefundRecord.reported_at, ReportedRefundRecord.id)
        .limit(_MOST_LISTED)
    )
    if order_id is not None:
        wanted = wanted.where(ReportedRefundRecord.order_id == order_id)
    rows = tx.session.scalars(wanted).all()
    facts = _facts_of(tx, rows)
    return tuple(_reported(row, facts) for row in rows)


def _is_failed() -> ColumnElement[bool]:
    return and_(RefundRecord.state == RefundState.FAILED, RefundRecord.retried_at.is_(None))


def _is_in_doubt(tx: Transaction) -> ColumnElement[bool]:
    unanswered = (RefundRecord.gateway_reference == "") & (
        RefundRecord.first_sent_at < tx.now - _UNANSWERED_AFTER
    )
    return and_(
        RefundRecord.state == RefundState.SENT,
        or_(unanswered, RefundRecord.first_sent_at < tx.now - _UNSETTLED_AFTER),
    )


def _rows(tx: Transaction, wanted: ColumnElement[bool]) -> Sequence[RefundRecord]:
    return tx.session.scalars(
        select(RefundRecord)
        .where(RefundRecord.merchant_id == tx.merchant_id, wanted)
        .order_by(RefundRecord.created_at, RefundRecord.id)
        .limit(_MOST_LISTED)
    ).all()


def _facts_of(tx: Transaction, rows: Sequence[RefundRecord | ReportedRefundRecord]) -> _Facts:
    if not rows:
        return _Facts({}, {})
    orders = tx.session.scalars(orders_of(tx).where(OrderRecord.id.in_({row.order_id for row in rows})))
    payments = tx.session.scalars(
        select(PaymentRecord).where(
            PaymentRecord.merchant_id == tx.merchant_id,
            PaymentRecord.id.in_({row.payment_id for row in rows}),
        )
    )
    return _Facts({order.id: order for order in orders}, {payment.id: payment for payment in payments})


def _waiting(row: RefundRecord, facts: _Facts) -> WaitingRefund:
    order = facts.orders[row.order_id]
    return WaitingRefund(
        id=RefundId(row.id),
        order_id=OrderId(order.id),
        order_number=order.number,
        buyer_name=order.buyer_name,
        kind=RefundKind(row.kind),
        gateway=Gateway(row.gateway),
        reference=facts.payments[row.payment_id].reference,
        amount_minor=row.amount_minor,
        currency=row.currency,
        trouble=Trouble(row.trouble) if row.trouble else None,
        since=row.ended_at or row.first_sent_at or row.created_at,
    )


def _reported(row: ReportedRefundRecord, facts: _Facts) -> ReportedRefund:
    order = facts.orders[row.order_id] if row.order_id else None
    payment = facts.payments[row.payment_id] if row.payment_id else None
    left = payment.captured_minor - payment.refunded_minor if payment else 0
    return ReportedRefund(
        id=row.id,
        order_id=OrderId(order.id) if order else None,
        order_number=order.number if order else "",
        gateway=Gateway(row.gateway),
        reference=row.reference,
        payment_reference=row.payment_reference,
        amount_minor=row.amount_minor,
        currency=row.currency,
        reported_at=row.reported_at,
        can_be_recorded=left >= row.amount_minor,
    )

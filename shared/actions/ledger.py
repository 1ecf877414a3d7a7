"""The steps that every change of the ledger shares, under the lock of the order: reserve, succeed, fail."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import InstrumentedAttribute

from shared.domain.actors import Actor
from shared.domain.errors import NotFound
from shared.domain.events import Event, MailEvent
from shared.domain.gateways import Trouble
from shared.domain.refunds import RefundKind, RefundState
from shared.storage import outbox, timeline
from shared.storage.engine import Transaction
from shared.storage.records import OrderRecord, PaymentRecord, RefundRecord
from shared.storage.scopes import lock_order


def lock_refund(tx: Transaction, refund_id: UUID) -> tuple[OrderRecord, RefundRecord]:
    """Lock a row of the ledger through its order; raises NotFound."""
    order_id = tx.session.scalars(
        select(RefundRecord.order_id).where(
            RefundRecord.merchant_id == tx.merchant_id, RefundRecord.id == refund_id
        )
    ).one_or_none()
    if order_id is None:
        raise NotFound("There is no such refund.")
    order = lock_order(tx, order_id)
    row = tx.session.scalars(
        select(RefundRecord)
        .where(RefundRecord.merchant_id == tx.merchant_id, RefundRecord.id == refund_id)
        .execution_options(populate_existing=True)
    ).one()
    return order, row


def reserve(
    tx: Transaction, order: OrderRecord, payment_id: UUID, kind: RefundKind, amount_minor: int
) -> None:
    """Count an amount as gone from a payment and its order; a negative one gives it back."""
    column: InstrumentedAttribute[int]
    if kind is RefundKind.VOID:
        column = PaymentRecord.released_minor
        order.released_minor += amount_minor
    else:
        column = PaymentRecord.refunded_minor
        order.refunded_minor += amount_minor
    tx.session.execute(
        update(PaymentRecord)
        .where(PaymentRecord.merchant_id == tx.merchant_id, PaymentRecord.id == payment_id)
        .values({column: column + amount_minor})
        .execution_options(synchronize_session=False)
    )


def succeed(tx: Transaction, order: OrderRecord, row: RefundRecord, actor: Actor) -> None:
    """Note that the money went back, or will never be taken; the buyer is told of what went back."""
    is_void = row.kind == RefundKind.VOID
    _end(tx, row, RefundState.SUCCEEDED, Event.PAYMENT_VOIDED if is_void else Event.REFUND_SENT, actor)
    if not is_void:
        outbox.mail(tx, order, MailEvent.REFUND_SENT, request_id=row.request_id, refund_id=row.id)


def fail(tx: Transaction, order: OrderRecord, row: RefundRecord, trouble: Trouble, actor: Actor) -> None:
    """Note that nothing went back: what was reserved is free again, and the team is told."""
    free(tx, order, row, trouble, actor)
    outbox.alert(tx, order, MailEvent.REFUND_FAILED, request_id=row.request_id, refund_id=row.id)


def free(tx: Transaction, order: OrderRecord, row: RefundRecord, trouble: Trouble, actor: Actor) -> None:
    """Note that nothing went back, and tell nobody."""
    kind = RefundKind(row.kind)
    row.trouble = trouble
    reserve(tx, order, row.payment_id, kind, -row.amount_minor)
    order.refunds_failed += 1
    event = Event.VOID_FAILED if kind is RefundKind.VOID else Event.REFUND_FAILED
    _end(tx, row, RefundState.FAILED, event, actor)


def _end(tx: Transaction, row: RefundRecord, state: RefundState, event: Event, actor: Actor) -> None:
    before = row.state
    row.state = state
    row.ended_at = tx.now
    timeline.note(
        tx,
        row.order_id,
        event,
        actor,
        request_id=row.request_id,
        from_state=before,
        to_state=state,
        details={"refund": str(row.id), "refund_minor": row.amount_minor, "trouble": row.trouble},
    )

"""The ledger of what goes back: write its rows, try a failed one again, or leave it to a person."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select

from shared.actions.ledger import lock_refund, reserve, succeed
from shared.domain.actors import Actor
from shared.domain.errors import AlreadyDecided, NothingLeft
from shared.domain.events import EffectKind, Event
from shared.domain.ids import EffectId, MerchantId, RefundId, new_id
from shared.domain.orders import Gateway, Payment
from shared.domain.payments import PaymentShare, split_over_payments
from shared.domain.refunds import RefundKind, RefundState
from shared.storage import outbox, timeline
from shared.storage.engine import Database, Transaction
from shared.storage.facts import order_facts
from shared.storage.idempotency import Once, answered, claim
from shared.storage.records import EffectRecord, GatewayRecord, OrderRecord, RefundRecord

_UNDER_WAY = ("ready", "running")


def write(
    tx: Transaction,
    order: OrderRecord,
    shares: Sequence[PaymentShare],
    kind: RefundKind,
    *,
    request_id: UUID | None = None,
    adjustment_id: UUID | None = None,
    retry_of: UUID | None = None,
    by_hand: bool = False,
) -> tuple[RefundId, ...]:
    """Write what each payment gives back or will never be asked for, reserve it, and have it sent.

    The order is locked. What no gateway can send waits for a person.
    """
    connected = frozenset() if by_hand or order.disputed else connected_to(tx, shares)
    written = []
    for share in shares:
        refund_id = RefundId(new_id())
        is_sent = share.gateway in connected
        tx.session.add(
            RefundRecord(
                merchant_id=tx.merchant_id,
                id=refund_id,
                order_id=order.id,
                request_id=request_id,
                adjustment_id=adjustment_id,
                payment_id=share.payment_id,
                kind=kind,
                gateway=share.gateway,
                amount_minor=share.amount_minor,
                currency=order.currency,
                state=RefundState.PENDING if is_sent else RefundState.MANUAL,
                created_at=tx.now,
                retry_of=retry_of,
            )
        )
        reserve(tx, order, share.payment_id, kind, share.amount_minor)
        if is_sent:
            outbox.defer(tx, EffectKind.SEND_REFUND, refund_id, dedup_key=f"refund:{refund_id}")
        written.append(refund_id)
    tx.session.flush()
    return tuple(written)


def retry(
    db: Database, merchant_id: MerchantId, refund_id: UUID, actor: Actor, *, once: Once | None = None
) -> tuple[RefundId, ...]:
    """Send what a failed row could not, in new rows; over the other payments if its own has too little.

    Raises NotFound, AlreadyDecided, or NothingLeft when all payments together hold too little.
    """
    with db.begin(merchant_id) as tx:
        claim(tx, once)
        return answered(tx, once, _again(tx, refund_id, actor, by_hand=False))


def pay_by_hand(db: Database, merchant_id: MerchantId, refund_id: UUID, actor: Actor) -> None:
    """Leave to a person what a failed row could not send. Raises as `retry` does."""
    with db.begin(merchant_id) as tx:
        _again(tx, refund_id, actor, by_hand=True)


def mark_paid(db: Database, merchant_id: MerchantId, refund_id: UUID, actor: Actor) -> None:
    """Note that a person has paid what waited for one, and tell the buyer.

    Raises NotFound or AlreadyDecided.
    """
    with db.begin(merchant_id) as tx:
        order, row = lock_refund(tx, refund_id)
        if row.state != RefundState.MANUAL:
            raise AlreadyDecided("This refund does not wait for anybody.", state=row.state)
        succeed(tx, order, row, actor)


def ask_again(db: Database, merchant_id: MerchantId, refund_id: UUID) -> None:
    """Ask the gateway at once about a refund whose outcome is unknown. Raises NotFound or AlreadyDecided."""
    with db.begin(merchant_id) as tx:
        _, row = lock_refund(tx, refund_id)
        if row.state != RefundState.SENT:
            raise AlreadyDecided("This refund has come to an end.", state=row.state)
        kind = EffectKind.LOOK_UP_REFUND if row.gateway_reference else EffectKind.SEND_REFUND
        if not _hurried(tx, row.id, kind):
            outbox.defer(tx, kind, row.id, dedup_key=f"refund:{row.id}:{new_id()}")


def connected_to(tx: Transaction, shares: Iterable[PaymentShare]) -> frozenset[Gateway]:
    """Tell which of the gateways that hold these payments the merchant has connected."""
    if not any(share.gateway is Gateway.STRIPE for share in shares):
        return frozenset()
    return connected_gateways(tx)


def connected_gateways(tx: Transaction) -> frozenset[Gateway]:
    """Tell which gateways the merchant has connected."""
    found = tx.session.scalars(
        select(GatewayRecord.gateway).where(GatewayRecord.merchant_id == tx.merchant_id)
    )
    return frozenset(Gateway(gateway) for gateway in found)


def _again(tx: Transaction, refund_id: UUID, actor: Actor, *, by_hand: bool) -> tuple[RefundId, ...]:
    order, row = lock_refund(tx, refund_id)
    if row.state != RefundState.FAILED or row.retried_at is not None:
        raise AlreadyDecided("This refund does not wait for anybody.", state=row.state)
    shares = _shares(tx, order, row)
    order.refunds_failed -= 1
    row.retried_at = tx.now
    written = write(
        tx,
        order,
        shares,
        RefundKind(row.kind),
        request_id=row.request_id,
        adjustment_id=row.adjustment_id,
        retry_of=row.id,
        by_hand=by_hand,
    )
    timeline.note(
        tx,
        order.id,
        Event.REFUND_RETRIED,
        actor,
        request_id=row.request_id,
        details={"refund_minor": row.amount_minor, "by_hand": by_hand},
    )
    return written


def _shares(tx: Transaction, order: OrderRecord, row: RefundRecord) -> tuple[PaymentShare, ...]:
    payments = order_facts(tx, order).payments
    own = next(payment for payment in payments if payment.id == row.payment_id)
    if _left(own, row) >= row.amount_minor:
        return (PaymentShare(own.id, own.gateway, own.reference, row.amount_minor),)
    left = own.uncaptured_minor
    if row.kind == RefundKind.REFUND:
        left = sum(payment.left_minor for payment in payments)
        if left >= row.amount_minor:
            return split_over_payments(payments, row.amount_minor)
    raise NothingLeft("The payments of this order hold less than this refund.", left_minor=left)


def _left(payment: Payment, row: RefundRecord) -> int:
    return payment.left_minor if row.kind == RefundKind.REFUND else payment.uncaptured_minor


def _hurried(tx: Transaction, refund_id: UUID, kind: EffectKind) -> bool:
    """Make an effect due that waits for its time; False when there is none."""
    effect = tx.session.scalars(
        select(EffectRecord)
        .where(
            EffectRecord.merchant_id == tx.merchant_id,
            EffectRecord.subject_id == refund_id,
            EffectRecord.kind == kind,
            EffectRecord.state.in_(_UNDER_WAY),
        )
        .order_by(EffectRecord.due_at)
        .limit(1)
        .with_for_update()
    ).one_or_none()
    if effect is None:
        return False
    if effect.state == "ready":
        effect.due_at = tx.now
        outbox.wake(tx, kind, EffectId(effect.id), after=outbox.AT_ONCE)
    return True

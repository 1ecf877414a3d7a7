"""What a gateway tells by itself: how refunds ended, refunds nobody here asked for, and disputes."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from shared.actions import holds
from shared.actions.ledger import reserve
from shared.actions.refund_outcomes import take_in
from shared.actions.settling import settle
from shared.domain.actors import SYSTEM, Actor
from shared.domain.changes import OrderPart
from shared.domain.errors import AlreadyDecided, NotFound, NothingLeft
from shared.domain.events import Event, MailEvent
from shared.domain.ids import MerchantId, new_id
from shared.domain.orders import Gateway
from shared.domain.refunds import RefundKind, RefundState
from shared.domain.reports import Outcome
from shared.ports import GatewayAnswer, GatewayState
from shared.storage import outbox, timeline
from shared.storage.engine import Database, Transaction
from shared.storage.records import OrderRecord, PaymentRecord, RefundRecord, ReportedRefundRecord
from shared.storage.scopes import lock_order


@dataclass(frozen=True, slots=True)
class SeenRefund:
    """A refund as a gateway tells of it; `refund_id` is the key it was asked for under, if it was ours.

    `payments` are the gateway's names for the payment it goes back to.
    """

    gateway: Gateway
    payments: tuple[str, ...]
    amount_minor: int
    currency: str
    answer: GatewayAnswer
    refund_id: UUID | None


def note_refund(db: Database, merchant_id: MerchantId, seen: SeenRefund) -> None:
    """Take in what a gateway tells of a refund, any number of times and in any order."""
    with db.begin(merchant_id) as tx:
        found = _ours(tx, seen)
        if found is not None and _fits(found[1], seen):
            take_in(tx, *found, seen.answer)
        elif seen.answer.state is GatewayState.FAILED:
            _settle_failed(tx, seen)
        else:
            _report(tx, seen)


def note_dispute(db: Database, merchant_id: MerchantId, payments: Sequence[str], *, is_open: bool) -> None:
    """Mark the order whose payment is disputed with the bank, or take the mark off."""
    with db.begin(merchant_id) as tx:
        payment = _payment(tx, payments)
        if payment is None:
            return
        order = lock_order(tx, payment.order_id)
        if order.disputed == is_open:
            return
        holds.stand(tx, order, hold=order.hold, disputed=is_open)
        order.version += 1
        details = {
            "changed": [OrderPart.DISPUTED],
            "from": {OrderPart.DISPUTED: not is_open},
            "to": {OrderPart.DISPUTED: is_open},
        }
        timeline.note(tx, order.id, Event.ORDER_CHANGED, SYSTEM, details=details)


def record(db: Database, merchant_id: MerchantId, reported_id: UUID, actor: Actor) -> None:
    """Enter a reported refund into the ledger, in the place of a failed one of the same amount.

    Raises NotFound, AlreadyDecided, or NothingLeft when the payment holds less.
    """
    with db.begin(merchant_id) as tx:
        reported, order = _lock_reported(tx, reported_id)
        if order is None or reported.payment_id is None:
            raise NotFound("This refund belongs to no order here.")
        payment = tx.session.get_one(
            PaymentRecord, (merchant_id, reported.payment_id), populate_existing=True
        )
        left = payment.captured_minor - payment.refunded_minor
        if left < reported.amount_minor:
            raise NothingLeft("The payment holds less than this refund.", left_minor=left)
        failed = _failed_twin(tx, reported)
        if failed is not None:
            failed.retried_at = tx.now
            order.refunds_failed -= 1
        tx.session.add(
            RefundRecord(
                merchant_id=merchant_id,
                id=new_id(),
                order_id=order.id,
                request_id=failed.request_id if failed else None,
                adjustment_id=failed.adjustment_id if failed else None,
                payment_id=payment.id,
                kind=RefundKind.REFUND,
                gateway=reported.gateway,
                amount_minor=reported.amount_minor,
                currency=reported.currency,
                state=RefundState.EXTERNAL,
                created_at=tx.now,
                ended_at=tx.now,
                gateway_reference=reported.reference,
                retry_of=failed.id if failed else None,
            )
        )
        reserve(tx, order, payment.id, RefundKind.REFUND, reported.amount_minor)
        settle(tx, reported, Outcome.RECORDED, Event.REFUND_RECORDED, actor)


def dismiss(db: Database, merchant_id: MerchantId, reported_id: UUID, actor: Actor) -> None:
    """Leave a reported refund out of the ledger for good. Raises NotFound or AlreadyDecided."""
    with db.begin(merchant_id) as tx:
        reported, _ = _lock_reported(tx, reported_id)
        settle(tx, reported, Outcome.DISMISSED, Event.REFUND_DISMISSED, actor)


def _ours(tx: Transaction, seen: SeenRefund) -> tuple[OrderRecord, RefundRecord] | None:
    by_reference = RefundRecord.gateway_reference == seen.answer.reference
    wanted = by_reference if seen.refund_id is None else by_reference | (RefundRecord.id == seen.refund_id)
    order_ids = set(
        tx.session.scalars(
            select(RefundRecord.order_id).where(
                RefundRecord.merchant_id == tx.merchant_id, RefundRecord.kind == RefundKind.REFUND, wanted
            )
        )
    )
    if len(order_ids) != 1:
        return None
    order = lock_order(tx, order_ids.pop())
    rows = tx.session.scalars(
        select(RefundRecord)
        .where(RefundRecord.merchant_id == tx.merchant_id, RefundRecord.kind == RefundKind.REFUND, wanted)
        .execution_options(populate_existing=True)
    ).all()
    # What was recorded by a person bears the gateway's own name; it goes before the row it stands for.
    return order, min(rows, key=lambda row: row.gateway_reference != seen.answer.reference)


def _fits(row: RefundRecord, seen: SeenRefund) -> bool:
    """Say whether the gateway tells of this very row: the same money, and nothing known to the contrary."""
    same_money = (row.amount_minor, row.currency) == (seen.amount_minor, seen.currency)
    same_name = row.gateway_reference in {"", seen.answer.reference}
    # A row that failed without the gateway's name for it cannot have become a refund that went well.
    revived = row.state == RefundState.FAILED and not row.gateway_reference
    return same_money and same_name and not (revived and seen.answer.state is not GatewayState.FAILED)


def _report(tx: Transaction, seen: SeenRefund) -> None:
    payment = _payment(tx, seen.payments)
    order = lock_order(tx, payment.order_id) if payment else None
    if payment is not None and seen.refund_id is None and _known_elsewhere(tx, payment, seen):
        return
    is_new = tx.session.execute(
        insert(ReportedRefundRecord)
        .values(
            merchant_id=tx.merchant_id,
            id=new_id(),
            gateway=seen.gateway,
            reference=seen.answer.reference,
            payment_reference=seen.payments[0] if seen.payments else "",
            order_id=order.id if order else None,
            payment_id=payment.id if payment else None,
            amount_minor=seen.amount_minor,
            currency=seen.currency,
            reported_at=tx.now,
        )
        .on_conflict_do_nothing(index_elements=["merchant_id", "gateway", "reference"])
        .returning(ReportedRefundRecord.id)
    ).scalar_one_or_none()
    if is_new is not None and order is not None:
        details = {"refund_minor": seen.amount_minor}
        timeline.note(tx, order.id, Event.REFUND_REPORTED, SYSTEM, details=details)
        outbox.alert(tx, order, MailEvent.REFUND_REPORTED)


def _known_elsewhere(tx: Transaction, payment: PaymentRecord, seen: SeenRefund) -> bool:
    """Give the gateway's name to the one refund that the shop told of without it; never guess between two."""
    told = (
        ReportedRefundRecord.merchant_id == tx.merchant_id,
        ReportedRefundRecord.gateway == seen.gateway,
        ReportedRefundRecord.reference == seen.answer.reference,
    )
    found = tx.session.scalars(
        select(RefundRecord)
        .where(
            RefundRecord.merchant_id == tx.merchant_id,
            RefundRecord.payment_id == payment.id,
            RefundRecord.kind == RefundKind.REFUND,
            RefundRecord.state == RefundState.EXTERNAL,
            RefundRecord.gateway_reference == "",
            RefundRecord.amount_minor == seen.amount_minor,
            RefundRecord.currency == seen.currency,
            ~select(ReportedRefundRecord.id).where(*told).exists(),
        )
        .execution_options(populate_existing=True)
    ).all()
    if len(found) != 1:
        return False
    found[0].gateway_reference = seen.answer.reference
    return True


def _settle_failed(tx: Transaction, seen: SeenRefund) -> None:
    reported = tx.session.scalars(
        select(ReportedRefundRecord)
        .where(
            ReportedRefundRecord.merchant_id == tx.merchant_id,
            ReportedRefundRecord.gateway == seen.gateway,
            ReportedRefundRecord.reference == seen.answer.reference,
            ReportedRefundRecord.settled_at.is_(None),
        )
        .with_for_update()
    ).one_or_none()
    if reported is not None:
        reported.settled_at = tx.now
        reported.outcome = Outcome.FAILED


def _payment(tx: Transaction, references: Sequence[str]) -> PaymentRecord | None:
    """Find the one payment a gateway means; where several orders share it, none is guessed."""
    found = tx.session.scalars(
        select(PaymentRecord).where(
            PaymentRecord.merchant_id == tx.merchant_id,
            PaymentRecord.gateway == Gateway.STRIPE,
            PaymentRecord.reference.in_([reference for reference in references if reference]),
        )
    ).all()
    return found[0] if len(found) == 1 else None


def _lock_reported(tx: Transaction, reported_id: UUID) -> tuple[ReportedRefundRecord, OrderRecord | None]:
    reported = tx.session.get(ReportedRefundRecord, (tx.merchant_id, reported_id))
    if reported is None:
        raise NotFound("There is no such refund.")
    order = lock_order(tx, reported.order_id) if reported.order_id else None
    tx.session.refresh(reported, with_for_update=True)
    if reported.settled_at is not None:
        raise AlreadyDecided("This refund was looked at before.", state=reported.outcome)
    return reported, order


def _failed_twin(tx: Transaction, reported: ReportedRefundRecord) -> RefundRecord | None:
    found = tx.session.scalars(
        select(RefundRecord).where(
            RefundRecord.merchant_id == tx.merchant_id,
            RefundRecord.payment_id == reported.payment_id,
            RefundRecord.kind == RefundKind.REFUND,
            RefundRecord.state == RefundState.FAILED,
            RefundRecord.retried_at.is_(None),
            RefundRecord.amount_minor == reported.amount_minor,
        )
    ).all()
    return found[0] if len(found) == 1 else None

"""Write what was canceled and paid back in the merchant's own shop system: known here, not done here."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from shared.actions.claims import add_to_lines
from shared.domain.actors import SYSTEM, ActorKind
from shared.domain.cancellation import RequestState
from shared.domain.events import Event
from shared.domain.ids import RequestId, new_id
from shared.domain.payments import PaymentShare
from shared.domain.refunds import Quote, RefundKind, RefundState
from shared.storage import timeline
from shared.storage.engine import Transaction
from shared.storage.facts import to_multirange
from shared.storage.records import OrderRecord, RefundRecord, RequestRecord, RequestUnitsRecord
from shared.storage.scopes import payments_of


def write_canceled(
    tx: Transaction,
    order: OrderRecord,
    quoted: Quote,
    *,
    requested_by: str,
    refund_minor: int,
    details: dict[str, Any],
) -> RequestId:
    """Write units that were canceled as one accepted request of the system; no stock moves, no mail goes."""
    request = RequestRecord(
        merchant_id=tx.merchant_id,
        id=new_id(),
        order_id=order.id,
        state=RequestState.ACCEPTED,
        source=ActorKind.SYSTEM,
        requested_by=requested_by,
        reason_words="",
        policy=order.policy,
        quote={},
        value_minor=quoted.value_minor,
        fee_minor=0,
        refund_minor=refund_minor,
        requested_at=tx.now,
        decided_at=tx.now,
        executes_at=tx.now,
        ended_at=tx.now,
    )
    tx.session.add(request)
    tx.session.flush()
    for share in quoted.lines:
        tx.session.add(
            RequestUnitsRecord(
                merchant_id=tx.merchant_id,
                request_id=request.id,
                line_item_id=share.line_item_id,
                asked=share.quantity,
                quantity=share.quantity,
                units=to_multirange(share.units),
            )
        )
    order.canceled_minor += quoted.value_minor
    order.repriced_minor += quoted.repriced_minor
    units: dict[UUID, int] = {share.line_item_id: share.quantity for share in quoted.lines}
    add_to_lines(tx, order, units, canceled=1)
    timeline.note(
        tx,
        order.id,
        Event.CANCELLATION_ACCEPTED,
        SYSTEM,
        request_id=request.id,
        to_state=RequestState.ACCEPTED,
        details={"units": sum(units.values()), **details},
    )
    return RequestId(request.id)


def write_paid_back(
    tx: Transaction,
    order: OrderRecord,
    shares: Iterable[PaymentShare],
    *,
    request_id: UUID | None,
    kind: RefundKind = RefundKind.REFUND,
) -> None:
    """Write what went back to payments, or was released, without anything of ours."""
    payments = {payment.id: payment for payment in payments_of(tx, order.id)}
    for share in shares:
        tx.session.add(
            RefundRecord(
                merchant_id=tx.merchant_id,
                id=new_id(),
                order_id=order.id,
                request_id=request_id,
                payment_id=share.payment_id,
                kind=kind,
                gateway=share.gateway,
                amount_minor=share.amount_minor,
                currency=order.currency,
                state=RefundState.EXTERNAL,
                created_at=tx.now,
                ended_at=tx.now,
            )
        )
        if kind is RefundKind.VOID:
            payments[share.payment_id].released_minor += share.amount_minor
            order.released_minor += share.amount_minor
        else:
            payments[share.payment_id].refunded_minor += share.amount_minor
            order.refunded_minor += share.amount_minor
    tx.session.flush()

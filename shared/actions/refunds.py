"""Write what goes back to each payment of an order, reserved there before anybody is asked to send it."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import update

from shared.domain.ids import RefundId, new_id
from shared.domain.payments import PaymentShare
from shared.domain.refunds import RefundKind, RefundState
from shared.storage.engine import Transaction
from shared.storage.records import OrderRecord, PaymentRecord, RefundRecord


def write(
    tx: Transaction,
    order: OrderRecord,
    shares: Sequence[PaymentShare],
    kind: RefundKind,
    *,
    request_id: UUID | None = None,
    adjustment_id: UUID | None = None,
) -> None:
    """Write a row for each payment's share and add it to the sums of the payment and of the locked order."""
    reserve = PaymentRecord.refunded_minor if kind is RefundKind.REFUND else PaymentRecord.released_minor
    for share in shares:
        tx.session.add(
            RefundRecord(
                merchant_id=tx.merchant_id,
                id=RefundId(new_id()),
                order_id=order.id,
                request_id=request_id,
                adjustment_id=adjustment_id,
                payment_id=share.payment_id,
                kind=kind,
                gateway=share.gateway,
                amount_minor=share.amount_minor,
                currency=order.currency,
                state=RefundState.MANUAL,
                created_at=tx.now,
            )
        )
        tx.session.execute(
            update(PaymentRecord)
            .where(PaymentRecord.merchant_id == tx.merchant_id, PaymentRecord.id == share.payment_id)
            .values({reserve: reserve + share.amount_minor})
            .execution_options(synchronize_session=False)
        )
    whole = sum(share.amount_minor for share in shares)
    if kind is RefundKind.REFUND:
        order.refunded_minor += whole
    else:
        order.released_minor += whole
    tx.session.flush()

"""Enter what goes back for canceled units of an order whose prices no report has told."""

from uuid import UUID

from shared.actions import refunds
from shared.actions.intake_rows import payment_row
from shared.domain.actors import Actor
from shared.domain.errors import AlreadyDecided
from shared.domain.events import Event
from shared.domain.ids import MerchantId, PaymentId, new_id
from shared.domain.intake import IncomingPayment
from shared.domain.order_reports import NO_CURRENCY
from shared.domain.orders import Gateway
from shared.domain.payments import PaymentShare
from shared.domain.refunds import AmountState, RefundKind
from shared.storage import timeline
from shared.storage.bulk import insert_rows
from shared.storage.engine import Database, Transaction
from shared.storage.records import OrderRecord, PaymentRecord
from shared.storage.scopes import lock_request, payments_of


def enter(
    db: Database,
    merchant_id: MerchantId,
    request_id: UUID,
    amount_minor: int,
    actor: Actor,
    *,
    currency: str = "",
) -> None:
    """Write down what goes back for a carried out request, in minor units; 0 is nothing.

    `currency` counts where the order has none so far. Raises NotFound, or AlreadyDecided when the amount is
    known by now.
    """
    with db.begin(merchant_id) as tx:
        order, record = lock_request(tx, request_id)
        if record.amount != AmountState.OPEN:
            raise AlreadyDecided("The amount of this refund is known by now.", state=record.amount)
        if order.currency == NO_CURRENCY and currency:
            order.currency = currency
        record.amount = AmountState.ENTERED
        record.value_minor += amount_minor
        record.refund_minor += amount_minor
        if amount_minor:
            _refund(tx, order, request_id, amount_minor)
        order.version += 1
        tx.session.flush()
        timeline.note(
            tx,
            order.id,
            Event.AMOUNT_ENTERED,
            actor,
            request_id=record.id,
            details={"refund_minor": amount_minor},
        )


def _refund(tx: Transaction, order: OrderRecord, request_id: UUID, amount_minor: int) -> None:
    """Count the amount as paid, since it goes back; nothing else is known of what was."""
    payment_id = _paid(tx, order, amount_minor)
    order.total_minor += amount_minor
    order.authorized_minor += amount_minor
    order.captured_minor += amount_minor
    order.canceled_minor += amount_minor
    tx.session.flush()
    share = PaymentShare(payment_id, Gateway.MANUAL, order.number, amount_minor)
    refunds.write(tx, order, [share], RefundKind.REFUND, request_id=request_id)


def _paid(tx: Transaction, order: OrderRecord, amount_minor: int) -> PaymentId:
    there = payments_of(tx, order.id)
    if there:
        there[0].authorized_minor += amount_minor
        there[0].captured_minor += amount_minor
        tx.session.flush()
        return PaymentId(there[0].id)
    payment = IncomingPayment(Gateway.MANUAL, amount_minor, amount_minor, order.number)
    payment_id = PaymentId(new_id())
    row = payment_row(payment_id, order.id, 1, payment)
    insert_rows(tx, PaymentRecord, [row], {"merchant_id": tx.merchant_id})
    return payment_id

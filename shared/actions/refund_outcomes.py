"""What becomes of a refund at its gateway: begin a try, and take the answer, however it comes."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from shared.actions import changes
from shared.actions.ledger import fail, free, lock_refund, succeed
from shared.domain.actors import SYSTEM
from shared.domain.events import EffectKind
from shared.domain.gateways import Trouble
from shared.domain.ids import MerchantId, RefundId
from shared.domain.orders import Gateway
from shared.domain.refunds import RefundKind, RefundState
from shared.ports import GatewayAnswer, GatewayState, RefundOrder
from shared.storage import outbox
from shared.storage.engine import Database, Transaction
from shared.storage.records import OrderRecord, PaymentRecord, RefundRecord

# Gateways forget keys after a day; from then on a try asks first what the earlier ones have done.
LATE = timedelta(hours=20)
LOOK_UP_AFTER = (timedelta(days=1), timedelta(days=3), timedelta(days=7))
_UNDER_WAY = frozenset({RefundState.PENDING, RefundState.SENT})
_MAY_FAIL = _UNDER_WAY | {RefundState.SUCCEEDED, RefundState.EXTERNAL}


@dataclass(frozen=True, slots=True)
class Sending:
    """A refund on its way to a gateway.

    `is_first` says that no earlier try may have reached it, `is_late` that its key may be forgotten there.
    """

    order: RefundOrder
    kind: RefundKind
    gateway: Gateway
    is_first: bool
    is_late: bool


def begin(db: Database, merchant_id: MerchantId, refund_id: UUID) -> Sending | None:
    """Note that a refund is being sent, before anybody is called; None when there is nothing to send."""
    with db.begin(merchant_id) as tx:
        order, row = lock_refund(tx, refund_id)
        if row.state not in _UNDER_WAY or row.gateway_reference:
            return None
        is_first = row.first_sent_at is None
        row.state = RefundState.SENT
        row.first_sent_at = row.first_sent_at or tx.now
        is_late = tx.now - row.first_sent_at > LATE
        return Sending(_asked(tx, order, row), RefundKind(row.kind), Gateway(row.gateway), is_first, is_late)


def waiting(db: Database, merchant_id: MerchantId, refund_id: UUID) -> Sending | None:
    """Tell what to ask a gateway about that has taken a refund on; None when it has come to an end."""
    with db.begin(merchant_id) as tx:
        row = tx.session.get(RefundRecord, (merchant_id, refund_id))
        if row is None or row.state != RefundState.SENT:
            return None
        order = tx.session.get_one(OrderRecord, (merchant_id, row.order_id))
        return Sending(
            _asked(tx, order, row), RefundKind(row.kind), Gateway(row.gateway), is_first=False, is_late=True
        )


def take(db: Database, merchant_id: MerchantId, refund_id: UUID, answer: GatewayAnswer) -> None:
    """Take a gateway's answer; the same one twice changes nothing."""
    with db.begin(merchant_id) as tx:
        order, row = lock_refund(tx, refund_id)
        take_in(tx, order, row, answer)


def take_in(tx: Transaction, order: OrderRecord, row: RefundRecord, answer: GatewayAnswer) -> None:
    """Take an answer in an open transaction: what has ended stays so, except that a bank may send it back."""
    if answer.state is GatewayState.FAILED:
        if row.state in _MAY_FAIL:
            row.gateway_reference = answer.reference or row.gateway_reference
            _fail(tx, order, row, answer)
        return
    if row.state not in _UNDER_WAY:
        return
    is_news = not row.gateway_reference
    row.gateway_reference = answer.reference
    row.first_sent_at = row.first_sent_at or tx.now
    if answer.state is GatewayState.SUCCEEDED:
        succeed(tx, order, row, SYSTEM)
        return
    row.state = RefundState.SENT
    if is_news:
        _look_up_later(tx, row.id)


def _fail(tx: Transaction, order: OrderRecord, row: RefundRecord, answer: GatewayAnswer) -> None:
    """Note that nothing went back; what was captured instead of released is refunded."""
    trouble = answer.trouble or Trouble.REFUSED
    if row.kind != RefundKind.VOID or not answer.captured_minor:
        fail(tx, order, row, trouble, SYSTEM)
        return
    free(tx, order, row, trouble, SYSTEM)
    changes.note_capture(tx, order, row.payment_id, answer.captured_minor)


def _look_up_later(tx: Transaction, refund_id: UUID) -> None:
    for after in LOOK_UP_AFTER:
        outbox.defer(
            tx,
            EffectKind.LOOK_UP_REFUND,
            refund_id,
            dedup_key=f"refund:{refund_id}:after:{after.days}",
            after=after,
        )


def _asked(tx: Transaction, order: OrderRecord, row: RefundRecord) -> RefundOrder:
    payment = tx.session.get_one(PaymentRecord, (tx.merchant_id, row.payment_id))
    return RefundOrder(
        refund_id=RefundId(row.id),
        payment_reference=payment.reference,
        amount_minor=row.amount_minor,
        currency=row.currency,
        order_number=order.number,
    )

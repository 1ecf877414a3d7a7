"""Take in how an order's payments stand now: authorized later, captured later, added."""

from collections.abc import Sequence
from itertools import count

from sqlalchemy import insert

from shared.actions import surplus
from shared.actions.intake_rows import payment_row
from shared.actions.ledger import free
from shared.actions.requoting import requote
from shared.domain.actors import SYSTEM
from shared.domain.cancellation import OPEN_STATES
from shared.domain.errors import InvalidContent, StillUnderWay
from shared.domain.gateways import Trouble
from shared.domain.ids import PaymentId, new_id
from shared.domain.intake import IncomingPayment
from shared.domain.orders import Payment
from shared.domain.payment_changes import check, match
from shared.domain.refunds import RefundKind, RefundState
from shared.storage.engine import Transaction
from shared.storage.facts import order_facts
from shared.storage.records import OrderRecord, PaymentRecord
from shared.storage.scopes import payments_of, refunds_on, requests_on

_UNDER_WAY = frozenset({RefundState.PENDING, RefundState.SENT})


def write(tx: Transaction, order: OrderRecord, told: Sequence[IncomingPayment]) -> bool:
    """Write an order's payments as they are now, and say whether anything changed.

    Raises InvalidContent, or StillUnderWay when a gateway is being asked to release what was captured.
    """
    stored = order_facts(tx, order).payments
    meant = match(stored, told)
    if _free_captured(tx, order, _pairs(meant, told)):
        stored = order_facts(tx, order).payments
        meant = match(stored, told)
    check(meant, told)
    if all(payment is not None and not _differs(payment, given) for payment, given in _pairs(meant, told)):
        return False
    captured = order.captured_minor
    records = {record.id: record for record in payments_of(tx, order.id)}
    ordinals = count(len(stored) + 1)
    for payment, given in _pairs(meant, told):
        if payment is None:
            row = payment_row(new_id(), order.id, next(ordinals), given)
            tx.session.execute(insert(PaymentRecord), [{"merchant_id": tx.merchant_id, **row}])
        else:
            _update(records[payment.id], given)
    order.authorized_minor = sum(given.authorized_minor for given in told)
    order.captured_minor = sum(given.captured_minor for given in told)
    if order.captured_minor and order.paid_at is None:
        order.paid_at = tx.now
    tx.session.flush()
    if order.captured_minor < captured:
        _refuse_less(tx, order)
    return True


def follow(tx: Transaction, order: OrderRecord) -> None:
    """Let cancellations follow their payments: what is too much goes back, open requests are quoted anew."""
    surplus.settle(tx, order)
    requote(tx, order, [record for record in requests_on(tx, order.id) if record.state in OPEN_STATES])


def _free_captured(
    tx: Transaction, order: OrderRecord, pairs: Sequence[tuple[Payment | None, IncomingPayment]]
) -> bool:
    """End voids that wait for a person, of what was captured after all; say whether there were any."""
    captured: set[PaymentId] = {
        payment.id
        for payment, given in pairs
        if payment is not None and payment.released_minor and given.captured_minor
    }
    rows = refunds_on(tx, order.id) if captured else ()
    voids = [row for row in rows if row.kind == RefundKind.VOID and row.payment_id in captured]
    if any(row.state in _UNDER_WAY for row in voids):
        raise StillUnderWay(
            "payments: the release of what was captured is under way; tell it again when it has ended"
        )
    waiting = [row for row in voids if row.state == RefundState.MANUAL]
    for row in waiting:
        free(tx, order, row, Trouble.ALREADY_CAPTURED, SYSTEM)
    return bool(waiting)


def _pairs(
    meant: Sequence[Payment | None], told: Sequence[IncomingPayment]
) -> list[tuple[Payment | None, IncomingPayment]]:
    return list(zip(meant, told, strict=True))


def _differs(payment: Payment, given: IncomingPayment) -> bool:
    return (payment.gateway, payment.authorized_minor, payment.captured_minor, payment.reference) != (
        given.gateway,
        given.authorized_minor,
        given.captured_minor,
        given.reference or payment.reference,
    )


def _update(record: PaymentRecord, given: IncomingPayment) -> None:
    record.gateway = given.gateway
    record.reference = given.reference or record.reference
    record.authorized_minor = given.authorized_minor
    record.captured_minor = given.captured_minor


def _refuse_less(tx: Transaction, order: OrderRecord) -> None:
    facts = order_facts(tx, order)
    rests = order.refunded_minor + order.fees_minor + order.withheld_minor
    if rests and facts.left_minor < facts.due_minor:
        raise InvalidContent(
            f"payments: {facts.due_minor - facts.left_minor} more was captured when what has gone back was"
            " worked out; it cannot be less now"
        )

"""Give back what was captured for units that had been canceled while it was only authorized."""

from shared.actions import refunds
from shared.domain.actors import ActorKind
from shared.domain.cancellation import RequestState
from shared.domain.payments import split_over_payments, voidable
from shared.domain.refunds import RefundKind, RefundState
from shared.storage.engine import Transaction
from shared.storage.facts import order_facts
from shared.storage.records import OrderRecord, RequestRecord
from shared.storage.scopes import payments_of, refunds_on, requests_on


def settle(tx: Transaction, order: OrderRecord) -> None:
    """Refund what the locked order holds beyond what is due, newest cancellation first; release the rest.

    What the shop system canceled by itself is left to it.
    """
    _let_go_of_voids(tx, order)
    canceled = [record for record in reversed(requests_on(tx, order.id)) if _is_ours(record)]
    if not canceled:
        return
    facts = order_facts(tx, order)
    surplus = facts.left_minor - facts.due_minor
    for record in canceled:
        step = max(0, min(surplus, _never_charged(record)))
        surplus -= step
        _give_back(tx, order, record, step)
    facts = order_facts(tx, order)
    if facts.left_minor >= facts.due_minor:
        idle = voidable(facts.payments, 0)
        refunds.write(tx, order, idle, kind=RefundKind.VOID, request_id=canceled[0].id)


def _let_go_of_voids(tx: Transaction, order: OrderRecord) -> None:
    """Have nobody wait for voids that failed because the money was taken: it is refunded instead."""
    captured = {payment.id for payment in payments_of(tx, order.id) if payment.captured_minor}
    for row in refunds_on(tx, order.id) if order.refunds_failed else ():
        is_open = row.state == RefundState.FAILED and row.retried_at is None
        if is_open and row.kind == RefundKind.VOID and row.payment_id in captured:
            row.retried_at = tx.now
            order.refunds_failed -= 1


def _is_ours(record: RequestRecord) -> bool:
    return record.state == RequestState.ACCEPTED and record.source != ActorKind.SYSTEM


def _never_charged(record: RequestRecord) -> int:
    return record.value_minor - record.refund_minor - record.fee_minor - record.withheld_minor


def _give_back(tx: Transaction, order: OrderRecord, record: RequestRecord, amount_minor: int) -> None:
    # A merchant that gives back of its own will still gives no more than it has said.
    most = record.quote.get("most_minor")
    refund = amount_minor if most is None else min(amount_minor, max(0, most - record.refund_minor))
    record.refund_minor += refund
    record.withheld_minor += amount_minor - refund
    order.withheld_minor += amount_minor - refund
    tx.session.flush()
    shares = split_over_payments(order_facts(tx, order).payments, refund)
    refunds.write(tx, order, shares, kind=RefundKind.REFUND, request_id=record.id)

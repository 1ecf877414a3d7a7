"""Bring an order's money up to what reports tell by now, and what was canceled meanwhile along with it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from operator import attrgetter

from shared.actions import intake_rows, refunds
from shared.actions.completion_rows import Rows, matched
from shared.domain.actors import ActorKind
from shared.domain.cancellation import RequestState
from shared.domain.ids import LineItemId, new_id
from shared.domain.intake import (
    AllocatedLine,
    Allocation,
    IncomingLine,
    IncomingOrder,
    IncomingPayment,
    allocate,
)
from shared.domain.orders import Order
from shared.domain.refunds import AmountState, Quote, RefundKind
from shared.domain.units import UnitRange, count
from shared.storage.bulk import insert_rows
from shared.storage.engine import Transaction
from shared.storage.facts import claimed_by, order_facts, quote_of
from shared.storage.records import (
    LineItemRecord,
    OrderRecord,
    PaymentRecord,
    RequestRecord,
)
from shared.storage.scopes import lines_of, payments_of, requests_on

MONEY_OF_LINE = ("price_minor", "tax_minor", "own_discount_minor", "discount_minor", "shipping_minor")
_line_money = attrgetter(*MONEY_OF_LINE)


class TooLate(Exception):
    """Money has moved on what was known; it is not worked out anew."""

    def __init__(self, known: int, given: int) -> None:
        super().__init__()
        self.known, self.given = str(known), str(given)


def bring_up_to(tx: Transaction, order: OrderRecord, target: IncomingOrder) -> bool:
    """Write the lines, prices and payments that were lacking; say whether any was.

    Raises TooLate when units were canceled by prices that would change.
    """
    lines = lines_of(tx, order.id)
    rows = matched(lines, target.lines)
    allocation = allocate(target)
    money = money_changes(order, rows, allocation, target)
    if money and order.priced and _has_settled(tx, order):
        raise TooLate(order.total_minor, allocation.total_minor)
    was_priced = order.priced
    if money:
        _write_money(tx, order, rows, allocation, target)
    paid = _write_payments(tx, order, target.payments, was_priced=was_priced)
    if money and target.priced:
        _revalue(tx, order)
    return money or paid


def money_changes(order: OrderRecord, rows: Rows, allocation: Allocation, target: IncomingOrder) -> bool:
    """Say whether an order's lines or their money are others than its rows tell."""
    if any(row is None for row, _line in rows):
        return True
    if not target.priced:
        return False
    return not order.priced or any(
        row is not None and _line_money(row) != told_money(line, allocated)
        for (row, line), allocated in zip(rows, allocation.lines, strict=True)
    )


def told_money(line: IncomingLine, allocated: AllocatedLine) -> tuple[int, ...]:
    """Tell the columns of MONEY_OF_LINE in minor units."""
    return (
        line.price_minor,
        line.tax_minor,
        line.discount_minor,
        allocated.discount_minor,
        allocated.shipping_minor,
    )


def _has_settled(tx: Transaction, order: OrderRecord) -> bool:
    return any(
        record.state == RequestState.ACCEPTED
        and record.source != ActorKind.SYSTEM
        and record.amount == AmountState.KNOWN
        for record in requests_on(tx, order.id)
    )


def _write_money(
    tx: Transaction, order: OrderRecord, rows: Rows, allocation: Allocation, target: IncomingOrder
) -> None:
    next_ordinal = order.line_count + 1
    fresh = []
    for (row, line), allocated in zip(rows, allocation.lines, strict=True):
        if row is None:
            fresh.append(intake_rows.line_row(new_id(), order.id, next_ordinal, line, allocated))
            next_ordinal += 1
            continue
        for name, minor in zip(MONEY_OF_LINE, told_money(line, allocated), strict=True):
            setattr(row, name, minor)
    tx.session.flush()
    insert_rows(tx, LineItemRecord, fresh, {"merchant_id": tx.merchant_id})
    entered = 0 if target.priced else order.total_minor
    for name, value in intake_rows.sums_of(target, allocation).items():
        setattr(order, name, value)
    order.total_minor += entered
    order.priced = target.priced
    order.version += 1
    if fresh:
        order.closed_at = None
    tx.session.flush()


def _write_payments(
    tx: Transaction, order: OrderRecord, given: Sequence[IncomingPayment], *, was_priced: bool
) -> bool:
    there = payments_of(tx, order.id)
    changed = False
    for ordinal, payment in enumerate(given, start=1):
        if ordinal > len(there):
            row = intake_rows.payment_row(new_id(), order.id, ordinal, payment)
            insert_rows(tx, PaymentRecord, [row], {"merchant_id": tx.merchant_id})
            changed = True
        else:
            changed |= _raise_payment(there[ordinal - 1], payment, was_priced=was_priced)
    if changed:
        tx.session.flush()
        now = payments_of(tx, order.id)
        order.authorized_minor = sum(payment.authorized_minor for payment in now)
        order.captured_minor = sum(payment.captured_minor for payment in now)
        order.version += 1
        tx.session.flush()
    return changed


def _raise_payment(row: PaymentRecord, payment: IncomingPayment, *, was_priced: bool) -> bool:
    """Raise a payment to what is told; what an entered amount made believe gives way to it."""
    before = (row.authorized_minor, row.captured_minor)
    known = before if was_priced else (0, 0)
    captured = max(known[1], payment.captured_minor)
    if row.refunded_minor > captured:
        raise TooLate(row.refunded_minor, captured)
    row.authorized_minor = max(known[0], payment.authorized_minor)
    row.captured_minor = captured
    return before != (row.authorized_minor, row.captured_minor)


def _revalue(tx: Transaction, order: OrderRecord) -> None:
    """Value what was canceled while prices were lacking, one request after the other, as they happened.

    What a person has entered stays what goes back; what is still open is worked out now.
    """
    records = [record for record in requests_on(tx, order.id) if record.state == RequestState.ACCEPTED]
    records.sort(key=lambda record: (record.ended_at or tx.now, record.id))
    held = claimed_by(tx, [record.id for record in records])
    order.canceled_minor = 0
    gone: dict[LineItemId, int] = {}
    for record in records:
        quoted = quote_of(_as_of(order_facts(tx, order), gone, held[record.id]), record, held[record.id])
        record.value_minor = quoted.value_minor
        order.canceled_minor += quoted.value_minor
        if record.amount == AmountState.OPEN:
            _settle(tx, order, record, quoted)
        for line_id, units in held[record.id].items():
            gone[line_id] = gone.get(line_id, 0) + count(units)
    tx.session.flush()


def _as_of(
    facts: Order, gone: Mapping[LineItemId, int], own: Mapping[LineItemId, Sequence[UnitRange]]
) -> Order:
    """See the order as it was when only these units had been canceled."""
    lines = tuple(
        replace(line, canceled=gone.get(line.id, 0), requested=count(own.get(line.id, ())))
        for line in facts.line_items
    )
    return replace(facts, line_items=lines)


def _settle(tx: Transaction, order: OrderRecord, record: RequestRecord, quoted: Quote) -> None:
    record.amount = AmountState.KNOWN
    record.refund_minor, record.withheld_minor = quoted.refund_minor, quoted.withheld_minor
    record.fee_minor = quoted.fee_minor
    order.repriced_minor += quoted.repriced_minor
    order.fees_minor += quoted.fee_minor
    order.withheld_minor += quoted.withheld_minor
    if record.requested_by == "buyer":
        percent = str(quoted.fee_percent)
        before = order.fee_bases.get(percent, 0)
        order.fee_bases = {**order.fee_bases, percent: before + quoted.value_minor}
    refunds.write(tx, order, quoted.payments, RefundKind.REFUND, request_id=record.id)
    tx.session.flush()

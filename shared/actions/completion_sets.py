"""Complete many orders by later reports, read and written set by set; what people touched goes one by one."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select

from shared.actions import intake_rows, repricing
from shared.actions.completion import (
    Change,
    Completed,
    Contradicted,
    complete_order,
    target_of,
)
from shared.actions.completion_rows import Rows, known_report, label_of, lacking, lacking_of_line, matched
from shared.actions.completion_writes import Plan, write
from shared.domain.actors import Actor
from shared.domain.completion import complete
from shared.domain.ids import new_id
from shared.domain.intake import Allocation, IncomingOrder, allocate
from shared.domain.order_reports import Contradiction, Report
from shared.storage.bulk import one_of, read_rows
from shared.storage.bulk_facts import lock_orders
from shared.storage.engine import Transaction
from shared.storage.parts import Part
from shared.storage.records import LineItemRecord, OrderRecord, PaymentRecord, RequestRecord

_Row = TypeVar("_Row", LineItemRecord, PaymentRecord)


@dataclass(frozen=True, slots=True)
class Later:
    """A report of an order that is there, and what waits with it; `mails` as for `complete_order`."""

    order_id: UUID
    given: Report
    part: Part | None
    mails: bool


@dataclass(frozen=True, slots=True)
class _There:
    """An order as its rows are; nobody has `touched` it when nothing was asked, canceled or given back."""

    order: OrderRecord
    lines: Sequence[LineItemRecord]
    payments: Sequence[PaymentRecord]
    touched: bool


def complete_orders(tx: Transaction, later: Sequence[Later], *, actor: Actor) -> dict[str, Completed]:
    """Add what orders lack, each all or nothing, in an open transaction; tell what became of each number."""
    there = _read(tx, [one.order_id for one in later])
    done: dict[str, Completed] = {}
    plans = []
    for one in later:
        judged = _judge(there[one.order_id], one)
        if isinstance(judged, Plan):
            plans.append(judged)
            done[one.given.number] = Completed(Change.ADDED if judged.adds else Change.NOTHING)
        elif judged is not None:
            done[one.given.number] = judged
        else:
            done[one.given.number] = complete_order(
                tx, one.order_id, one.given, one.part, actor=actor, mails=one.mails
            )
    write(tx, plans, actor)
    return done


def _read(tx: Transaction, order_ids: Collection[UUID]) -> dict[UUID, _There]:
    """Lock orders and read all that reports tell of them."""
    if not order_ids:
        return {}
    lock_orders(tx, order_ids)
    orders = read_rows(tx, OrderRecord, [one_of(OrderRecord.id, order_ids)])
    lines = _by_order(read_rows(tx, LineItemRecord, [one_of(LineItemRecord.order_id, order_ids)]))
    payments = _by_order(read_rows(tx, PaymentRecord, [one_of(PaymentRecord.order_id, order_ids)]))
    asked = set(
        tx.session.scalars(
            select(RequestRecord.order_id).where(
                RequestRecord.merchant_id == tx.merchant_id, one_of(RequestRecord.order_id, order_ids)
            )
        )
    )
    return {
        order.id: _There(
            order,
            lines[order.id],
            payments[order.id],
            touched=order.id in asked or order.refunded_minor > 0 or order.adjusted_minor > 0,
        )
        for order in orders
    }


def _by_order(rows: Iterable[_Row]) -> dict[UUID, list[_Row]]:
    found: dict[UUID, list[_Row]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.ordinal):
        found[row.order_id].append(row)
    return found


def _judge(there: _There, one: Later) -> Completed | Plan | None:
    """Tell what becomes of an order, or what is to be written; None when it must be completed by itself."""
    order, given = there.order, one.given
    if order.source != given.source:
        source = Contradiction("source", order.source, given.source, given.place)
        return Completed(Change.REFUSED, (source,))
    known = known_report(order, there.lines, there.payments) if one.part is None else one.part.report
    merged, contradictions = complete(known, given)
    if contradictions:
        return Completed(Change.REFUSED, contradictions)
    wishes = any(line.wish is not None for line in merged.lines)
    if merged == known and not wishes:
        return Completed(Change.NOTHING)
    try:
        target = target_of(merged)
    except Contradicted as error:
        return Completed(Change.REFUSED, error.found)
    rows = matched(there.lines, target.lines)
    if there.touched or wishes or _is_more_than_facts(there, rows, target):
        return None
    return _plan(there, rows, target, one, merged)


def _is_more_than_facts(there: _There, rows: Rows, target: IncomingOrder) -> bool:
    """Say whether something was canceled or paid back elsewhere, or a line has come or gone."""
    return (
        len(rows) != len(there.lines)
        or any(row is None or line.canceled or line.shipped > row.ordered for row, line in rows)
        or any(payment.refunded_minor for payment in target.payments)
    )


def _plan(there: _There, rows: Rows, target: IncomingOrder, one: Later, merged: Report) -> Plan:
    order = there.order
    plan = Plan(order, target, one.given.source, keeps=_kept(merged, one.part, target))
    plan.forgets = one.part is not None and target.priced
    plan.tell(lacking(order, target))
    there_by_row = [(row, line) for row, line in rows if row is not None]
    for row, line in there_by_row:
        plan.tell_line(row, lacking_of_line(row, line))
    if plan.values or plan.lines:
        plan.tell({"items_label": label_of(target)})
    allocation = allocate(target)
    if repricing.money_changes(order, rows, allocation, target):
        _price(plan, rows, allocation)
    _pay(plan, there.payments)
    for row, line in there_by_row:
        if line.shipped > row.shipped:
            plan.ship(row, line.shipped - row.shipped)
    plan.mails = one.mails and not order.buyer_email and bool(plan.values.get("buyer_email"))
    return plan


def _kept(merged: Report, part: Part | None, target: IncomingOrder) -> Report | None:
    is_known = part is not None and part.report == merged
    return None if target.priced or is_known else merged


def _price(plan: Plan, rows: Rows, allocation: Allocation) -> None:
    plan.tell({**intake_rows.sums_of(plan.target, allocation), "priced": plan.target.priced})
    plan.steps += 1
    for (row, line), allocated in zip(rows, allocation.lines, strict=True):
        if row is not None:
            money = zip(repricing.MONEY_OF_LINE, repricing.told_money(line, allocated), strict=True)
            plan.tell_line(row, dict(money))


def _pay(plan: Plan, there: Sequence[PaymentRecord]) -> None:
    """Raise payments to what is told; what an order without prices believed gives way to it."""
    sums = [(row.authorized_minor, row.captured_minor) for row in there]
    for place, told in enumerate(plan.target.payments):
        if place == len(sums):
            sums.append((told.authorized_minor, told.captured_minor))
            plan.new_payments.append(intake_rows.payment_row(new_id(), plan.order.id, place + 1, told))
            continue
        known = sums[place] if plan.order.priced else (0, 0)
        raised = (max(known[0], told.authorized_minor), max(known[1], told.captured_minor))
        if raised != sums[place]:
            plan.payments.append(
                {"id": there[place].id, "authorized_minor": raised[0], "captured_minor": raised[1]}
            )
        sums[place] = raised
    if plan.payments or plan.new_payments:
        plan.tell(
            {
                "authorized_minor": sum(authorized for authorized, _ in sums),
                "captured_minor": sum(captured for _, captured in sums),
            }
        )
        plan.steps += 1

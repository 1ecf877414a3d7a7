"""One batch of a run: its rows become wishes, order by order, and each row is told what became of it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from shared.actions import bulk_cancel
from shared.actions.bulk_cancel import Planned, Wanted
from shared.domain.actors import Actor, ActorKind
from shared.domain.bulk import RowAction, RowProblem, Verdict, problem_of
from shared.domain.eligibility import Blocker
from shared.domain.errors import NotFound, Refusal
from shared.domain.ids import LineItemId
from shared.domain.metrics import in_period
from shared.domain.reasons import Reason
from shared.storage.engine import Transaction
from shared.storage.records import BulkRowRecord, BulkRunRecord

# Orders in one transaction: enough to make its statements few, few enough to hold their locks for moments.
BATCH = 500


@dataclass(frozen=True, slots=True)
class Results:
    """What a batch came to: a document per row, sums by name.

    `refunded` and `released` are minor units by currency: those that go back, those that are never charged.
    """

    rows: list[dict[str, Any]] = field(default_factory=list)
    sums: Counter[str] = field(default_factory=Counter)
    refunded: Counter[str] = field(default_factory=Counter)
    released: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class _Wish:
    """A wish and the rows it is made of."""

    wanted: Wanted
    rows: tuple[BulkRowRecord, ...]


def carry_out(tx: Transaction, run: BulkRunRecord, end: int, codes: Mapping[RowProblem, str]) -> Results:
    """Deal with the orders after the run's `next_group` up to `end`; a dry run changes none of them."""
    rows = tx.session.scalars(
        select(BulkRowRecord)
        .where(
            BulkRowRecord.merchant_id == tx.merchant_id,
            BulkRowRecord.run_id == run.id,
            BulkRowRecord.group_no > run.next_group,
            BulkRowRecord.group_no <= end,
            BulkRowRecord.verdict == Verdict.OPEN,
        )
        .order_by(BulkRowRecord.row_number)
    ).all()
    results = Results()
    waiting = [row for row in rows if row.action == RowAction.CANCEL]
    while waiting:
        waiting = _round(tx, run, waiting, codes, results)
    return results


def _round(
    tx: Transaction,
    run: BulkRunRecord,
    rows: Sequence[BulkRowRecord],
    codes: Mapping[RowProblem, str],
    results: Results,
) -> list[BulkRowRecord]:
    """Carry out one wish of each order; give the rows that another round must take up."""
    wishes, later = _wishes(run, rows)
    plan = bulk_cancel.plan(tx, [wish.wanted for wish in wishes], lock=not run.dry_run)
    going = []
    for wish, planned in zip(wishes, plan, strict=True):
        if isinstance(planned, Planned):
            going.append(planned)
            _note_done(results, wish, planned, dry_run=run.dry_run)
            _add_up(results, planned, tx.now.date())
        else:
            later += _note_refused(results, wish, planned, codes)
    if not run.dry_run:
        bulk_cancel.carry_out(tx, going, _actor(run))
    return later


def _actor(run: BulkRunRecord) -> Actor:
    return Actor(ActorKind(run.actor_kind), run.actor_id)


def _wishes(run: BulkRunRecord, rows: Iterable[BulkRowRecord]) -> tuple[list[_Wish], list[BulkRowRecord]]:
    """Gather each order's rows of its first reason into one wish; the others wait for the next round."""
    chosen: dict[UUID, list[BulkRowRecord]] = defaultdict(list)
    later = []
    for row in rows:
        if row.order_id is None:
            continue
        mine = chosen[row.order_id]
        if mine and mine[0].reason != row.reason:
            later.append(row)
        else:
            mine.append(row)
    return [_wish(run, order_id, mine) for order_id, mine in chosen.items()], later


def _wish(run: BulkRunRecord, order_id: UUID, rows: Sequence[BulkRowRecord]) -> _Wish:
    counted = {
        LineItemId(row.line_item_id): row.quantity for row in rows if row.line_item_id and row.quantity
    }
    whole = frozenset(LineItemId(row.line_item_id) for row in rows if row.line_item_id and not row.quantity)
    wanted = Wanted(
        order_id=order_id,
        reason=Reason(rows[0].reason or run.reason or Reason.GENERAL_ADJUSTMENT),
        key=f"run:{run.id}:{rows[0].row_number}",
        quantities=counted or None,
        whole_lines=whole,
        only_unshipped=any(row.only_unshipped for row in rows),
        memo=run.memo,
        message=run.message,
    )
    return _Wish(wanted, tuple(rows))


def _note_done(results: Results, wish: _Wish, planned: Planned, *, dry_run: bool) -> None:
    units = {share.line_item_id: share.quantity for share in planned.quoted.lines}
    left = planned.quoted.refund_minor
    for row in wish.rows:
        warned = bool(row.problems)
        results.rows.append(
            {
                "row_number": row.row_number,
                "verdict": Verdict.WARNING if warned else Verdict.DONE,
                "code": row.code,
                "request_id": None if dry_run else planned.request_id,
                "adjustment_id": None,
                "units": units.get(LineItemId(row.line_item_id), 0) if row.line_item_id else planned.units,
                # One refund may answer several rows: it stands on the first of them.
                "refund_minor": left,
            }
        )
        left = 0
        results.sums["warnings" if warned else "done"] += 1


def _add_up(results: Results, planned: Planned, today: date) -> None:
    order, quoted = planned.order, planned.quoted
    results.sums["orders"] += 1
    results.sums["units"] += planned.units
    results.sums["orders_refunded"] += quoted.refund_minor > 0
    results.sums["orders_released"] += quoted.released_minor > 0
    results.sums["counting"] += not order.canceled_by_merchant and in_period(order.placed_at.date(), today)
    if quoted.refund_minor:
        results.refunded[order.currency] += quoted.refund_minor
    if quoted.released_minor:
        results.released[order.currency] += quoted.released_minor


def _note_refused(
    results: Results, wish: _Wish, refusal: Refusal, codes: Mapping[RowProblem, str]
) -> list[BulkRowRecord]:
    """Tell the rows that are in the way; give the others of the wish, which may go without them."""
    problems = _problems(wish, refusal)
    records = {row.record for row in wish.rows if row.row_number in problems}
    kept = []
    for row in wish.rows:
        if row.record not in records:
            kept.append(row)
            continue
        problem = problems.get(row.row_number, RowProblem.RECORD_REFUSED)
        results.rows.append(
            {
                "row_number": row.row_number,
                "verdict": Verdict.ERROR,
                "code": codes[problem],
                "request_id": None,
                "adjustment_id": None,
                "units": 0,
                "refund_minor": 0,
            }
        )
        results.sums["errors"] += 1
    return kept


def _problems(wish: _Wish, refusal: Refusal) -> dict[int, RowProblem]:
    """Tell which rows stand in the way, and why; without anything better, all of them."""
    if isinstance(refusal, NotFound):
        return {row.row_number: RowProblem.ORDER_NOT_FOUND for row in wish.rows}
    blockers = _blockers(refusal)
    found = {
        row.row_number: problem_of(blockers[row.line_item_id])
        for row in wish.rows
        if row.line_item_id is not None and row.line_item_id in blockers
    }
    if found:
        return found
    every = tuple(blocker for of_line in blockers.values() for blocker in of_line)
    return {row.row_number: problem_of(every) if every else RowProblem.NOT_CANCELABLE for row in wish.rows}


def _blockers(refusal: Refusal) -> Mapping[UUID, tuple[Blocker, ...]]:
    blockers = refusal.facts.get("blockers")
    return blockers if isinstance(blockers, dict) else {}

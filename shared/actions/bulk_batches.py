"""One batch of a run: its rows become wishes, order by order, and each row is told what became of it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from operator import attrgetter
from uuid import UUID

from shared.actions import bulk_acknowledge, bulk_adjust, bulk_cancel, bulk_whole
from shared.actions.bulk_cancel import Planned, Wanted
from shared.actions.bulk_results import Hindrance, Outcome, Results, hindrances_of
from shared.domain.actors import Actor, ActorKind
from shared.domain.bulk import RowAction, RowProblem, RunKind, Verdict, giver_in
from shared.domain.ids import LineItemId
from shared.domain.metrics import in_period
from shared.domain.reasons import Reason
from shared.storage import rates
from shared.storage.bulk import read_rows
from shared.storage.bulk_facts import lock_orders
from shared.storage.calendar import day_of
from shared.storage.catalogues import catalogue
from shared.storage.engine import Transaction
from shared.storage.records import BulkRowRecord, BulkRunRecord

# Orders in one transaction: enough to make its statements few, few enough to hold their locks for moments.
BATCH = 500
# Columns of a row that nothing is carried out by.
_SPARE = (
    *("message_id", "order_ref", "item_ref", "verdict", "detail"),
    *("request_id", "adjustment_id", "units", "refund_minor"),
)
# Feeds that are meant for what is left of an order once the rest of it has shipped.
_AFTER_SHIPMENT = frozenset({"order_adjustment", "order_adjustment_flat"})


class _Undo(Exception):
    """What was tried is to be undone."""


@dataclass(frozen=True, slots=True)
class _Batch:
    """A batch in hand. With `writes` its orders are changed, be it to be undone again."""

    tx: Transaction
    run: BulkRunRecord
    actor: Actor
    results: Results
    writes: bool

    def plan(self, wishes: Iterable["_Wish"]) -> bulk_cancel.Plan:
        """Judge wishes whose orders are held already where it matters."""
        giver = giver_in(RunKind(self.run.kind))
        return bulk_cancel.plan(self.tx, [wish.wanted for wish in wishes], giver, lock=False)


@dataclass(frozen=True, slots=True)
class _Wish:
    """A wish and the rows it is made of."""

    wanted: Wanted
    rows: tuple[BulkRowRecord, ...]


def carry_out(tx: Transaction, run: BulkRunRecord, end: int, codes: Mapping[RowProblem, str]) -> Results:
    """Deal with the orders after the run's `next_group` up to `end`; a dry run changes none of them."""
    results = Results(codes)
    actor = Actor(ActorKind(run.actor_kind), run.actor_id)
    bulk_whole.carry_out(tx, run, end, results, actor, writes=not run.dry_run)
    rows = _rows(tx, run, end)
    if not rows:
        return results
    if not run.dry_run:
        _deal(_Batch(tx, run, actor, results, writes=True), rows)
    elif _builds_up(rows):
        # What a later row of an order comes to follows from an earlier one: it is done, and undone again.
        with _undone(tx):
            _deal(_Batch(tx, run, actor, results, writes=True), rows)
    else:
        _deal(_Batch(tx, run, actor, results, writes=False), rows)
    return results


def _rows(tx: Transaction, run: BulkRunRecord, end: int) -> list[BulkRowRecord]:
    of_batch = [
        BulkRowRecord.run_id == run.id,
        BulkRowRecord.group_no > run.next_group,
        BulkRowRecord.group_no <= end,
        BulkRowRecord.verdict == Verdict.OPEN,
    ]
    # Asked for in the order of their numbers, each batch would look at all rows of the run for that.
    rows = read_rows(tx, BulkRowRecord, of_batch, spare=_SPARE, in_order=False)
    return sorted(rows, key=attrgetter("row_number"))


def _builds_up(rows: Iterable[BulkRowRecord]) -> bool:
    kinds: dict[UUID | None, set[str | None]] = defaultdict(set)
    for row in rows:
        if row.action == RowAction.REFUND:
            return True
        kinds[row.order_id].add(row.reason)
    return any(len(reasons) > 1 for reasons in kinds.values())


@contextmanager
def _undone(tx: Transaction) -> Iterator[None]:
    with suppress(_Undo), tx.session.begin_nested():
        yield
        raise _Undo


def _deal(batch: _Batch, rows: list[BulkRowRecord]) -> None:
    if batch.writes:
        lock_orders(batch.tx, {row.order_id for row in rows if row.order_id})
    rows = _vetted(batch, rows)
    rows = bulk_adjust.carry_out(batch.tx, batch.run, rows, batch.results, batch.actor)
    bulk_acknowledge.carry_out(batch.tx, rows, batch.results, batch.actor, writes=batch.writes)
    waiting = _cancels(rows)
    while waiting:
        waiting = _round(batch, waiting)


def _cancels(rows: Iterable[BulkRowRecord]) -> list[BulkRowRecord]:
    return [row for row in rows if row.action == RowAction.CANCEL]


def _vetted(batch: _Batch, rows: list[BulkRowRecord]) -> list[BulkRowRecord]:
    """Refuse records that ask for several things of which one cannot be, before any of it is done."""
    kinds: dict[int, set[tuple[str, str | None]]] = defaultdict(set)
    for row in rows:
        kinds[row.record].add((row.action, row.reason))
    if all(len(asked) == 1 for asked in kinds.values()):
        return rows
    orders = {row.order_id for row in rows if len(kinds[row.record]) > 1}
    waiting = [row for row in _cancels(rows) if row.order_id in orders]
    while waiting:
        wishes = _by_order(waiting)
        plan = batch.plan(_wish(batch.run, *of_order) for of_order in wishes.items())
        hindrances: dict[int, Hindrance] = {}
        for mine, planned in zip(wishes.values(), plan, strict=True):
            if not isinstance(planned, Planned):
                hindrances |= hindrances_of(mine, planned)
        if not hindrances:
            break
        rows = batch.results.refuse(rows, hindrances)
        left = {row.row_number for row in rows}
        waiting = [row for row in waiting if row.row_number in left]
    return rows


def _by_order(rows: Iterable[BulkRowRecord]) -> dict[UUID, list[BulkRowRecord]]:
    found: dict[UUID, list[BulkRowRecord]] = defaultdict(list)
    for row in rows:
        if row.order_id is not None:
            found[row.order_id].append(row)
    return found


def _round(batch: _Batch, rows: Sequence[BulkRowRecord]) -> list[BulkRowRecord]:
    """Carry out one wish of each order; give the rows that another round must take up."""
    tx, run = batch.tx, batch.run
    wishes, later = _wishes(run, rows)
    plan, known = batch.plan(wishes), catalogue(tx)
    going: list[Planned] = []
    hindrances: dict[int, Hindrance] = {}
    days = rates.terms(tx).days
    for wish, planned in zip(wishes, plan, strict=True):
        if isinstance(planned, Planned):
            going.append(planned)
            _note_done(batch, wish, planned)
            _add_up(batch.results, planned, tx, days, counts=known.counts(planned.wanted.reason))
        else:
            hindrances |= hindrances_of(wish.rows, planned)
            later += wish.rows
    if batch.writes:
        bulk_cancel.carry_out(tx, going, batch.actor)
    return batch.results.refuse(later, hindrances)


def _wishes(run: BulkRunRecord, rows: Iterable[BulkRowRecord]) -> tuple[list[_Wish], list[BulkRowRecord]]:
    """Gather each order's rows of its first reason into one wish; the others wait for the next round."""
    wishes, later = [], []
    for order_id, of_order in _by_order(rows).items():
        mine = [row for row in of_order if row.reason == of_order[0].reason]
        later += [row for row in of_order if row.reason != of_order[0].reason]
        wishes.append(_wish(run, order_id, mine))
    return wishes, later


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


def _note_done(batch: _Batch, wish: _Wish, planned: Planned) -> None:
    units = {share.line_item_id: share.quantity for share in planned.quoted.lines}
    left = planned.quoted.refund_minor
    request_id = None if batch.run.dry_run else planned.request_id
    still_open = sum(line.open for line in planned.facts.line_items) - planned.units
    is_early = batch.run.feed_type in _AFTER_SHIPMENT and still_open > 0
    for row in wish.rows:
        of_row = units.get(LineItemId(row.line_item_id), 0) if row.line_item_id else planned.units
        # One refund may answer several rows: it stands on the first of them.
        outcome = Outcome(of_row, left, request_id)
        batch.results.done(row, outcome, RowProblem.BEFORE_SHIPMENT if is_early else None)
        left = 0


def _add_up(results: Results, planned: Planned, tx: Transaction, days: int, *, counts: bool) -> None:
    order, quoted = planned.order, planned.quoted
    results.sums["orders"] += 1
    results.sums["units"] += planned.units
    results.sums["orders_refunded"] += quoted.refund_minor > 0
    results.sums["orders_released"] += quoted.released_minor > 0
    placed_on, today = day_of(tx, order.placed_at), day_of(tx, tx.now)
    is_new = counts and not order.canceled_by_merchant
    results.sums["counting"] += is_new and in_period(placed_on, today, days)
    if quoted.refund_minor:
        results.refunded[order.currency] += quoted.refund_minor
    if quoted.released_minor:
        results.released[order.currency] += quoted.released_minor

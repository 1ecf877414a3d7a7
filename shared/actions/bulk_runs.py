"""Runs over many orders: begun, previewed, confirmed, stopped, and advanced batch by batch."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from shared.actions import bulk_batches
from shared.actions.bulk_batches import BATCH
from shared.actions.bulk_results import Results
from shared.domain.actors import Actor, ActorKind
from shared.domain.bulk import ENDED, RowProblem, RunKind, RunState, StagedRow, StopReason
from shared.domain.errors import AlreadyDecided, InvalidContent, NotFound
from shared.domain.events import EffectKind
from shared.domain.ids import MerchantId, new_id
from shared.domain.permissions import Permission, Role, holds
from shared.domain.reasons import Reason
from shared.storage import bulk_staging, files, outbox
from shared.storage.engine import Database, Transaction
from shared.storage.records import ApiKeyRecord, BulkRunRecord, MembershipRecord

# A preview asks no one to hold their orders; what it says may have changed by the time of the run.
CODES: Mapping[RowProblem, str] = {problem: problem.value for problem in RowProblem}
_DAY = timedelta(days=1)
TURN_SECONDS = 20.0
# A preview holds nobody's orders: its batches are so many times as large.
_OF_PREVIEWS = 2


@dataclass(frozen=True, slots=True)
class NewRun:
    """A run to begin. `title` is what people call it: a file's name, or what was chosen.

    `dedup_key` names what another run would repeat: the second one is told the first.
    """

    kind: RunKind
    title: str
    feed_type: str = ""
    upload_id: UUID | None = None
    dedup_key: str | None = None
    dry_run: bool = False
    reason: Reason | None = None
    memo: str = ""
    message: str = ""
    locale: str = "en"


@dataclass(frozen=True, slots=True)
class Begun:
    """A run's id, and whether it had been there before."""

    run_id: UUID
    is_repeated: bool


def begin(db: Database, merchant_id: MerchantId, new: NewRun, actor: Actor) -> Begun:
    """Begin a run over a file; the worker reads it. The same file again is the run that was there first."""
    with db.begin(merchant_id) as tx:
        return begin_in(tx, new, actor)


def begin_in(tx: Transaction, new: NewRun, actor: Actor) -> Begun:
    """Do the same in a transaction that does more."""
    return _begin(tx, new, actor, RunState.QUEUED)


def earlier(tx: Transaction, dedup_key: str) -> Begun | None:
    """Find the run that another of this key would repeat; its twins wait until this transaction has ended."""
    tx.session.execute(
        select(func.pg_advisory_xact_lock(func.hashtextextended(f"{tx.merchant_id}:{dedup_key}", 0)))
    )
    found = tx.session.scalars(
        select(BulkRunRecord.id).where(
            BulkRunRecord.merchant_id == tx.merchant_id, BulkRunRecord.dedup_key == dedup_key
        )
    ).one_or_none()
    return None if found is None else Begun(found, is_repeated=True)


def begin_selection(
    db: Database, merchant_id: MerchantId, new: NewRun, order_ids: Sequence[UUID], actor: Actor
) -> Begun:
    """Begin a run over chosen orders, frozen here; it is previewed before anybody may confirm it.

    Raises InvalidContent when no reason is given or none of the orders is the merchant's.
    """
    if new.reason is None:
        raise InvalidContent("Choose a reason.")
    with db.begin(merchant_id) as tx:
        begun = _begin(tx, new, actor, RunState.RUNNING)
        run = _lock(tx, begun.run_id)
        run.stage_began_at = tx.now
        run.group_count = run.row_count = bulk_staging.choose(tx, run.id, order_ids, new.reason)
        if run.group_count == 0:
            raise InvalidContent("None of these orders is there any more.")
        return begun


def keep_rows(
    db: Database,
    merchant_id: MerchantId,
    run_id: UUID,
    rows: Sequence[StagedRow],
    *,
    first: int,
    read_bytes: int = 0,
) -> None:
    """Keep rows that were read from a file, numbered from `first`; 1 forgets an earlier reading's.

    Raises AlreadyDecided when another worker has begun to read the file anew.
    """
    with db.begin(merchant_id) as tx:
        run = _lock(tx, run_id)
        if first == 1 and run.state in {RunState.QUEUED, RunState.READING}:
            bulk_staging.clear(tx, run.id)
            run.stage_began_at = run.stage_began_at or tx.now
        elif run.state != RunState.READING or run.row_count != first - 1:
            raise AlreadyDecided("Another worker reads this file.", state=run.state)
        outbox.keep_hold(tx, EffectKind.ADVANCE_RUN, run.id)
        run.state = RunState.READING
        groups = run.group_count if first > 1 else 0
        run.group_count = bulk_staging.stage(tx, run.id, first, groups, rows)
        run.row_count, run.read_bytes = first + len(rows) - 1, read_bytes


def end_reading(
    db: Database,
    merchant_id: MerchantId,
    run_id: UUID,
    codes: Mapping[RowProblem, str],
    problems: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Look up what all rows name; from here on the run goes order by order of its list.

    `problems` are those of the file as a whole, as documents of its reader.
    """
    with db.begin(merchant_id) as tx:
        run = _lock(tx, run_id)
        if run.state not in {RunState.QUEUED, RunState.READING}:
            return
        run.group_count, run.row_count, errors, warnings = bulk_staging.resolve(tx, run.id, codes)
        run.counters = {"errors": errors, "warnings": warnings}
        run.problems = list(problems)
        if not run.dry_run:
            _forget_file(tx, run)
        run.state, run.stage_began_at = RunState.RUNNING, tx.now


def refuse(
    db: Database,
    merchant_id: MerchantId,
    run_id: UUID,
    note: str,
    problems: Sequence[Mapping[str, Any]] = (),
) -> None:
    """End a run whose file cannot be read at all; nothing of it was carried out, so it may be sent again."""
    with db.begin(merchant_id) as tx:
        run = _lock(tx, run_id)
        if run.state not in {RunState.QUEUED, RunState.READING}:
            return
        bulk_staging.clear(tx, run.id)
        _forget_file(tx, run)
        run.row_count, run.problems, run.dedup_key = 0, list(problems), None
        _end(tx, run, RunState.REFUSED, note)


def confirm(
    db: Database, merchant_id: MerchantId, run_id: UUID, actor: Actor, *, per_day: int | None = None
) -> None:
    """Carry out what was previewed, at most `per_day` orders a day.

    Raises NotFound, or AlreadyDecided when it was confirmed or stopped before.
    """
    with db.begin(merchant_id) as tx:
        run = _lock(tx, run_id)
        if run.state != RunState.PREVIEWED:
            raise AlreadyDecided("This has been confirmed or stopped before.", state=run.state)
        bulk_staging.reopen(tx, run.id)
        run.state, run.dry_run = RunState.RUNNING, False
        run.actor_kind, run.actor_id, run.confirmed_at = actor.kind, actor.id, tx.now
        run.next_group, run.counters, run.stage_began_at = 0, {}, tx.now
        run.per_day, run.day_ends_at_group = per_day, per_day
        _wake(tx, run)


def stop(db: Database, merchant_id: MerchantId, run_id: UUID) -> None:
    """Let a run end after the batch in hand; what is done stays done. Raises NotFound."""
    with db.begin(merchant_id) as tx:
        run = _lock(tx, run_id)
        if run.state in ENDED:
            return
        run.stop_requested = True
        if run.state == RunState.PREVIEWED or run.per_day:
            _stop(tx, run, StopReason.BY_A_PERSON)


def advance(
    db: Database, merchant_id: MerchantId, run_id: UUID, codes: Mapping[RowProblem, str] = CODES
) -> bool:
    """Deal with the next batch of a run that is running; say whether more can follow at once."""
    with db.begin(merchant_id) as tx:
        run = _lock(tx, run_id)
        if run.state != RunState.RUNNING:
            return False
        if run.stop_requested:
            _stop(tx, run, StopReason.BY_A_PERSON)
        elif (why := _forbidden(tx, run)) is not None:
            _stop(tx, run, why)
        elif run.resumes_at is None or tx.now >= run.resumes_at:
            run.resumes_at = None
            return _next_batch(tx, run, codes)
        return False


def take_turn(
    db: Database,
    merchant_id: MerchantId,
    run_id: UUID,
    codes: Mapping[RowProblem, str] = CODES,
    *,
    seconds: float = TURN_SECONDS,
) -> None:
    """Advance a run for a worker's turn; what is left waits for another, so that none holds up the others."""
    end = time.monotonic() + seconds
    while advance(db, merchant_id, run_id, codes):
        if time.monotonic() > end:
            _put_aside(db, merchant_id, run_id)
            return


def _put_aside(db: Database, merchant_id: MerchantId, run_id: UUID) -> None:
    with db.begin(merchant_id) as tx:
        run = _lock(tx, run_id)
        if run.state not in ENDED and run.state != RunState.PREVIEWED:
            _wake(tx, run)


def _begin(tx: Transaction, new: NewRun, actor: Actor, state: RunState) -> Begun:
    repeated = earlier(tx, new.dedup_key) if new.dedup_key is not None else None
    if repeated is not None:
        return repeated
    run = BulkRunRecord(
        merchant_id=tx.merchant_id,
        id=new_id(),
        kind=new.kind,
        feed_type=new.feed_type,
        upload_id=new.upload_id,
        dedup_key=new.dedup_key,
        title=new.title,
        state=state,
        # Chosen orders are previewed first, always.
        dry_run=new.dry_run or new.kind is RunKind.SELECTION,
        reason=new.reason,
        memo=new.memo,
        message=new.message,
        actor_kind=actor.kind,
        actor_id=actor.id,
        locale=new.locale,
        created_at=tx.now,
        counters={},
    )
    tx.session.add(run)
    tx.session.flush()
    _wake(tx, run)
    return Begun(run.id, is_repeated=False)


def _lock(tx: Transaction, run_id: UUID) -> BulkRunRecord:
    run = tx.session.scalars(
        select(BulkRunRecord)
        .where(BulkRunRecord.merchant_id == tx.merchant_id, BulkRunRecord.id == run_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if run is None:
        raise NotFound("There is no such run.")
    return run


def _forget_file(tx: Transaction, run: BulkRunRecord) -> None:
    if run.upload_id is not None:
        files.forget(tx, run.upload_id)


def _wake(tx: Transaction, run: BulkRunRecord, after: timedelta = timedelta(0)) -> None:
    run.slices += 1
    outbox.defer(tx, EffectKind.ADVANCE_RUN, run.id, dedup_key=f"run:{run.id}:{run.slices}", after=after)


def _forbidden(tx: Transaction, run: BulkRunRecord) -> StopReason | None:
    """Tell why whoever began it may no longer go on: removed or demoted meanwhile, or their key revoked."""
    if run.actor_id is None:
        return None
    if run.actor_kind == ActorKind.STORE:
        key = tx.session.get(ApiKeyRecord, (tx.merchant_id, run.actor_id))
        return StopReason.KEY_REVOKED if key is None or key.revoked_at is not None else None
    if run.actor_kind != ActorKind.MERCHANT_USER:
        return None
    role = tx.session.scalars(
        select(MembershipRecord.role).where(
            MembershipRecord.merchant_id == tx.merchant_id, MembershipRecord.user_id == run.actor_id
        )
    ).one_or_none()
    wanted = Permission.IMPORT if run.kind == RunKind.FEED else Permission.CANCEL
    may = role is not None and holds(Role(role), wanted)
    return None if may else StopReason.NO_LONGER_PERMITTED


def _next_batch(tx: Transaction, run: BulkRunRecord, codes: Mapping[RowProblem, str]) -> bool:
    end = min(run.next_group + BATCH * (_OF_PREVIEWS if run.dry_run else 1), run.group_count)
    if run.day_ends_at_group is not None and not run.dry_run:
        end = min(end, run.day_ends_at_group)
    results = bulk_batches.carry_out(tx, run, end, codes)
    bulk_staging.keep_results(tx, run.id, run.next_group, end, results.rows)
    run.counters = _added(run.counters, results)
    run.next_group = end
    if run.next_group >= run.group_count:
        _end(tx, run, RunState.PREVIEWED if run.dry_run and run.kind == RunKind.SELECTION else RunState.DONE)
        return False
    if run.day_ends_at_group == end and run.per_day and not run.dry_run:
        # Any effect may come early: one of another turn, or one that is carried out again.
        run.day_ends_at_group, run.resumes_at = end + run.per_day, tx.now + _DAY
        _wake(tx, run, _DAY)
        return False
    return True


def _added(counters: Mapping[str, Any], results: Results) -> dict[str, Any]:
    """Add a batch's sums; `refunded` and `released` map a currency to minor units."""
    return {
        **counters,
        **_sum(counters, results.sums),
        "refunded": _sum(counters.get("refunded", {}), results.refunded),
        "released": _sum(counters.get("released", {}), results.released),
    }


def _sum(before: Mapping[str, Any], more: Mapping[str, int]) -> dict[str, int]:
    kept = {name: figure for name, figure in before.items() if isinstance(figure, int)}
    return {**kept, **{name: kept.get(name, 0) + count for name, count in more.items()}}


def _stop(tx: Transaction, run: BulkRunRecord, why: StopReason) -> None:
    bulk_staging.stop(tx, run.id)
    # What was left out may be sent again.
    run.dedup_key = None
    _end(tx, run, RunState.STOPPED, why)


def _end(tx: Transaction, run: BulkRunRecord, state: RunState, note: str = "") -> None:
    run.state, run.note, run.resumes_at = state, note, None
    run.finished_at = None if state is RunState.PREVIEWED else tx.now

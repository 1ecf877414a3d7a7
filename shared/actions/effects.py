"""Claim what is due, and note what came of it: an attempt is counted before it is made and fences its end."""

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, text, true, update
from sqlalchemy.engine import CursorResult

from shared.domain.events import EffectKind
from shared.domain.ids import EffectId, MerchantId
from shared.storage import outbox
from shared.storage.engine import Database, Transaction
from shared.storage.records import EffectRecord

_MAIL_DELAYS = (60, 300, 1_800, 3_600, 7_200, 14_400, 28_800, 57_600, 86_400, 86_400)
# Ten tries over 75½ hours, as Standard Webhooks has it.
_WEBHOOK_DELAYS = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
_LONGEST_REST = timedelta(days=1)
_CORE_DELAYS = (5, 30, 120, 600, 3_600, 10_800, 21_600, 43_200)
DELAYS: dict[EffectKind, tuple[int, ...]] = {
    EffectKind.EXECUTE_CANCELLATION: _CORE_DELAYS,
    EffectKind.APPLY_SILENCE: _CORE_DELAYS,
    EffectKind.END_QUESTION: _CORE_DELAYS,
    EffectKind.ADVANCE_RUN: _CORE_DELAYS,
    EffectKind.SEND_MAIL: _MAIL_DELAYS,
    EffectKind.SEND_LETTER: _MAIL_DELAYS,
    EffectKind.CARRY_OUT_UPLOAD: _CORE_DELAYS,
    EffectKind.WRITE_EXPORT: _CORE_DELAYS,
    EffectKind.FORGET_EXPORT: _CORE_DELAYS,
    EffectKind.SEND_REFUND: _CORE_DELAYS,
    EffectKind.LOOK_UP_REFUND: _CORE_DELAYS,
    EffectKind.CHECK_RATE: _CORE_DELAYS,
    EffectKind.SEND_WEBHOOK: _WEBHOOK_DELAYS,
}


@dataclass(frozen=True, slots=True)
class Claimed:
    """An effect that this worker holds for the length of a lease."""

    id: EffectId
    kind: EffectKind
    subject_id: UUID
    attempt: int


def claim(db: Database, merchant_id: MerchantId, effect_id: EffectId) -> Claimed | None:
    """Take an effect that is due, or whose holder's lease ran out; None when there is nothing to take."""
    with db.begin(merchant_id) as tx:
        row = tx.session.execute(
            update(EffectRecord)
            .where(
                EffectRecord.merchant_id == merchant_id,
                EffectRecord.id == effect_id,
                or_(
                    (EffectRecord.state == "ready") & (EffectRecord.due_at <= tx.now),
                    (EffectRecord.state == "running") & (EffectRecord.lease_until < func.clock_timestamp()),
                ),
            )
            .values(
                state="running",
                attempt=EffectRecord.attempt + 1,
                lease_until=func.clock_timestamp() + outbox.LEASE,
            )
            .returning(EffectRecord.kind, EffectRecord.subject_id, EffectRecord.attempt)
            .execution_options(synchronize_session=False)
        ).one_or_none()
    return None if row is None else Claimed(effect_id, EffectKind(row.kind), row.subject_id, row.attempt)


def claim_for(db: Database, merchant_id: MerchantId, kind: EffectKind, subject_id: UUID) -> Claimed | None:
    """Take the effect that is due for a subject; None when there is none, or somebody else was quicker."""
    with db.begin(merchant_id) as tx:
        found = tx.session.scalars(
            select(EffectRecord.id)
            .where(
                EffectRecord.merchant_id == merchant_id,
                EffectRecord.kind == kind,
                EffectRecord.subject_id == subject_id,
                EffectRecord.state == "ready",
            )
            .order_by(EffectRecord.due_at)
            .limit(1)
        ).one_or_none()
    return None if found is None else claim(db, merchant_id, EffectId(found))


def finish(db: Database, merchant_id: MerchantId, claimed: Claimed) -> None:
    """Note that an effect has happened, unless somebody else holds it by now."""
    with db.begin(merchant_id) as tx:
        _end(tx, claimed, "done", "")


def give_up(db: Database, merchant_id: MerchantId, claimed: Claimed, error: str) -> None:
    """Park an effect for a person to look at; nothing tries it again by itself."""
    with db.begin(merchant_id) as tx:
        _end(tx, claimed, "dead", error)


def put_off(
    db: Database,
    merchant_id: MerchantId,
    claimed: Claimed,
    error: str,
    *,
    at_least: timedelta = outbox.AT_ONCE,
) -> None:
    """Try an effect again later, longer each time; after the last delay it is parked.

    `at_least` is how long the other side asked for, of which a day is granted.
    """
    delays = DELAYS[claimed.kind]
    if is_last(claimed):
        give_up(db, merchant_id, claimed, error)
        return
    # Spread by a fifth either way, so that what failed together does not come back together.
    spread = random.uniform(0.8, 1.2)  # noqa: S311 - spreads load, guards nothing
    own = timedelta(seconds=delays[claimed.attempt - 1] * spread)
    delay = max(own, min(at_least, _LONGEST_REST))
    with db.begin(merchant_id) as tx:
        changed = tx.session.execute(
            update(EffectRecord)
            .where(*_held(merchant_id, claimed))
            .values(state="ready", due_at=tx.now + delay, lease_until=None, error=error[:500])
            .execution_options(synchronize_session=False)
        )
        if isinstance(changed, CursorResult) and changed.rowcount:
            outbox.wake(tx, claimed.kind, claimed.id, after=delay)


def retry_dead(db: Database, merchant_id: MerchantId) -> int:
    """Make effects that were given up due at once, their attempts forgotten; count them."""
    with db.begin(merchant_id) as tx:
        revived = tx.session.execute(
            update(EffectRecord)
            .where(EffectRecord.merchant_id == merchant_id, EffectRecord.state == "dead")
            .values(state="ready", attempt=0, due_at=tx.now, finished_at=None)
            .returning(EffectRecord.id, EffectRecord.kind)
            .execution_options(synchronize_session=False)
        ).all()
        for effect_id, kind in revived:
            outbox.wake(tx, EffectKind(kind), EffectId(effect_id), after=timedelta(0))
    return len(revived)


def is_last(claimed: Claimed) -> bool:
    """Say whether no try follows this one."""
    return claimed.attempt > len(DELAYS[claimed.kind])


def is_spent(claimed: Claimed) -> bool:
    """Say whether an effect was begun more often than it may be: it may be what kills its workers."""
    return claimed.attempt > len(DELAYS[claimed.kind]) + 1


def due(
    db: Database, merchant_id: MerchantId, limit: int = 500, *, queues: Collection[str] | None = None
) -> Sequence[EffectId]:
    """List effects that nobody holds and whose time has come, oldest first; those of some queues, or all."""
    kinds = [kind for kind, queue in outbox.QUEUES.items() if queues and queue in queues]
    with db.begin(merchant_id) as tx:
        ids = tx.session.scalars(
            select(EffectRecord.id)
            .where(
                EffectRecord.merchant_id == merchant_id,
                true() if queues is None else EffectRecord.kind.in_(kinds),
                or_(
                    (EffectRecord.state == "ready") & (EffectRecord.due_at <= tx.now),
                    (EffectRecord.state == "running")
                    & (EffectRecord.lease_until < text("clock_timestamp()")),
                ),
            )
            .order_by(EffectRecord.due_at)
            .limit(limit)
        ).all()
    return [EffectId(effect_id) for effect_id in ids]


def unfinished(db: Database, merchant_id: MerchantId) -> int:
    """Count effects that are due or held just now."""
    with db.begin(merchant_id) as tx:
        return tx.session.scalars(
            select(func.count())
            .select_from(EffectRecord)
            .where(
                EffectRecord.merchant_id == merchant_id,
                or_(
                    EffectRecord.state == "running",
                    (EffectRecord.state == "ready") & (EffectRecord.due_at <= tx.now),
                ),
            )
        ).one()


def _held(merchant_id: UUID, claimed: Claimed) -> tuple[ColumnElement[bool], ...]:
    return (
        EffectRecord.merchant_id == merchant_id,
        EffectRecord.id == claimed.id,
        EffectRecord.attempt == claimed.attempt,
        EffectRecord.state == "running",
    )


def _end(tx: Transaction, claimed: Claimed, state: str, error: str) -> None:
    tx.session.execute(
        update(EffectRecord)
        .where(*_held(tx.merchant_id, claimed))
        .values(state=state, finished_at=tx.now, lease_until=None, error=error[:500])
        .execution_options(synchronize_session=False)
    )

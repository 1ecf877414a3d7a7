"""What has changed in the agents' list lately, and how many cases wait there, read off the index of cases."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from shared.domain.ids import instant_before, lowest_id
from shared.domain.support import CaseState
from shared.queries.changes import MOST, OVERLAP
from shared.storage.engine import Database, UntenantedTransaction
from shared.storage.records import OperatorCaseRecord

MOST_COUNTED = 100
_RANDOM_BITS = 80


@dataclass(frozen=True, slots=True)
class CaseChange:
    """A case that changed; `id` stands for this change alone."""

    id: UUID
    case_id: UUID


@dataclass(frozen=True, slots=True)
class Standing:
    """How many cases wait for an answer, up to 100, and what a page has seen that is made now."""

    waiting: int
    seen: UUID


def standing(db: Database) -> Standing:
    """Say how things stand now."""
    with db.begin_untenanted() as tx:
        return Standing(_waiting(tx), lowest_id(tx.now))


def case_changes_since(db: Database, seen: UUID) -> tuple[CaseChange, ...]:
    """List which cases changed since, by a message alone as well, some told once more; oldest first."""
    since = instant_before(seen, OVERLAP)
    with db.begin_untenanted() as tx:
        rows = tx.session.execute(
            select(OperatorCaseRecord.case_id, OperatorCaseRecord.changed_at)
            .where(OperatorCaseRecord.changed_at >= since)
            .order_by(OperatorCaseRecord.changed_at.desc())
            .limit(MOST)
        ).all()
    return tuple(CaseChange(_change_id(row.changed_at, row.case_id), row.case_id) for row in reversed(rows))


def _change_id(at: datetime, case_id: UUID) -> UUID:
    # A case that comes and goes changes more than once: the instant is part of the id.
    return UUID(int=lowest_id(at).int | case_id.int & ((1 << _RANDOM_BITS) - 1))


def _waiting(tx: UntenantedTransaction) -> int:
    some = select(OperatorCaseRecord.case_id).where(OperatorCaseRecord.state == CaseState.OPEN)
    return tx.session.scalars(select(func.count()).select_from(some.limit(MOST_COUNTED).subquery())).one()

"""What support agents see: who is signed in, the cases of all merchants, and one case in its account."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, tuple_

from shared.domain.errors import NotFound
from shared.domain.ids import MerchantId, UserId
from shared.domain.support import CaseState, Floor
from shared.queries.places import make_cursor, read_cursor
from shared.queries.support import views
from shared.queries.support_values import CaseView
from shared.storage.cases import cases_on, find_case
from shared.storage.doors import fingerprint
from shared.storage.engine import Database
from shared.storage.records import (
    AgentSessionRecord,
    CaseRecord,
    MerchantRecord,
    OperatorCaseRecord,
    UserRecord,
)
from shared.storage.scopes import find_order
from shared.storage.sessions import ABSOLUTE, IDLE, REAL_NOW

_NOTED_AFTER = timedelta(minutes=1)
_MOST = 100


@dataclass(frozen=True, slots=True)
class Agent:
    """A support agent who is signed in; `merchant_id` is the account that is open, None while none is."""

    user_id: UserId
    name: str
    secret: str
    merchant_id: MerchantId | None
    merchant_name: str
    time_zone: str
    is_unnoted: bool


@dataclass(frozen=True, slots=True)
class OperatorRow:
    """A case in the agents' list: whose and about what, and nothing that stands in its account."""

    case_id: UUID
    merchant_name: str
    category: str
    since: datetime


@dataclass(frozen=True, slots=True)
class OperatorList:
    """One page of cases, and the cursor of the next; "" where there is none."""

    rows: tuple[OperatorRow, ...]
    next_cursor: str


@dataclass(frozen=True, slots=True)
class Account:
    """The merchant that a case belongs to."""

    merchant_id: MerchantId
    name: str


def is_agent(db: Database, user_id: UserId) -> bool:
    """Say whether a user works for the operator."""
    with db.begin_untenanted() as tx:
        return tx.session.get_one(UserRecord, user_id).is_agent


def agent(db: Database, secret: str) -> Agent | None:
    """Find who holds a session's secret; None once it ended, idled or grew old, or they are none any more."""
    held = AgentSessionRecord
    with db.begin_untenanted() as tx:
        row = tx.session.execute(
            select(
                UserRecord.id,
                UserRecord.name,
                held.merchant_id,
                MerchantRecord.name.label("merchant_name"),
                MerchantRecord.time_zone,
                (held.seen_at < REAL_NOW - _NOTED_AFTER).label("is_unnoted"),
            )
            .select_from(held)
            .join(UserRecord, UserRecord.id == held.user_id)
            .outerjoin(MerchantRecord, MerchantRecord.id == held.merchant_id)
            .where(
                held.sha256 == fingerprint(secret.encode()),
                UserRecord.is_agent,
                held.ended_at.is_(None),
                held.seen_at > REAL_NOW - IDLE,
                held.created_at > REAL_NOW - ABSOLUTE,
            )
        ).one_or_none()
    if row is None:
        return None
    return Agent(
        user_id=UserId(row.id),
        name=row.name,
        secret=secret,
        merchant_id=MerchantId(row.merchant_id) if row.merchant_id else None,
        merchant_name=row.merchant_name or "",
        time_zone=row.time_zone or "UTC",
        is_unnoted=row.is_unnoted,
    )


def operator_list(db: Database, state: CaseState, *, cursor: str = "", limit: int = 50) -> OperatorList:
    """Read one page of the cases of all merchants, longest waiting first.

    Raises InvalidContent for a cursor that is none of ours.
    """
    after = read_cursor(cursor)
    found = OperatorCaseRecord
    query = select(found, MerchantRecord.name).join(MerchantRecord, MerchantRecord.id == found.merchant_id)
    query = query.where(found.state == state).order_by(found.since, found.case_id).limit(limit + 1)
    if after is not None:
        query = query.where(tuple_(found.since, found.case_id) > tuple_(*after))
    with db.begin_untenanted() as tx:
        rows = tx.session.execute(query).all()
    more, rows = len(rows) > limit, rows[:limit]
    categories = _categories(db, [record for record, _name in rows])
    listed = tuple(
        OperatorRow(record.case_id, name, categories.get(record.case_id, ""), record.since)
        for record, name in rows
    )
    return OperatorList(listed, make_cursor(listed[-1].since, listed[-1].case_id) if more else "")


def operator_counts(db: Database) -> dict[CaseState, int]:
    """Count the cases of each state, at most 100 each; resolved ones are not counted."""
    with db.begin_untenanted() as tx:
        return {
            state: tx.session.scalars(
                select(func.count()).select_from(
                    select(OperatorCaseRecord.case_id)
                    .where(OperatorCaseRecord.state == state)
                    .limit(_MOST)
                    .subquery()
                )
            ).one()
            for state in (CaseState.OPEN, CaseState.WAITING)
        }


def account_of(db: Database, case_id: UUID) -> Account:
    """Tell whose a case is. Raises NotFound."""
    with db.begin_untenanted() as tx:
        row = tx.session.execute(
            select(MerchantRecord.id, MerchantRecord.name)
            .join(OperatorCaseRecord, OperatorCaseRecord.merchant_id == MerchantRecord.id)
            .where(OperatorCaseRecord.case_id == case_id)
        ).one_or_none()
    if row is None:
        raise NotFound("There is no such case.")
    return Account(MerchantId(row.id), row.name)


def operator_case(db: Database, merchant_id: MerchantId, case_id: UUID) -> CaseView:
    """Read a merchant's case with the operator. Raises NotFound."""
    with db.snapshot(merchant_id) as tx:
        case = find_case(tx, case_id, Floor.OPERATOR)
        order = find_order(tx, case.order_id) if case.order_id else None
        return views(tx, [case], order, with_notes=False)[0]


def asked(db: Database, merchant_id: MerchantId) -> tuple[CaseView, ...]:
    """Read a merchant's cases with the operator, newest first, at most 100."""
    with db.snapshot(merchant_id) as tx:
        cases = tx.session.scalars(
            cases_on(tx, Floor.OPERATOR)
            .order_by(CaseRecord.opened_at.desc(), CaseRecord.id.desc())
            .limit(_MOST)
        ).all()
        return views(tx, cases, None, with_notes=False)


def _categories(db: Database, records: list[OperatorCaseRecord]) -> dict[UUID, str]:
    by_merchant: dict[UUID, list[UUID]] = defaultdict(list)
    for record in records:
        by_merchant[record.merchant_id].append(record.case_id)
    found: dict[UUID, str] = {}
    for merchant_id, case_ids in by_merchant.items():
        with db.snapshot(MerchantId(merchant_id)) as tx:
            rows = tx.session.execute(
                cases_on(tx, Floor.OPERATOR)
                .with_only_columns(CaseRecord.id, CaseRecord.category)
                .where(CaseRecord.id.in_(case_ids))
            )
            found.update((row.id, row.category) for row in rows)
    return found

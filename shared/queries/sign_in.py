"""Who is signed in: a secret from a browser leads to a session that is read anew for every request."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ScalarSelect, func, select

from shared.domain.ids import MerchantId, UserId
from shared.domain.permissions import Role
from shared.storage.doors import Door, open_door
from shared.storage.engine import Database
from shared.storage.records import (
    ConsoleSessionRecord,
    DoorRecord,
    MembershipRecord,
    MerchantRecord,
    UserRecord,
)
from shared.storage.sessions import REAL_NOW, VERIFIED_FOR, has_second_factor, is_alive, teams_of

NOTED_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Member:
    """A merchant user who is signed in, with the role of this very moment.

    `now` is the product's clock when the request came (UTC), `since` when the session began in real time.
    `is_unnoted` asks to write the visit down; `is_verified` says that they proved minutes ago who they are,
    `lacks_second_factor` that the merchant wants one they do not have, `teams` how many merchants are theirs.
    """

    session_id: UUID
    user_id: UserId
    user_name: str
    email: str
    role: Role
    merchant_id: MerchantId
    merchant_name: str
    time_zone: str
    now: datetime
    since: datetime
    is_unnoted: bool
    is_verified: bool
    lacks_second_factor: bool
    teams: int


@dataclass(frozen=True, slots=True)
class Team:
    """A merchant that a user belongs to."""

    merchant_id: MerchantId
    merchant_name: str


def member(db: Database, secret: str) -> Member | None:
    """Find who holds a session's secret; None once it ended, idled, grew old, or they left the team."""
    with db.begin_untenanted() as tx:
        way = open_door(tx.session, Door.CONSOLE_SESSION, secret.encode())
    if way is None:
        return None
    merchant_id, session_id = way
    session = ConsoleSessionRecord
    lacks = MerchantRecord.second_factor_required & ~has_second_factor()
    with db.snapshot(merchant_id) as tenant:
        row = tenant.session.execute(
            select(
                UserRecord.id,
                UserRecord.name,
                UserRecord.email,
                MembershipRecord.role,
                MerchantRecord.name.label("merchant_name"),
                MerchantRecord.time_zone,
                session.created_at,
                (session.seen_at < REAL_NOW - NOTED_AFTER).label("is_unnoted"),
                func.coalesce(session.verified_at > REAL_NOW - VERIFIED_FOR, False).label("is_verified"),
                lacks.label("lacks"),
                _teams().label("teams"),
            )
            .select_from(session)
            .join(UserRecord, UserRecord.id == session.user_id)
            .join(
                MembershipRecord,
                (MembershipRecord.merchant_id == session.merchant_id)
                & (MembershipRecord.user_id == session.user_id),
            )
            .join(MerchantRecord, MerchantRecord.id == session.merchant_id)
            .where(session.merchant_id == merchant_id, session.id == session_id, *is_alive())
        ).one_or_none()
        if row is None:
            return None
        return Member(
            session_id=session_id,
            user_id=UserId(row.id),
            user_name=row.name,
            email=row.email,
            role=Role(row.role),
            merchant_id=merchant_id,
            merchant_name=row.merchant_name,
            time_zone=row.time_zone,
            now=tenant.now,
            since=row.created_at,
            is_unnoted=row.is_unnoted,
            is_verified=row.is_verified,
            lacks_second_factor=row.lacks,
            teams=row.teams,
        )


def teams(db: Database, user_id: UserId) -> tuple[Team, ...]:
    """List the merchants a user belongs to, by name."""
    with db.begin_untenanted() as tx:
        ids = [merchant_id for merchant_id, _ in teams_of(tx.session, user_id)]
        rows = tx.session.execute(
            select(MerchantRecord.id, MerchantRecord.name)
            .where(MerchantRecord.id.in_(ids))
            .order_by(MerchantRecord.name, MerchantRecord.id)
        )
        return tuple(Team(MerchantId(row.id), row.name) for row in rows)


def _teams() -> ScalarSelect[int]:
    hashed = func.sha256(func.uuid_send(UserRecord.id))
    return (
        select(func.count())
        .select_from(DoorRecord)
        .where(DoorRecord.kind == Door.MEMBERSHIP, DoorRecord.sha256 == hashed)
        .scalar_subquery()
    )

"""Who is signed in: a secret from a browser leads to a session that is read anew for every request."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import DateTime, func, select

from shared.domain.ids import MerchantId, UserId
from shared.domain.permissions import Role
from shared.storage.doors import Door, open_door
from shared.storage.engine import Database
from shared.storage.records import ConsoleSessionRecord, MembershipRecord, MerchantRecord, UserRecord

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
NOTED_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Member:
    """A merchant user who is signed in, with the role of this very moment.

    `now` is the product's clock when the request came (UTC); `is_unnoted` asks to write the visit down.
    """

    session_id: UUID
    user_id: UserId
    user_name: str
    role: Role
    merchant_id: MerchantId
    merchant_name: str
    time_zone: str
    now: datetime
    is_unnoted: bool


def member(db: Database, secret: str) -> Member | None:
    """Find who holds a session's secret; None once it ended, idled, grew old, or they left the team."""
    with db.begin_untenanted() as tx:
        way = open_door(tx.session, Door.CONSOLE_SESSION, secret.encode())
    if way is None:
        return None
    merchant_id, session_id = way
    # Sessions go by real time: the test kit's clock moves deadlines, and must not sign anybody out.
    real = func.clock_timestamp(type_=DateTime(timezone=True))
    session = ConsoleSessionRecord
    with db.snapshot(merchant_id) as tenant:
        row = tenant.session.execute(
            select(
                UserRecord.id,
                UserRecord.name,
                MembershipRecord.role,
                MerchantRecord.name.label("merchant_name"),
                MerchantRecord.time_zone,
                (session.seen_at < real - NOTED_AFTER).label("is_unnoted"),
            )
            .select_from(session)
            .join(UserRecord, UserRecord.id == session.user_id)
            .join(
                MembershipRecord,
                (MembershipRecord.merchant_id == session.merchant_id)
                & (MembershipRecord.user_id == session.user_id),
            )
            .join(MerchantRecord, MerchantRecord.id == session.merchant_id)
            .where(
                session.merchant_id == merchant_id,
                session.id == session_id,
                session.ended_at.is_(None),
                session.seen_at > real - IDLE,
                session.created_at > real - ABSOLUTE,
            )
        ).one_or_none()
        if row is None:
            return None
        return Member(
            session_id=session_id,
            user_id=UserId(row.id),
            user_name=row.name,
            role=Role(row.role),
            merchant_id=merchant_id,
            merchant_name=row.merchant_name,
            time_zone=row.time_zone,
            now=tenant.now,
            is_unnoted=row.is_unnoted,
        )

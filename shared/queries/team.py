"""Who is in a merchant's team, and who was asked to join."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from shared.domain.ids import MerchantId, UserId
from shared.domain.permissions import Role
from shared.storage.engine import Database, Transaction
from shared.storage.records import (
    ConsoleSessionRecord,
    InvitationRecord,
    MembershipRecord,
    MerchantRecord,
    UserRecord,
)
from shared.storage.sessions import has_second_factor


@dataclass(frozen=True, slots=True)
class MemberView:
    """Somebody of the team; `seen_at` is when they last used the console here (real time, UTC)."""

    id: UUID
    user_id: UserId
    name: str
    email: str
    role: Role
    has_second_factor: bool
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class InvitationView:
    """An invitation that nobody has followed."""

    id: UUID
    email: str
    role: Role
    invited_by: str
    expires_at: datetime
    is_expired: bool


@dataclass(frozen=True, slots=True)
class TeamView:
    """A merchant's team."""

    members: tuple[MemberView, ...]
    invitations: tuple[InvitationView, ...]
    second_factor_required: bool


def team(db: Database, merchant_id: MerchantId) -> TeamView:
    """Read the team: owners and others by name, then invitations, newest first."""
    with db.snapshot(merchant_id) as tx:
        return TeamView(
            members=_members(tx),
            invitations=_invitations(tx),
            second_factor_required=tx.session.get_one(MerchantRecord, merchant_id).second_factor_required,
        )


def _members(tx: Transaction) -> tuple[MemberView, ...]:
    seen_at = (
        select(func.max(ConsoleSessionRecord.seen_at))
        .where(
            ConsoleSessionRecord.merchant_id == tx.merchant_id,
            ConsoleSessionRecord.user_id == MembershipRecord.user_id,
        )
        .scalar_subquery()
    )
    rows = tx.session.execute(
        select(
            MembershipRecord.id,
            MembershipRecord.role,
            UserRecord.id.label("user_id"),
            UserRecord.name,
            UserRecord.email,
            has_second_factor().label("has_second_factor"),
            seen_at.label("seen_at"),
        )
        .join(UserRecord, UserRecord.id == MembershipRecord.user_id)
        .where(MembershipRecord.merchant_id == tx.merchant_id)
        .order_by(UserRecord.name, UserRecord.email)
    ).all()
    return tuple(
        MemberView(
            id=row.id,
            user_id=UserId(row.user_id),
            name=row.name,
            email=row.email,
            role=Role(row.role),
            has_second_factor=row.has_second_factor,
            seen_at=row.seen_at,
        )
        for row in rows
    )


def _invitations(tx: Transaction) -> tuple[InvitationView, ...]:
    records = tx.session.scalars(
        select(InvitationRecord)
        .where(InvitationRecord.merchant_id == tx.merchant_id, InvitationRecord.ended_at.is_(None))
        .order_by(InvitationRecord.id.desc())
    ).all()
    return tuple(
        InvitationView(
            record.id,
            record.email,
            Role(record.role),
            record.invited_by,
            record.expires_at,
            record.expires_at <= tx.now,
        )
        for record in records
    )

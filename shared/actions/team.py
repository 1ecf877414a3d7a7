"""Change who is in a team and as what; there is always an owner, and nobody locks themselves out."""

from uuid import UUID

from sqlalchemy import delete, select

from shared.domain.actors import Actor
from shared.domain.audit import AuditKind
from shared.domain.errors import NotFound, StillNeeded
from shared.domain.events import MailEvent
from shared.domain.ids import MerchantId
from shared.domain.permissions import Role
from shared.storage import audit, outbox
from shared.storage.doors import Door
from shared.storage.engine import Database, Transaction
from shared.storage.records import (
    ConsoleSessionRecord,
    DoorRecord,
    MembershipRecord,
    MerchantRecord,
    UserRecord,
)
from shared.storage.sessions import end_sessions, has_second_factor


def change_role(db: Database, merchant_id: MerchantId, member_id: UUID, role: Role, actor: Actor) -> str:
    """Give a member another role, end their sessions here and tell them; return their name.

    Raises NotFound, or StillNeeded for oneself and for the last owner.
    """
    with db.begin(merchant_id) as tx:
        membership, user = _other_member(tx, member_id, actor)
        before = Role(membership.role)
        if before is role:
            return user.name
        membership.role = role
        tx.session.flush()
        _insist_on_an_owner(tx)
        end_sessions(tx, ConsoleSessionRecord.user_id == user.id)
        audit.note(
            tx,
            AuditKind.ROLE_CHANGED,
            actor,
            subject=f"{user.name} ({user.email})",
            before={"role": before},
            after={"role": role},
        )
        outbox.letter(tx, MailEvent.ROLE_CHANGED, user.email, facts={"by": actor.name, "role": role})
        return user.name


def remove(db: Database, merchant_id: MerchantId, member_id: UUID, actor: Actor) -> str:
    """Take a member out of the team, at once, and tell them; return their name.

    Raises NotFound, or StillNeeded for oneself and for the last owner.
    """
    with db.begin(merchant_id) as tx:
        membership, user = _other_member(tx, member_id, actor)
        told = {"role": membership.role}
        tx.session.execute(
            delete(DoorRecord).where(DoorRecord.kind == Door.MEMBERSHIP, DoorRecord.row_id == membership.id)
        )
        tx.session.delete(membership)
        tx.session.flush()
        _insist_on_an_owner(tx)
        end_sessions(tx, ConsoleSessionRecord.user_id == user.id)
        subject = f"{user.name} ({user.email})"
        audit.note(tx, AuditKind.MEMBER_REMOVED, actor, subject=subject, before=told)
        outbox.letter(tx, MailEvent.MEMBER_REMOVED, user.email, facts={"by": actor.name})
        return user.name


def require_second_factor(db: Database, merchant_id: MerchantId, *, wanted: bool, actor: Actor) -> None:
    """Ask everybody of the team for a second factor, or ask no more.

    Raises StillNeeded when the owner who asks has none.
    """
    with db.begin(merchant_id) as tx:
        merchant = tx.session.get_one(MerchantRecord, merchant_id, with_for_update=True)
        own = select(UserRecord.id).where(UserRecord.id == actor.id, has_second_factor())
        if wanted and tx.session.scalars(own).one_or_none() is None:
            raise StillNeeded("Set up a second factor of your own first.")
        if merchant.second_factor_required == wanted:
            return
        before = merchant.second_factor_required
        merchant.second_factor_required = wanted
        audit.note(
            tx,
            AuditKind.SECOND_FACTOR_RULE_CHANGED,
            actor,
            before={"required": before},
            after={"required": wanted},
        )


def _other_member(tx: Transaction, member_id: UUID, actor: Actor) -> tuple[MembershipRecord, UserRecord]:
    """Lock the team in one order, so that two owners who remove each other do not both succeed."""
    team = tx.session.scalars(
        select(MembershipRecord)
        .where(MembershipRecord.merchant_id == tx.merchant_id)
        .order_by(MembershipRecord.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    by_id = {membership.id: membership for membership in team}
    if member_id not in by_id:
        raise NotFound("There is no such member.")
    membership = by_id[member_id]
    if membership.user_id == actor.id:
        raise StillNeeded("Nobody changes their own place in the team.", why="self")
    if actor.id not in {member.user_id for member in team if member.role == Role.OWNER}:
        raise NotFound("Who asks is no owner any more.")
    return membership, tx.session.get_one(UserRecord, membership.user_id)


def _insist_on_an_owner(tx: Transaction) -> None:
    owner = select(MembershipRecord.id).where(
        MembershipRecord.merchant_id == tx.merchant_id, MembershipRecord.role == Role.OWNER
    )
    if tx.session.scalars(owner.limit(1)).first() is None:
        raise StillNeeded("A team needs an owner.", why="last_owner")

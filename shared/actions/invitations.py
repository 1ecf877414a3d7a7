"""Invite people to a merchant's team by e-mail, and let in who follows the link."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select

from shared.domain.actors import Actor, ActorKind
from shared.domain.audit import AuditKind
from shared.domain.errors import AlreadyExists, NotFound
from shared.domain.events import MailEvent
from shared.domain.ids import MerchantId, UserId, new_id
from shared.domain.permissions import Role
from shared.domain.sign_in import Origin
from shared.passwords import hash_password
from shared.storage import audit, outbox
from shared.storage.doors import Door, build
from shared.storage.engine import Database, Transaction
from shared.storage.records import InvitationRecord, MembershipRecord, MerchantRecord, UserRecord

LIFE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation that may be followed: to which shop, as what; `user_id` is who has the address."""

    merchant_name: str
    email: str
    role: Role
    invited_by: str
    user_id: UserId | None


@dataclass(frozen=True, slots=True)
class NewUser:
    """What somebody who joins says of themselves."""

    name: str
    password: str


def invite(db: Database, merchant_id: MerchantId, email: str, role: Role, actor: Actor) -> None:
    """Mail somebody a link into the team; an earlier invitation of the address ends.

    Raises AlreadyExists for who is in the team.
    """
    address = email.strip().lower()
    with db.begin(merchant_id) as tx:
        _insist_on_nobody(tx, address)
        for earlier in tx.session.scalars(_waiting(tx, InvitationRecord.email == address)):
            earlier.ended_at = tx.now
        tx.session.flush()
        record = InvitationRecord(
            merchant_id=merchant_id,
            id=new_id(),
            email=address,
            role=role,
            invited_by=actor.name,
            created_at=tx.now,
            expires_at=tx.now + LIFE,
        )
        tx.session.add(record)
        audit.note(tx, AuditKind.INVITED, actor, subject=address, after={"role": role})
        _mail(tx, record)


def resend(db: Database, merchant_id: MerchantId, invitation_id: UUID, actor: Actor) -> str:
    """Mail an invitation once more, for seven days from now; tell to whom. Raises NotFound."""
    with db.begin(merchant_id) as tx:
        record = _found(tx, invitation_id)
        record.expires_at = tx.now + LIFE
        audit.note(tx, AuditKind.INVITED, actor, subject=record.email, after={"role": record.role})
        _mail(tx, record)
        return record.email


def revoke(db: Database, merchant_id: MerchantId, invitation_id: UUID, actor: Actor) -> None:
    """End an invitation: its link opens nothing any more. Raises NotFound."""
    with db.begin(merchant_id) as tx:
        record = _found(tx, invitation_id)
        record.ended_at = tx.now
        audit.note(tx, AuditKind.INVITATION_REVOKED, actor, subject=record.email)


def read(db: Database, merchant_id: MerchantId, invitation_id: UUID) -> Invitation | None:
    """Read an invitation; None when it was used, revoked, or is too old."""
    with db.begin(merchant_id) as tx:
        record = tx.session.scalars(
            _waiting(tx, InvitationRecord.id == invitation_id, InvitationRecord.expires_at > tx.now)
        ).one_or_none()
        if record is None:
            return None
        user_id = tx.session.scalars(
            select(UserRecord.id).where(UserRecord.email == record.email)
        ).one_or_none()
        return Invitation(
            merchant_name=tx.session.get_one(MerchantRecord, merchant_id).name,
            email=record.email,
            role=Role(record.role),
            invited_by=record.invited_by,
            user_id=None if user_id is None else UserId(user_id),
        )


def join(
    db: Database, merchant_id: MerchantId, invitation_id: UUID, origin: Origin, new: NewUser | None = None
) -> UserId:
    """Let in who followed the link, once; `new` is needed for an address that nobody signs in with yet.

    Raises NotFound for an invitation that opens nothing, AlreadyExists for who is in the team.
    """
    hashed = hash_password(new.password) if new else ""
    with db.begin(merchant_id) as tx:
        record = _found(tx, invitation_id)
        if record.expires_at <= tx.now:
            raise NotFound("This invitation is too old.")
        _insist_on_nobody(tx, record.email)
        user = tx.session.scalars(select(UserRecord).where(UserRecord.email == record.email)).one_or_none()
        if user is None:
            if new is None:
                raise NotFound("Nobody signs in with this address.")
            user = UserRecord(
                id=new_id(), email=record.email, name=new.name, password_hash=hashed, created_at=tx.now
            )
            tx.session.add(user)
            tx.session.flush()
        membership = MembershipRecord(merchant_id=merchant_id, id=new_id(), user_id=user.id, role=record.role)
        tx.session.add(membership)
        build(tx.session, Door.MEMBERSHIP, user.id.bytes, merchant_id, membership.id)
        record.ended_at = tx.now
        who = Actor(ActorKind.MERCHANT_USER, user.id, user.name, origin.address)
        audit.note(tx, AuditKind.JOINED, who, subject=user.email, after={"role": record.role})
        user.last_merchant_id = merchant_id
        return UserId(user.id)


def _insist_on_nobody(tx: Transaction, email: str) -> None:
    member = (
        select(MembershipRecord.id)
        .join(UserRecord, UserRecord.id == MembershipRecord.user_id)
        .where(MembershipRecord.merchant_id == tx.merchant_id, UserRecord.email == email)
    )
    if tx.session.scalars(member).first():
        raise AlreadyExists(f"{email} is in the team already.")


def _waiting(tx: Transaction, *which: ColumnElement[bool]) -> Select[InvitationRecord]:
    return (
        select(InvitationRecord)
        .where(InvitationRecord.merchant_id == tx.merchant_id, InvitationRecord.ended_at.is_(None), *which)
        .with_for_update()
    )


def _found(tx: Transaction, invitation_id: UUID) -> InvitationRecord:
    record = tx.session.scalars(_waiting(tx, InvitationRecord.id == invitation_id)).one_or_none()
    if record is None:
        raise NotFound("This invitation has ended.")
    return record


def _mail(tx: Transaction, record: InvitationRecord) -> None:
    facts = {"by": record.invited_by, "role": record.role}
    outbox.letter(tx, MailEvent.MEMBER_INVITED, record.email, subject_id=record.id, facts=facts)

"""Sign merchant users in and out; the browser keeps a secret of which only the hash is kept here."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from shared.domain.actors import Actor, ActorKind
from shared.domain.audit import AuditKind
from shared.domain.ids import MerchantId, UserId, new_id
from shared.domain.sign_in import Origin, Proof
from shared.passwords import LONGEST, check_password
from shared.storage import audit
from shared.storage.doors import Door, build
from shared.storage.engine import Database, Transaction
from shared.storage.records import ConsoleSessionRecord, MembershipRecord, UserRecord
from shared.storage.sessions import REAL_NOW, end_sessions, teams_of

_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Entry:
    """How somebody comes in: from where, by what beside or in place of the password, and to which merchant.

    `since` is when the session began that this one follows: a switch of merchants makes none last longer.
    """

    origin: Origin
    proofs: tuple[Proof, ...] = (Proof.PASSWORD,)
    merchant_id: MerchantId | None = None
    since: datetime | None = None


def check(db: Database, email: str, password: str, origin: Origin) -> UserId | None:
    """Find the user who knows the password; None at equal cost else, noted with the teams of the address."""
    with db.begin_untenanted() as tx:
        user = tx.session.scalars(
            select(UserRecord).where(UserRecord.email == email.strip().lower())
        ).one_or_none()
        teams = teams_of(tx.session, user.id) if user else []
    # No transaction is open meanwhile: the check is slow on purpose.
    is_right = len(password) <= LONGEST and check_password(password, user.password_hash if user else None)
    if user is None:
        return None
    if is_right:
        return UserId(user.id)
    for merchant_id, _membership in teams:
        _note(db, merchant_id, AuditKind.SIGN_IN_FAILED, _who(user, origin), origin)
    return None


def note_locked(db: Database, email: str, origin: Origin) -> None:
    """Note with the teams of an address that somebody tried it too often."""
    with db.begin_untenanted() as tx:
        user = tx.session.scalars(
            select(UserRecord).where(UserRecord.email == email.strip().lower())
        ).one_or_none()
        teams = teams_of(tx.session, user.id) if user else []
    if user is not None:
        for merchant_id, _membership in teams:
            _note(db, merchant_id, AuditKind.SIGN_IN_LOCKED, _who(user, origin), origin)


def note_failed_step(db: Database, user_id: UserId, origin: Origin) -> None:
    """Note with a user's teams that the password was right and the second factor was not."""
    with db.begin_untenanted() as tx:
        user = tx.session.get_one(UserRecord, user_id)
        teams = teams_of(tx.session, user_id)
    for merchant_id, _membership in teams:
        _note(
            db, merchant_id, AuditKind.SIGN_IN_FAILED, _who(user, origin), origin, {"second_factor": "wrong"}
        )


def begin(db: Database, user_id: UserId, entry: Entry) -> str | None:
    """Begin a session and return its secret; None for somebody who is in no team.

    It is with the merchant that is wished for, else the one of last time, else the first.
    """
    with db.begin_untenanted() as tx:
        user = tx.session.get_one(UserRecord, user_id)
        teams = dict(teams_of(tx.session, user_id))
    wished = (entry.merchant_id, user.last_merchant_id)
    for merchant_id in sorted(teams, key=lambda team: wished.index(team) if team in wished else len(wished)):
        secret = _begin(db, merchant_id, teams[merchant_id], user, entry)
        if secret is not None:
            return secret
    return None


def note_visit(db: Database, merchant_id: MerchantId, session_id: UUID) -> None:
    """Write down that a session is in use, so that it does not idle."""
    with db.begin(merchant_id) as tx:
        _change(tx, session_id, seen_at=REAL_NOW)


def note_verified(db: Database, merchant_id: MerchantId, session_id: UUID) -> None:
    """Write down that the user has just proved again who they are."""
    with db.begin(merchant_id) as tx:
        _change(tx, session_id, verified_at=REAL_NOW)


def sign_out(db: Database, merchant_id: MerchantId, session_id: UUID, actor: Actor) -> None:
    """End a session for good, whatever copies of its cookie there are."""
    with db.begin(merchant_id) as tx:
        if end_sessions(tx, ConsoleSessionRecord.id == session_id):
            audit.note(tx, AuditKind.SIGNED_OUT, actor)


def drop(db: Database, merchant_id: MerchantId, session_id: UUID) -> None:
    """End a session whose browser goes on under another one."""
    with db.begin(merchant_id) as tx:
        end_sessions(tx, ConsoleSessionRecord.id == session_id)


def _begin(
    db: Database, merchant_id: MerchantId, membership_id: UUID, user: UserRecord, entry: Entry
) -> str | None:
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    with db.begin(merchant_id) as tx:
        membership = tx.session.get(MembershipRecord, (merchant_id, membership_id))
        if membership is None:
            return None
        real_now = tx.session.execute(select(REAL_NOW)).scalar_one()
        record = ConsoleSessionRecord(
            merchant_id=merchant_id,
            id=new_id(),
            user_id=user.id,
            created_at=entry.since or real_now,
            seen_at=real_now,
            verified_at=real_now if entry.since is None else None,
            device=entry.origin.device,
            address=entry.origin.address,
        )
        tx.session.add(record)
        build(tx.session, Door.CONSOLE_SESSION, secret.encode(), merchant_id, record.id)
        tx.session.execute(
            update(UserRecord).where(UserRecord.id == user.id).values(last_merchant_id=merchant_id)
        )
        _note_entry(tx, user, entry)
    return secret


def _note_entry(tx: Transaction, user: UserRecord, entry: Entry) -> None:
    who = _who(user, entry.origin)
    if Proof.RECOVERY_CODE in entry.proofs:
        audit.note(tx, AuditKind.RECOVERY_CODE_USED, who, subject=user.email)
    told = {"by": ", ".join(entry.proofs), "device": entry.origin.device}
    audit.note(tx, AuditKind.SIGNED_IN, who, subject=user.email, after=told)


def _note(
    db: Database,
    merchant_id: MerchantId,
    kind: AuditKind,
    who: Actor,
    origin: Origin,
    told: dict[str, object] | None = None,
) -> None:
    with db.begin(merchant_id) as tx:
        audit.note(tx, kind, who, after={"device": origin.device, **(told or {})})


def _who(user: UserRecord, origin: Origin) -> Actor:
    return Actor(ActorKind.MERCHANT_USER, user.id, user.name, origin.address)


def _change(tx: Transaction, session_id: UUID, **values: object) -> None:
    tx.session.execute(
        update(ConsoleSessionRecord)
        .where(ConsoleSessionRecord.merchant_id == tx.merchant_id, ConsoleSessionRecord.id == session_id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )

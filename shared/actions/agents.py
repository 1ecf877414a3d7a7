"""The operator's support agents: make one, sign in and out, open one merchant's account at a time."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Update, select, update

from shared import recovery, totp
from shared.domain.actors import Actor
from shared.domain.audit import AuditKind
from shared.domain.errors import AlreadyExists
from shared.domain.ids import MerchantId, UserId, new_id
from shared.domain.sign_in import Proof
from shared.passwords import hash_password
from shared.sealing import seal
from shared.storage import audit
from shared.storage.doors import fingerprint
from shared.storage.engine import Database
from shared.storage.records import AgentSessionRecord, RecoveryCodeRecord, UserRecord
from shared.storage.sessions import REAL_NOW

_SECRET_BYTES = 32
_SECOND = frozenset({Proof.TOTP, Proof.PASSKEY, Proof.RECOVERY_CODE})


@dataclass(frozen=True, slots=True)
class NewAgent:
    """What an agent signs in with; it is shown once. `totp_secret` goes into an authenticator app."""

    totp_secret: str
    totp_address: str
    recovery_codes: tuple[str, ...]


def create_agent(
    db: Database, email: str, name: str, password: str, *, sealing: Sequence[str], hashing: str
) -> NewAgent:
    """Make a support agent, with the second factor they cannot do without.

    Raises AlreadyExists for an address somebody signs in with: an agent belongs to no merchant.
    """
    address = email.strip().lower()
    hashed, secret, codes = hash_password(password), totp.new_secret(), recovery.new_codes()
    with db.begin_untenanted() as tx:
        if tx.session.scalars(select(UserRecord.id).where(UserRecord.email == address)).first():
            raise AlreadyExists(f"Somebody signs in as {address} already.")
        user = UserRecord(
            id=new_id(),
            email=address,
            name=name,
            password_hash=hashed,
            totp_secret=seal(sealing, secret),
            is_agent=True,
            created_at=tx.now,
        )
        tx.session.add(user)
        tx.session.flush()
        tx.session.add_all(
            RecoveryCodeRecord(user_id=user.id, digest=recovery.digest(hashing, user.id, code))
            for code in codes
        )
    return NewAgent(secret, totp.address_of(secret, address), codes)


def begin(db: Database, user_id: UserId, proofs: Sequence[Proof]) -> str | None:
    """Begin an agent's session and return its secret; None for others, and without a second factor."""
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    with db.begin_untenanted() as tx:
        user = tx.session.get_one(UserRecord, user_id)
        if not user.is_agent or not _SECOND.intersection(proofs):
            return None
        real_now = tx.session.execute(select(REAL_NOW)).scalar_one()
        tx.session.add(
            AgentSessionRecord(
                sha256=fingerprint(secret.encode()), user_id=user_id, created_at=real_now, seen_at=real_now
            )
        )
    return secret


def note_visit(db: Database, secret: str) -> None:
    """Write down that a session is in use, so that it does not idle."""
    with db.begin_untenanted() as tx:
        tx.session.execute(_session(secret).values(seen_at=REAL_NOW))


def end(db: Database, secret: str) -> None:
    """End a session for good, whatever copies of its cookie there are."""
    with db.begin_untenanted() as tx:
        tx.session.execute(_session(secret).values(ended_at=REAL_NOW, merchant_id=None))


def open_account(db: Database, secret: str, merchant_id: MerchantId, reason: str, actor: Actor) -> None:
    """Open one merchant's account in a session, and close any other; the merchant's audit says so and why."""
    with db.begin(merchant_id) as tx:
        audit.note(tx, AuditKind.ACCOUNT_OPENED, actor, subject=actor.name, after={"reason": reason})
        tx.session.execute(_session(secret).values(merchant_id=merchant_id))


def close_account(db: Database, secret: str, merchant_id: MerchantId, actor: Actor) -> None:
    """Close the account that is open in a session."""
    with db.begin(merchant_id) as tx:
        audit.note(tx, AuditKind.ACCOUNT_CLOSED, actor, subject=actor.name)
        tx.session.execute(_session(secret).values(merchant_id=None))


def _session(secret: str) -> Update:
    return (
        update(AgentSessionRecord)
        .where(
            AgentSessionRecord.sha256 == fingerprint(secret.encode()), AgentSessionRecord.ended_at.is_(None)
        )
        .execution_options(synchronize_session=False)
    )

"""Sign merchant users in and out; the browser keeps a secret of which only the hash is kept here."""

import secrets
from uuid import UUID

from sqlalchemy import DateTime, func, select, update

from shared.domain.ids import MerchantId, new_id
from shared.passwords import check_password
from shared.storage.doors import Door, build, open_doors
from shared.storage.engine import Database
from shared.storage.records import ConsoleSessionRecord, MembershipRecord, UserRecord

_SECRET_BYTES = 32
# Sessions go by real time: the test kit's clock moves deadlines, and must not sign anybody out.
_REAL_NOW = func.clock_timestamp(type_=DateTime(timezone=True))


def sign_in(db: Database, email: str, password: str) -> str | None:
    """Begin a session for whoever knows the password, and return its secret; None at equal cost else."""
    with db.begin_untenanted() as tx:
        user = tx.session.scalars(
            select(UserRecord).where(UserRecord.email == email.strip().lower())
        ).one_or_none()
        teams = open_doors(tx.session, Door.MEMBERSHIP, user.id.bytes) if user else []
    # No transaction is open meanwhile: the check is slow on purpose.
    if not check_password(password, user.password_hash if user else None) or user is None:
        return None
    for merchant_id, membership_id in teams:
        secret = _begin_session(db, merchant_id, membership_id)
        if secret is not None:
            return secret
    return None


def note_visit(db: Database, merchant_id: MerchantId, session_id: UUID) -> None:
    """Write down that a session is in use, so that it does not idle."""
    with db.begin(merchant_id) as tx:
        tx.session.execute(
            update(ConsoleSessionRecord)
            .where(ConsoleSessionRecord.merchant_id == merchant_id, ConsoleSessionRecord.id == session_id)
            .values(seen_at=_REAL_NOW)
            .execution_options(synchronize_session=False)
        )


def sign_out(db: Database, merchant_id: MerchantId, session_id: UUID) -> None:
    """End a session for good, whatever copies of its cookie there are."""
    with db.begin(merchant_id) as tx:
        tx.session.execute(
            update(ConsoleSessionRecord)
            .where(
                ConsoleSessionRecord.merchant_id == merchant_id,
                ConsoleSessionRecord.id == session_id,
                ConsoleSessionRecord.ended_at.is_(None),
            )
            .values(ended_at=_REAL_NOW)
            .execution_options(synchronize_session=False)
        )


def _begin_session(db: Database, merchant_id: MerchantId, membership_id: UUID) -> str | None:
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    with db.begin(merchant_id) as tx:
        membership = tx.session.get(MembershipRecord, (merchant_id, membership_id))
        if membership is None:
            return None
        real_now = tx.session.execute(select(_REAL_NOW)).scalar_one()
        record = ConsoleSessionRecord(
            merchant_id=merchant_id,
            id=new_id(),
            user_id=membership.user_id,
            created_at=real_now,
            seen_at=real_now,
        )
        tx.session.add(record)
        build(tx.session, Door.CONSOLE_SESSION, secret.encode(), merchant_id, record.id)
    return secret

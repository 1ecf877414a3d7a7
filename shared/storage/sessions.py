"""The sessions of the console, and the teams of a user: what both reading and changing them stands on."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, exists, func, or_, update
from sqlalchemy.orm import Session

from shared.domain.ids import MerchantId
from shared.storage.doors import Door, open_doors
from shared.storage.engine import Transaction
from shared.storage.records import ConsoleSessionRecord, PasskeyRecord, UserRecord

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
VERIFIED_FOR = timedelta(minutes=10)
# Sessions go by real time: the test kit's clock moves deadlines, and must not sign anybody out.
REAL_NOW = func.clock_timestamp(type_=DateTime(timezone=True))


def teams_of(session: Session, user_id: UUID) -> Sequence[tuple[MerchantId, UUID]]:
    """List the merchants that a user belongs to, each with the membership's id, oldest first."""
    return open_doors(session, Door.MEMBERSHIP, user_id.bytes)


def has_second_factor() -> ColumnElement[bool]:
    """Say what holds for a user who has a second factor."""
    return or_(UserRecord.totp_secret.is_not(None), exists().where(PasskeyRecord.user_id == UserRecord.id))


def is_alive() -> tuple[ColumnElement[bool], ...]:
    """Say what holds for a session that still lets somebody in."""
    return (
        ConsoleSessionRecord.ended_at.is_(None),
        ConsoleSessionRecord.seen_at > REAL_NOW - IDLE,
        ConsoleSessionRecord.created_at > REAL_NOW - ABSOLUTE,
    )


def end_sessions(tx: Transaction, *which: ColumnElement[bool]) -> int:
    """End the sessions of the transaction's merchant that these conditions name; count them."""
    ended = tx.session.execute(
        update(ConsoleSessionRecord)
        .where(
            ConsoleSessionRecord.merchant_id == tx.merchant_id,
            ConsoleSessionRecord.ended_at.is_(None),
            *which,
        )
        .values(ended_at=REAL_NOW)
        .returning(ConsoleSessionRecord.id)
        .execution_options(synchronize_session=False)
    )
    return len(ended.all())

"""Where a user is signed in."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from shared.domain.ids import MerchantId, UserId
from shared.storage.engine import Database
from shared.storage.records import ConsoleSessionRecord, MerchantRecord
from shared.storage.sessions import is_alive, teams_of


@dataclass(frozen=True, slots=True)
class SessionView:
    """A signed-in browser; instants are real time (UTC)."""

    id: UUID
    merchant_id: MerchantId
    merchant_name: str
    device: str
    address: str
    began_at: datetime
    seen_at: datetime


def of_user(db: Database, user_id: UserId) -> tuple[SessionView, ...]:
    """List the sessions that still let the user in, with all of their merchants, latest seen first."""
    with db.begin_untenanted() as tx:
        merchant_ids = [merchant_id for merchant_id, _ in teams_of(tx.session, user_id)]
    found = [view for merchant_id in merchant_ids for view in _with_merchant(db, merchant_id, user_id)]
    return tuple(sorted(found, key=lambda view: view.seen_at, reverse=True))


def _with_merchant(db: Database, merchant_id: MerchantId, user_id: UserId) -> list[SessionView]:
    with db.snapshot(merchant_id) as tx:
        name = tx.session.get_one(MerchantRecord, merchant_id).name
        rows = tx.session.scalars(
            select(ConsoleSessionRecord).where(
                ConsoleSessionRecord.merchant_id == merchant_id,
                ConsoleSessionRecord.user_id == user_id,
                *is_alive(),
            )
        ).all()
        return [
            SessionView(row.id, merchant_id, name, row.device, row.address, row.created_at, row.seen_at)
            for row in rows
        ]

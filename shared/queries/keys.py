"""The API keys of a merchant."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from shared.domain.ids import MerchantId
from shared.storage.engine import Database
from shared.storage.records import ApiKeyRecord


@dataclass(frozen=True, slots=True)
class KeyView:
    """A key by its name and its first characters; the key itself is kept nowhere."""

    id: UUID
    name: str
    prefix: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


def keys(db: Database, merchant_id: MerchantId) -> tuple[KeyView, ...]:
    """List the keys, those in force first, newest first."""
    with db.snapshot(merchant_id) as tx:
        records = tx.session.scalars(
            select(ApiKeyRecord)
            .where(ApiKeyRecord.merchant_id == merchant_id)
            .order_by(ApiKeyRecord.revoked_at.is_not(None), ApiKeyRecord.id.desc())
        ).all()
        return tuple(
            KeyView(row.id, row.name, row.prefix, row.created_at, row.last_used_at, row.revoked_at)
            for row in records
        )

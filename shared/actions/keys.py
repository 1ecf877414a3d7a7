"""Let a store in by its API key."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from shared.domain.ids import MerchantId
from shared.storage.doors import Door, open_door
from shared.storage.engine import Database
from shared.storage.records import ApiKeyRecord

NOTED_AGAIN_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class StoreKey:
    """A key that is in force, and what it may do."""

    merchant_id: MerchantId
    id: UUID
    name: str
    scopes: frozenset[str]


def use(db: Database, key: str) -> StoreKey | None:
    """Find the key's row and note its use, at most once a minute; None for an unknown or revoked key."""
    with db.begin_untenanted() as untenanted:
        way = open_door(untenanted.session, Door.API_KEY, key.encode())
    if way is None:
        return None
    merchant_id, key_id = way
    with db.begin(merchant_id) as tx:
        record = tx.session.get(ApiKeyRecord, (merchant_id, key_id))
        if record is None or record.revoked_at is not None:
            return None
        if record.last_used_at is None or abs(tx.now - record.last_used_at) >= NOTED_AGAIN_AFTER:
            record.last_used_at = tx.now
        return StoreKey(merchant_id, record.id, record.name, frozenset(record.scopes))

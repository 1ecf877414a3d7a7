"""What has changed in a merchant's orders lately, read off the end of their timelines."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from shared.domain.ids import MerchantId, OrderId
from shared.storage.engine import Database
from shared.storage.records import TimelineRecord

MOST = 200
# Ids are made before their transactions commit: an entry may appear behind one that was seen already.
_OVERLAP_MILLISECONDS = 10_000
_RANDOM_BITS = 80


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of a timeline, and the order it is about."""

    id: UUID
    order_id: OrderId


def changes_since(db: Database, merchant_id: MerchantId, seen: UUID) -> tuple[Change, ...]:
    """List what has happened since an entry, and in the seconds before it once more; oldest first."""
    milliseconds = max((seen.int >> _RANDOM_BITS) - _OVERLAP_MILLISECONDS, 0)
    with db.snapshot(merchant_id) as tx:
        rows = tx.session.execute(
            select(TimelineRecord.id, TimelineRecord.order_id)
            .where(
                TimelineRecord.merchant_id == tx.merchant_id,
                TimelineRecord.id >= UUID(int=milliseconds << _RANDOM_BITS),
            )
            .order_by(TimelineRecord.id.desc())
            .limit(MOST)
        ).all()
    return tuple(Change(row.id, OrderId(row.order_id)) for row in reversed(rows))

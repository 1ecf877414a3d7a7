"""What has changed in a merchant's orders lately, read off the end of their timelines."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from shared.domain.ids import MerchantId, OrderId, instant_before, lowest_id
from shared.storage.engine import Database
from shared.storage.records import TimelineRecord

MOST = 200
# Ids are made before their transactions commit: an entry may appear behind one that was seen already.
OVERLAP = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of a timeline, and the order it is about."""

    id: UUID
    order_id: OrderId


def changes_since(db: Database, merchant_id: MerchantId, seen: UUID) -> tuple[Change, ...]:
    """List what has happened since an entry, and in the seconds before it once more; oldest first."""
    with db.snapshot(merchant_id) as tx:
        rows = tx.session.execute(
            select(TimelineRecord.id, TimelineRecord.order_id)
            .where(
                TimelineRecord.merchant_id == tx.merchant_id,
                TimelineRecord.id >= lowest_id(instant_before(seen, OVERLAP)),
            )
            .order_by(TimelineRecord.id.desc())
            .limit(MOST)
        ).all()
    return tuple(Change(row.id, OrderId(row.order_id)) for row in reversed(rows))

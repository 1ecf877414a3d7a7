"""How many effects there are, by kind and state."""

from dataclasses import dataclass

from sqlalchemy import func, select

from shared.queries import merchants
from shared.storage.engine import Database
from shared.storage.records import EffectRecord


@dataclass(frozen=True, slots=True)
class EffectCount:
    """So many effects of one kind in one state."""

    merchant: str
    kind: str
    state: str
    effects: int


def counts(db: Database, slug: str) -> list[EffectCount]:
    """Count one merchant's effects. Raises NotFound."""
    merchant_id = merchants.find(db, slug).id
    with db.snapshot(merchant_id) as tx:
        rows = tx.session.execute(
            select(EffectRecord.kind, EffectRecord.state, func.count())
            .where(EffectRecord.merchant_id == merchant_id)
            .group_by(EffectRecord.kind, EffectRecord.state)
            .order_by(EffectRecord.kind, EffectRecord.state)
        )
        return [EffectCount(slug, kind, state, number) for kind, state, number in rows]

"""Take in how many units of a SKU are on the shelf."""

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from shared.domain.ids import MerchantId
from shared.storage.engine import Database
from shared.storage.records import StockMovementRecord, StockRecord
from shared.storage.scopes import lock_stock


def set_on_hand(db: Database, merchant_id: MerchantId, sku: str, on_hand: int) -> None:
    """Set the units on hand; `opening` is what they were before every movement on record."""
    with db.begin(merchant_id) as tx:
        lock_stock(tx, [sku])
        moved = tx.session.scalars(
            select(func.coalesce(func.sum(StockMovementRecord.quantity), 0)).where(
                StockMovementRecord.merchant_id == merchant_id, StockMovementRecord.sku == sku
            )
        ).one()
        counts = {"opening": on_hand - int(moved), "on_hand": on_hand}
        tx.session.execute(
            insert(StockRecord)
            .values(merchant_id=merchant_id, sku=sku, **counts)
            .on_conflict_do_update(index_elements=["merchant_id", "sku"], set_=counts)
        )

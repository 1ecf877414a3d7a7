"""What is on hand of the SKUs that a merchant tracks."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from shared.domain.ids import MerchantId
from shared.storage.engine import Database
from shared.storage.records import StockRecord


@dataclass(frozen=True, slots=True)
class StockView:
    """A SKU and its units on hand; None where they are not tracked here."""

    sku: str
    on_hand: int | None


def on_hand(db: Database, merchant_id: MerchantId, skus: Sequence[str]) -> tuple[StockView, ...]:
    """Tell what is on hand of these SKUs, each once, in their order."""
    with db.snapshot(merchant_id) as tx:
        rows = tx.session.execute(
            select(StockRecord.sku, StockRecord.on_hand).where(
                StockRecord.merchant_id == tx.merchant_id, StockRecord.sku.in_(skus)
            )
        )
        counts = {row.sku: row.on_hand for row in rows}
    return tuple(StockView(sku, counts.get(sku)) for sku in dict.fromkeys(skus))

"""Count orders that the merchant canceled, once each, on the day they were placed."""

from sqlalchemy.dialects.postgresql import insert

from shared.actions.intake_rows import shard
from shared.storage.engine import Transaction
from shared.storage.records import OrderDayRecord, OrderRecord


def count_canceled(tx: Transaction, order: OrderRecord, *, requested_by: str) -> None:
    """Count the locked order, unless its buyer asked for this or it has been counted before."""
    if requested_by == "buyer" or order.canceled_by_merchant:
        return
    order.canceled_by_merchant = True
    tx.session.execute(
        insert(OrderDayRecord)
        .values(
            merchant_id=tx.merchant_id,
            day=order.placed_at.date(),
            shard=shard(),
            orders=0,
            canceled_by_merchant=1,
        )
        .on_conflict_do_update(
            index_elements=["merchant_id", "day", "shard"],
            set_={"canceled_by_merchant": OrderDayRecord.canceled_by_merchant + 1},
        )
    )

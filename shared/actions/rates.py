"""Count orders that the merchant canceled, once each, on the day they were placed."""

from collections import Counter
from collections.abc import Iterable

from shared.actions.intake_rows import shard
from shared.storage import bulk_writes
from shared.storage.engine import Transaction
from shared.storage.records import OrderRecord


def count_canceled(tx: Transaction, order: OrderRecord, *, requested_by: str) -> None:
    """Count the locked order, unless its buyer asked for this or it has been counted before."""
    if requested_by == "buyer" or order.canceled_by_merchant:
        return
    count_canceled_of(tx, [order])
    order.canceled_by_merchant = True


def count_canceled_of(tx: Transaction, orders: Iterable[OrderRecord]) -> None:
    """Count those of these locked orders that have not been counted before."""
    days = Counter(order.placed_at.date().isoformat() for order in orders if not order.canceled_by_merchant)
    bulk_writes.count_canceled(tx, days, shard())

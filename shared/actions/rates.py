"""Count orders on the day they were placed, and those that the merchant canceled, once each.

Every transaction counts in a shard that nobody else holds (`day_shard` in the database), so it never waits.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert

from shared.domain.events import EffectKind
from shared.storage import bulk_writes, outbox
from shared.storage.calendar import zone_of
from shared.storage.engine import Transaction
from shared.storage.records import OrderDayRecord, OrderRecord


def count_placed(tx: Transaction, placed: Iterable[datetime]) -> None:
    """Count new orders by the instants they were placed at."""
    zone = zone_of(tx)
    days = Counter(at.astimezone(zone).date() for at in placed)
    for day in sorted(days):
        tx.session.execute(
            insert(OrderDayRecord)
            .values(
                merchant_id=tx.merchant_id,
                day=day,
                shard=func.day_shard(tx.merchant_id),
                orders=days[day],
                canceled_by_merchant=0,
            )
            .on_conflict_do_update(
                index_elements=["merchant_id", "day", "shard"],
                set_={"orders": OrderDayRecord.orders + days[day]},
            )
        )


def count_canceled(tx: Transaction, order: OrderRecord, *, requested_by: str) -> None:
    """Count the locked order, unless its buyer asked for this or it has been counted before."""
    if requested_by == "buyer" or order.canceled_by_merchant:
        return
    count_canceled_of(tx, [order])
    order.canceled_by_merchant = True


def count_canceled_of(tx: Transaction, orders: Iterable[OrderRecord]) -> None:
    """Count those of these locked orders that have not been counted before, and have the rate looked at."""
    counting = [order for order in orders if not order.canceled_by_merchant]
    if not counting:
        return
    zone = zone_of(tx)
    days = Counter(order.placed_at.astimezone(zone).date().isoformat() for order in counting)
    count_days(tx, days, counting[0].id)


def count_days(tx: Transaction, days: Mapping[str, int], one: UUID) -> None:
    """Count so many orders on their days, ISO dates, and have the rate looked at; `one` is one of them."""
    bulk_writes.count_canceled(tx, days)
    # An order counts once, so this key is nobody else's to wait for.
    outbox.defer(tx, EffectKind.CHECK_RATE, tx.merchant_id, dedup_key=f"rate:{one}")

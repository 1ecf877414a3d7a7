"""Count orders on the day they were placed, and those that the merchant canceled, once each."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy.dialects.postgresql import insert

from shared.actions.intake_rows import shard
from shared.domain.events import EffectKind
from shared.storage import outbox
from shared.storage.calendar import day_of, zone_of
from shared.storage.engine import Transaction
from shared.storage.records import OrderDayRecord, OrderRecord


def count_placed(tx: Transaction, placed: Iterable[datetime]) -> None:
    """Count new orders by the instants they were placed at."""
    zone = zone_of(tx)
    days = Counter(at.astimezone(zone).date() for at in placed)
    for day in sorted(days):
        _add(tx, day, orders=days[day])


def count_canceled(tx: Transaction, order: OrderRecord, *, requested_by: str) -> None:
    """Count the locked order, unless its buyer asked for this or it has been counted before."""
    if requested_by == "buyer" or order.canceled_by_merchant:
        return
    order.canceled_by_merchant = True
    _add(tx, day_of(tx, order.placed_at), canceled_by_merchant=1)
    outbox.defer(tx, EffectKind.CHECK_RATE, tx.merchant_id, dedup_key=f"rate:{order.id}")


def _add(tx: Transaction, day: date, *, orders: int = 0, canceled_by_merchant: int = 0) -> None:
    tx.session.execute(
        insert(OrderDayRecord)
        .values(
            merchant_id=tx.merchant_id,
            day=day,
            shard=shard(),
            orders=orders,
            canceled_by_merchant=canceled_by_merchant,
        )
        .on_conflict_do_update(
            index_elements=["merchant_id", "day", "shard"],
            set_={
                "orders": OrderDayRecord.orders + orders,
                "canceled_by_merchant": OrderDayRecord.canceled_by_merchant + canceled_by_merchant,
            },
        )
    )

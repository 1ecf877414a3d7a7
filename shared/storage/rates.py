"""How many orders of the last days there were, how many the merchant canceled, and for which reasons."""

from datetime import timedelta
from fractions import Fraction

from sqlalchemy import func, select

from shared.domain.metrics import RateCounts, RateTerms
from shared.storage.calendar import day_of
from shared.storage.engine import Transaction
from shared.storage.records import MerchantRecord, OrderDayRecord, RequestDayRecord


def terms(tx: Transaction) -> RateTerms:
    """Read what the merchant's rate is measured by."""
    merchant = tx.session.get_one(MerchantRecord, tx.merchant_id)
    return RateTerms(merchant.rate_days, Fraction(merchant.rate_limit_permille, 1000))


def counts(tx: Transaction, days: int) -> RateCounts:
    """Add up the day counters of the last days, today included."""
    first = day_of(tx, tx.now) - timedelta(days=days - 1)
    row = tx.session.execute(
        select(
            func.coalesce(func.sum(OrderDayRecord.orders), 0),
            func.coalesce(func.sum(OrderDayRecord.canceled_by_merchant), 0),
        ).where(OrderDayRecord.merchant_id == tx.merchant_id, OrderDayRecord.day >= first)
    ).one()
    return RateCounts(int(row[0]), int(row[1]))


def canceled_lately(tx: Transaction, days: int) -> int:
    """Count the merchant's cancellations that are on record for orders of the last days, today left out."""
    today = day_of(tx, tx.now)
    return tx.session.scalars(
        select(func.coalesce(func.sum(OrderDayRecord.canceled_by_merchant), 0)).where(
            OrderDayRecord.merchant_id == tx.merchant_id,
            OrderDayRecord.day >= today - timedelta(days=days),
            OrderDayRecord.day < today,
        )
    ).one()


def own_reasons(tx: Transaction, days: int) -> dict[str, int]:
    """Count by reason what the merchant canceled in the last days and is in the rate, most frequent first."""
    record, number = RequestDayRecord, func.sum(RequestDayRecord.requests)
    rows = tx.session.execute(
        select(record.reason, number)
        .where(
            record.merchant_id == tx.merchant_id,
            record.day > day_of(tx, tx.now) - timedelta(days=days),
            record.requested_by != "buyer",
            record.state == "accepted",
            record.counts,
        )
        .group_by(record.reason)
        .having(number > 0)
        .order_by(number.desc(), record.reason)
    )
    return {reason: int(count) for reason, count in rows}

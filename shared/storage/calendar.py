"""Tell on which day something happened: days are those of the merchant's time zone."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from shared.storage.engine import Transaction
from shared.storage.records import MerchantRecord


def day_of(tx: Transaction, at: datetime) -> date:
    """Tell the merchant's day of an instant."""
    return at.astimezone(zone_of(tx)).date()


def zone_of(tx: Transaction) -> ZoneInfo:
    """Tell the merchant's time zone."""
    return ZoneInfo(tx.session.get_one(MerchantRecord, tx.merchant_id).time_zone)

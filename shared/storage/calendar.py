"""Tell on which day something happened: days are those of the merchant's time zone."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from shared.storage.engine import Transaction
from shared.storage.records import MerchantRecord

_ZONE = "time zone"


def day_of(tx: Transaction, at: datetime) -> date:
    """Tell the merchant's day of an instant."""
    return at.astimezone(zone_of(tx)).date()


def zone_of(tx: Transaction) -> ZoneInfo:
    """Tell the merchant's time zone; it is read once in a transaction."""
    if _ZONE not in tx.session.info:
        query = select(MerchantRecord.time_zone).where(MerchantRecord.id == tx.merchant_id)
        tx.session.info[_ZONE] = ZoneInfo(tx.session.scalars(query).one())
    zone: ZoneInfo = tx.session.info[_ZONE]
    return zone

"""What happened on a day, counted in the transactions that did it; days are those of the merchant's zone.

But for the orders, triggers count (see the migration that made them). Each row is one of several shards of
its cell: whoever reads adds them up.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.storage.records.base import Base, TenantRow, of_merchant


class OrderDayRecord(TenantRow, Base):
    """Orders placed on a day, those canceled in part at least, and those that the merchant canceled."""

    __tablename__ = "order_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    shard: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    orders: Mapped[int]
    canceled_by_merchant: Mapped[int]
    canceled: Mapped[int] = mapped_column(server_default=text("0"))

    __table_args__ = (of_merchant(),)


class RequestDayRecord(TenantRow, Base):
    """Cancellation requests of a day, by who asked, for whom, why, and what has become of them.

    `counts` is whether a merchant's cancellation for that reason is in the rate.
    """

    __tablename__ = "request_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)
    requested_by: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(primary_key=True)
    counts: Mapped[bool] = mapped_column(primary_key=True, server_default=text("true"))
    shard: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    requests: Mapped[int]

    __table_args__ = (of_merchant(),)


class RefundDayRecord(TenantRow, Base):
    """Refunds for canceled units that were begun on a day and have not failed."""

    __tablename__ = "refund_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(primary_key=True)
    shard: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    refunds: Mapped[int]
    amount_minor: Mapped[int]

    __table_args__ = (of_merchant(),)


class SkuDayRecord(TenantRow, Base):
    """Units of a SKU that were canceled because there was no inventory, by the day they were asked for."""

    __tablename__ = "sku_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    sku: Mapped[str] = mapped_column(primary_key=True)
    shard: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    units: Mapped[int]

    __table_args__ = (of_merchant(),)


class RateAlertRecord(TenantRow, Base):
    """The team was warned: the rate reached a level on a day. `reasons` maps reasons to requests."""

    __tablename__ = "rate_alerts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    day: Mapped[date]
    level: Mapped[str]
    orders: Mapped[int]
    canceled_by_merchant: Mapped[int]
    reasons: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]

    __table_args__ = (of_merchant(), UniqueConstraint("merchant_id", "day", "level"))

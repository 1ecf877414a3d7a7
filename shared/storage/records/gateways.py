"""Merchants' accounts at payment gateways, and refunds that a gateway told of and nobody here asked for."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.storage.records.base import Base, TenantRow, belongs_to, of_merchant


class GatewayRecord(TenantRow, Base):
    """A merchant's account at a gateway; the secrets and the address's token are sealed.

    `webhook_secret` is empty until the merchant has entered the address there and was given one.
    """

    __tablename__ = "gateways"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    gateway: Mapped[str]
    account: Mapped[str]
    secret: Mapped[bytes]
    webhook_secret: Mapped[bytes]
    token: Mapped[bytes]
    created_at: Mapped[datetime]

    __table_args__ = (of_merchant(), UniqueConstraint("merchant_id", "gateway"))


class ReportedRefundRecord(TenantRow, Base):
    """A refund that the gateway reports and nobody here asked for; a person says what it is.

    Order and payment are known only where the gateway's payment is that of exactly one of ours.
    """

    __tablename__ = "reported_refunds"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    gateway: Mapped[str]
    reference: Mapped[str]
    payment_reference: Mapped[str]
    order_id: Mapped[UUID | None]
    payment_id: Mapped[UUID | None]
    amount_minor: Mapped[int]
    currency: Mapped[str]
    reported_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(server_default=text("''"))

    __table_args__ = (
        belongs_to("orders", "order_id"),
        belongs_to("payments", "payment_id"),
        UniqueConstraint("merchant_id", "gateway", "reference"),
        CheckConstraint("amount_minor > 0", name="amount"),
        Index(None, "merchant_id", "order_id"),
        Index(
            "ix_reported_refunds_waiting",
            "merchant_id",
            "reported_at",
            postgresql_where=text("settled_at IS NULL"),
        ),
    )

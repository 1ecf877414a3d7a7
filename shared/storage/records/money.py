"""Money that goes back: refunds and voids, a row per attempt, and adjustments of what has shipped."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.storage.records.base import Base, TenantRow, belongs_to


class RefundRecord(TenantRow, Base):
    """One refund to one payment, or one void of it, a row per attempt; its id is the gateway's key.

    `kind` tells which of the two; `trouble` is the code of why it failed; a failed row with `retried_at` has
    successors. A refund made elsewhere before the order came in may belong to no request.
    """

    __tablename__ = "refunds"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID]
    request_id: Mapped[UUID | None]
    adjustment_id: Mapped[UUID | None]
    payment_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(server_default=text("'refund'"))
    gateway: Mapped[str]
    amount_minor: Mapped[int]
    currency: Mapped[str]
    state: Mapped[str]
    created_at: Mapped[datetime]
    first_sent_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    gateway_reference: Mapped[str] = mapped_column(server_default=text("''"))
    trouble: Mapped[str] = mapped_column(server_default=text("''"))
    retry_of: Mapped[UUID | None]
    retried_at: Mapped[datetime | None]

    __table_args__ = (
        belongs_to("orders", "order_id"),
        belongs_to("cancellation_requests", "request_id"),
        belongs_to("adjustments", "adjustment_id"),
        belongs_to("payments", "payment_id"),
        ForeignKeyConstraint(["merchant_id", "retry_of"], ["refunds.merchant_id", "refunds.id"]),
        CheckConstraint("amount_minor > 0", name="amount"),
        Index(None, "merchant_id", "order_id"),
        Index(None, "merchant_id", "request_id"),
        Index(None, "merchant_id", "payment_id"),
        Index(
            "ix_refunds_gateway_reference",
            "merchant_id",
            "gateway_reference",
            postgresql_where=text("gateway_reference <> ''"),
        ),
        Index(
            "ix_refunds_waiting",
            "merchant_id",
            "created_at",
            postgresql_where=text("state IN ('manual', 'failed', 'sent')"),
        ),
    )


class AdjustmentRecord(TenantRow, Base):
    """Part of the price of what has shipped, given back; no unit is canceled by it."""

    __tablename__ = "adjustments"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID]
    source: Mapped[str]
    actor_id: Mapped[UUID | None]
    reason: Mapped[str]
    reason_words: Mapped[str]
    nonce: Mapped[str | None]
    shipping_minor: Mapped[int]
    refund_minor: Mapped[int]
    adjusted_at: Mapped[datetime]

    __table_args__ = (
        belongs_to("orders", "order_id"),
        UniqueConstraint("merchant_id", "order_id", "nonce"),
        CheckConstraint("shipping_minor >= 0 AND refund_minor > 0", name="amounts"),
    )


class AdjustedItemRecord(TenantRow, Base):
    """What an adjustment gives back of one line."""

    __tablename__ = "adjusted_items"

    adjustment_id: Mapped[UUID] = mapped_column(primary_key=True)
    line_item_id: Mapped[UUID] = mapped_column(primary_key=True)
    amount_minor: Mapped[int]

    __table_args__ = (
        belongs_to("adjustments", "adjustment_id"),
        belongs_to("line_items", "line_item_id"),
        CheckConstraint("amount_minor > 0", name="amount"),
        Index(None, "merchant_id", "line_item_id"),
    )

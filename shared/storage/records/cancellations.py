"""Cancellation requests, the units they claim, and the stock that goes back."""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.multirange import Int4Multirange
from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import INT4MULTIRANGE
from sqlalchemy.orm import Mapped, mapped_column

from shared.storage.records.base import Base, TenantRow, belongs_to, of_merchant


class RequestRecord(TenantRow, Base):
    """Who asked, when, why, under which quote; units stand in `request_units`, words in `personal_texts`.

    `warehouse` is empty where none is asked, else where the question is; `answer_by` its time limit. `amount`
    says whether the refund is known from prices, open until a person enters it, or entered. `counts` and,
    once it is carried out, `restocks` are what its reason meant then.
    """

    __tablename__ = "cancellation_requests"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID]
    state: Mapped[str]
    source: Mapped[str]
    actor_id: Mapped[UUID | None]
    requested_by: Mapped[str]
    reason: Mapped[str | None]
    reason_words: Mapped[str]
    nonce: Mapped[str | None]
    policy: Mapped[dict[str, Any]]
    quote: Mapped[dict[str, Any]]
    value_minor: Mapped[int]
    fee_minor: Mapped[int]
    refund_minor: Mapped[int]
    requested_at: Mapped[datetime]
    decide_by: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    executes_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    decline_reason: Mapped[str | None]
    withheld_minor: Mapped[int] = mapped_column(server_default=text("0"))
    warehouse: Mapped[str] = mapped_column(server_default=text("''"))
    answer_by: Mapped[datetime | None]
    amount: Mapped[str] = mapped_column(server_default=text("'known'"))
    reason_locale: Mapped[str] = mapped_column(server_default=text("''"))
    counts: Mapped[bool] = mapped_column(server_default=text("true"))
    restocks: Mapped[bool | None]

    __table_args__ = (
        belongs_to("orders", "order_id"),
        UniqueConstraint("merchant_id", "order_id", "nonce"),
        Index("ix_cancellation_requests_order", "merchant_id", "order_id", "requested_at"),
        Index(
            "ix_cancellation_requests_state",
            "merchant_id",
            "state",
            text("requested_at DESC"),
            text("id DESC"),
        ),
        Index(
            "ix_cancellation_requests_of_buyers",
            "merchant_id",
            "state",
            text("requested_at DESC"),
            text("id DESC"),
            postgresql_where=text("requested_by = 'buyer'"),
        ),
        Index(
            "ix_cancellation_requests_undecided",
            "merchant_id",
            "requested_at",
            postgresql_where=text("state = 'requested'"),
        ),
        Index(
            "ix_cancellation_requests_asked",
            "merchant_id",
            "answer_by",
            postgresql_where=text("state = 'accepting' AND warehouse = 'asked'"),
        ),
        Index(
            "ix_cancellation_requests_amount",
            "merchant_id",
            "ended_at",
            postgresql_where=text("amount = 'open'"),
        ),
        Index(
            "ix_cancellation_requests_waited",
            "merchant_id",
            "requested_at",
            postgresql_include=["state", "decline_reason", "decided_at", "ended_at"],
            postgresql_where=text("requested_by = 'buyer' AND coalesce(decided_at, ended_at) > requested_at"),
        ),
    )


class RequestUnitsRecord(TenantRow, Base):
    """Units of one line in a request: `asked` at first, `quantity` what shipments left of them.

    `units` are the unit numbers claimed; a declined or withdrawn request keeps them and claims nothing.
    """

    __tablename__ = "request_units"

    request_id: Mapped[UUID] = mapped_column(primary_key=True)
    line_item_id: Mapped[UUID] = mapped_column(primary_key=True)
    asked: Mapped[int]
    quantity: Mapped[int]
    units: Mapped[Int4Multirange] = mapped_column(INT4MULTIRANGE)

    __table_args__ = (
        belongs_to("cancellation_requests", "request_id"),
        belongs_to("line_items", "line_item_id"),
        CheckConstraint("asked > 0 AND quantity >= 0 AND quantity <= asked", name="quantity"),
        Index(None, "merchant_id", "line_item_id"),
    )


class StockRecord(TenantRow, Base):
    """Units on hand of a SKU that the merchant tracks: `opening` plus its movements."""

    __tablename__ = "stock"

    sku: Mapped[str] = mapped_column(primary_key=True)
    opening: Mapped[int]
    on_hand: Mapped[int]

    __table_args__ = (of_merchant(),)


class StockMovementRecord(TenantRow, Base):
    """Units put back on the shelf by an accepted request, once per line."""

    __tablename__ = "stock_movements"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID]
    line_item_id: Mapped[UUID]
    sku: Mapped[str]
    quantity: Mapped[int]
    moved_at: Mapped[datetime]

    __table_args__ = (
        belongs_to("cancellation_requests", "request_id"),
        belongs_to("line_items", "line_item_id"),
        UniqueConstraint("merchant_id", "request_id", "line_item_id"),
        CheckConstraint("quantity > 0", name="quantity"),
    )


class RestockRuleRecord(TenantRow, Base):
    """Whether a reason puts canceled units back on the shelf."""

    __tablename__ = "restock_rules"

    reason: Mapped[str] = mapped_column(primary_key=True)
    restock: Mapped[bool]

    __table_args__ = (of_merchant(),)

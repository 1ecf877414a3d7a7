"""Orders, their lines, payments and shipments; an order row carries its lines' sums."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from shared.storage.records.base import Base, TenantRow, belongs_to, of_merchant

_STATUS = """CASE
 WHEN canceled = ordered THEN 'canceled'
 WHEN shipped > 0 AND shipped = ordered - canceled THEN 'shipped'
 WHEN shipped > 0 THEN 'partially_shipped'
 WHEN authorized_minor = 0 AND total_minor > 0 THEN 'pending'
 WHEN NOT priced AND paid_at IS NULL THEN 'pending'
 ELSE 'unshipped' END"""

_PAYMENT_STATUS = """CASE
 WHEN refunds_failed > 0 THEN 'refund_failed'
 WHEN NOT priced AND refunded_minor > 0 AND canceled < ordered THEN 'partially_refunded'
 WHEN refunded_minor > 0 AND refunded_minor >= captured_minor THEN 'refunded'
 WHEN refunded_minor > 0 THEN 'partially_refunded'
 WHEN NOT priced AND paid_at IS NULL THEN 'awaiting'
 WHEN NOT priced THEN 'paid'
 WHEN total_minor = 0 THEN 'nothing_due'
 WHEN captured_minor >= total_minor THEN 'paid'
 WHEN captured_minor > 0 THEN 'partially_paid'
 WHEN released_minor > 0 AND released_minor >= authorized_minor THEN 'voided'
 WHEN authorized_minor > 0 THEN 'authorized'
 ELSE 'awaiting' END"""


class OrderRecord(TenantRow, Base):
    """An order. Sums of lines and payments are written in the same statement that changes them.

    Until all its prices are known it is not `priced`: its money is what was refunded by hand, nothing else.
    """

    __tablename__ = "orders"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    source: Mapped[str]
    number: Mapped[str]
    external_ids: Mapped[dict[str, Any]]
    intake_digest: Mapped[bytes]
    currency: Mapped[str]
    prices_include_tax: Mapped[bool]
    placed_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    taken_in_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    buyer_name: Mapped[str]
    buyer_email: Mapped[str]
    buyer_locale: Mapped[str]
    delivery: Mapped[list[str]] = mapped_column(ARRAY(Text))
    items_label: Mapped[str]
    line_count: Mapped[int]
    items_minor: Mapped[int]
    discount_minor: Mapped[int]
    discounts: Mapped[list[Any]] = mapped_column(JSONB)
    shipping_minor: Mapped[int]
    shipping_tax_minor: Mapped[int]
    tax_minor: Mapped[int]
    total_minor: Mapped[int]
    authorized_minor: Mapped[int]
    captured_minor: Mapped[int]
    canceled_minor: Mapped[int] = mapped_column(server_default=text("0"))
    repriced_minor: Mapped[int] = mapped_column(server_default=text("0"))
    fees_minor: Mapped[int] = mapped_column(server_default=text("0"))
    fee_bases: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    withheld_minor: Mapped[int] = mapped_column(server_default=text("0"))
    adjusted_minor: Mapped[int] = mapped_column(server_default=text("0"))
    released_minor: Mapped[int] = mapped_column(server_default=text("0"))
    refunded_minor: Mapped[int] = mapped_column(server_default=text("0"))
    refunds_failed: Mapped[int] = mapped_column(server_default=text("0"))
    fulfilled_by_other: Mapped[bool]
    in_fulfillment: Mapped[bool] = mapped_column(server_default=text("false"))
    hold: Mapped[bool]
    held_since: Mapped[datetime | None]
    disputed: Mapped[bool]
    priced: Mapped[bool] = mapped_column(server_default=text("true"))
    policy: Mapped[dict[str, Any]]
    memo: Mapped[str] = mapped_column(server_default=text("''"))
    version: Mapped[int] = mapped_column(server_default=text("1"))
    link_epoch: Mapped[int] = mapped_column(server_default=text("0"))
    ordered: Mapped[int]
    shipped: Mapped[int] = mapped_column(server_default=text("0"))
    canceled: Mapped[int] = mapped_column(server_default=text("0"))
    requested: Mapped[int] = mapped_column(server_default=text("0"))
    canceled_by_merchant: Mapped[bool] = mapped_column(server_default=text("false"))
    timeline_length: Mapped[int] = mapped_column(server_default=text("0"))
    timeline_head: Mapped[bytes] = mapped_column(server_default=text(r"'\x'"))
    open: Mapped[int] = mapped_column(Computed("ordered - shipped - canceled - requested", persisted=True))
    status: Mapped[str] = mapped_column(Computed(_STATUS, persisted=True))
    payment_status: Mapped[str] = mapped_column(Computed(_PAYMENT_STATUS, persisted=True))

    __table_args__ = (
        of_merchant(),
        UniqueConstraint("merchant_id", "number"),
        CheckConstraint(
            "shipped >= 0 AND canceled >= 0 AND requested >= 0 AND shipped + canceled + requested <= ordered",
            name="quantities",
        ),
        CheckConstraint("refunded_minor <= captured_minor", name="refunds"),
        Index("ix_orders_by_date", "merchant_id", text("placed_at DESC"), text("id DESC")),
        Index("ix_orders_by_status", "merchant_id", "status", text("placed_at DESC"), text("id DESC")),
        Index(
            "ix_orders_by_payment_status",
            "merchant_id",
            "payment_status",
            text("placed_at DESC"),
            text("id DESC"),
        ),
        Index("ix_orders_by_amount", "merchant_id", "currency", "total_minor", "id"),
        Index(
            "ix_orders_open",
            "merchant_id",
            text("placed_at DESC"),
            text("id DESC"),
            postgresql_where=text("open > 0"),
        ),
        Index(
            "ix_orders_canceled",
            "merchant_id",
            text("placed_at DESC"),
            text("id DESC"),
            postgresql_where=text("canceled > 0"),
        ),
        Index(
            "ix_orders_requested",
            "merchant_id",
            text("placed_at DESC"),
            text("id DESC"),
            postgresql_where=text("requested > 0"),
        ),
    )


class OrderPartRecord(TenantRow, Base):
    """What reports told of an order whose rows cannot hold it yet: there is none, or it has no prices."""

    __tablename__ = "order_parts"

    source: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(primary_key=True)
    order_id: Mapped[UUID | None]
    facts: Mapped[dict[str, Any]]
    received_at: Mapped[datetime]

    __table_args__ = (
        of_merchant(),
        belongs_to("orders", "order_id"),
        Index(
            "ix_order_parts_waiting",
            "merchant_id",
            "received_at",
            postgresql_where=text("order_id IS NULL"),
        ),
    )


class LineItemRecord(TenantRow, Base):
    """A line of an order; its identity is the source's external id, else its ordinal.

    `merchant_item_id` is the merchant's own name for it, where an acknowledgement told one.
    """

    __tablename__ = "line_items"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID]
    ordinal: Mapped[int]
    external_id: Mapped[str]
    merchant_item_id: Mapped[str] = mapped_column(server_default=text("''"))
    sku: Mapped[str]
    asin: Mapped[str]
    parent_sku: Mapped[str]
    title: Mapped[str]
    image_url: Mapped[str]
    cancelable: Mapped[bool]
    price_minor: Mapped[int]
    discount_minor: Mapped[int]
    own_discount_minor: Mapped[int]
    tax_minor: Mapped[int]
    shipping_minor: Mapped[int]
    ordered: Mapped[int]
    shipped: Mapped[int] = mapped_column(server_default=text("0"))
    canceled: Mapped[int] = mapped_column(server_default=text("0"))
    requested: Mapped[int] = mapped_column(server_default=text("0"))

    __table_args__ = (
        belongs_to("orders", "order_id"),
        UniqueConstraint("merchant_id", "order_id", "ordinal"),
        CheckConstraint("ordered > 0", name="ordered"),
        CheckConstraint(
            "shipped >= 0 AND canceled >= 0 AND requested >= 0 AND shipped + canceled + requested <= ordered",
            name="quantities",
        ),
    )


class PaymentRecord(TenantRow, Base):
    """A payment of an order; `refunded_minor` counts every refund that has not failed.

    `released_minor` was authorized and will never be captured.
    """

    __tablename__ = "payments"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID]
    ordinal: Mapped[int]
    gateway: Mapped[str]
    reference: Mapped[str]
    authorized_minor: Mapped[int]
    captured_minor: Mapped[int]
    refunded_minor: Mapped[int] = mapped_column(server_default=text("0"))
    released_minor: Mapped[int] = mapped_column(server_default=text("0"))

    __table_args__ = (
        belongs_to("orders", "order_id"),
        UniqueConstraint("merchant_id", "order_id", "ordinal"),
        Index(
            "ix_payments_reference",
            "merchant_id",
            "reference",
            postgresql_where=text("gateway = 'stripe'"),
        ),
        CheckConstraint(
            "released_minor >= 0 AND captured_minor + released_minor <= authorized_minor", name="released"
        ),
        CheckConstraint("captured_minor <= authorized_minor", name="captured"),
        CheckConstraint("refunded_minor >= 0 AND refunded_minor <= captured_minor", name="refunds"),
    )


class ShipmentRecord(TenantRow, Base):
    """A shipment that was reported."""

    __tablename__ = "shipments"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID]
    carrier: Mapped[str]
    tracking: Mapped[str]
    shipped_at: Mapped[datetime]

    __table_args__ = (belongs_to("orders", "order_id"), Index(None, "merchant_id", "order_id"))


class ShipmentUnitsRecord(TenantRow, Base):
    """How many units of a line went with a shipment."""

    __tablename__ = "shipment_units"

    shipment_id: Mapped[UUID] = mapped_column(primary_key=True)
    line_item_id: Mapped[UUID] = mapped_column(primary_key=True)
    quantity: Mapped[int]

    __table_args__ = (
        belongs_to("shipments", "shipment_id"),
        belongs_to("line_items", "line_item_id"),
        CheckConstraint("quantity > 0", name="quantity"),
        Index(None, "merchant_id", "line_item_id"),
    )


class OrderTermRecord(TenantRow, Base):
    """A lower-cased word an order is found by; searched by range, which row security lets use an index."""

    __tablename__ = "order_terms"

    term: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)
    order_id: Mapped[UUID] = mapped_column(primary_key=True)

    # No key to the order: it cost as much as all else that writes a word, and an order is never removed.
    # The index is for words that many orders have: newest orders are asked for them one by one.
    __table_args__ = (Index("ix_order_terms_order", "merchant_id", "order_id", "term"),)

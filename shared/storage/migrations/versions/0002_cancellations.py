"""What hangs on an order: lines, payments, requests, refunds, mails, timeline."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "cancellation_requests",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("reason_words", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=True),
        sa.Column("policy", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("quote", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("value_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("refund_minor", sa.BigInteger(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decide_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("executes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decline_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["merchant_id", "order_id"],
            ["orders.merchant_id", "orders.id"],
            name=op.f("fk_cancellation_requests_merchant_id_order_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_cancellation_requests")),
        sa.UniqueConstraint(
            "merchant_id",
            "order_id",
            "nonce",
            name=op.f("uq_cancellation_requests_merchant_id_order_id_nonce"),
        ),
    )
    op.create_index(
        "ix_cancellation_requests_order",
        "cancellation_requests",
        ["merchant_id", "order_id", "requested_at"],
        unique=False,
    )
    op.create_index(
        "ix_cancellation_requests_state",
        "cancellation_requests",
        ["merchant_id", "state", sa.literal_column("requested_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_cancellation_requests_undecided",
        "cancellation_requests",
        ["merchant_id", "requested_at"],
        unique=False,
        postgresql_where=sa.text("state = 'requested'"),
    )
    op.create_table(
        "cases",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id", "order_id"],
            ["orders.merchant_id", "orders.id"],
            name=op.f("fk_cases_merchant_id_order_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_cases")),
    )
    op.create_index(
        op.f("ix_cases_merchant_id_opened_at"), "cases", ["merchant_id", "opened_at"], unique=False
    )
    op.create_index(op.f("ix_cases_merchant_id_order_id"), "cases", ["merchant_id", "order_id"], unique=False)
    op.create_table(
        "line_items",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.BigInteger(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("asin", sa.Text(), nullable=False),
        sa.Column("parent_sku", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("image_url", sa.Text(), nullable=False),
        sa.Column("cancelable", sa.Boolean(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("discount_minor", sa.BigInteger(), nullable=False),
        sa.Column("own_discount_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("shipping_minor", sa.BigInteger(), nullable=False),
        sa.Column("ordered", sa.BigInteger(), nullable=False),
        sa.Column("shipped", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("canceled", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("requested", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("ordered > 0", name=op.f("ck_line_items_ordered")),
        sa.CheckConstraint(
            "shipped >= 0 AND canceled >= 0 AND requested >= 0 AND shipped + canceled + requested <= ordered",
            name=op.f("ck_line_items_quantities"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "order_id"],
            ["orders.merchant_id", "orders.id"],
            name=op.f("fk_line_items_merchant_id_order_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_line_items")),
        sa.UniqueConstraint(
            "merchant_id", "order_id", "ordinal", name=op.f("uq_line_items_merchant_id_order_id_ordinal")
        ),
    )
    op.create_table(
        "links",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["merchant_id", "order_id"],
            ["orders.merchant_id", "orders.id"],
            name=op.f("fk_links_merchant_id_order_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_links")),
    )
    op.create_index(op.f("ix_links_merchant_id_order_id"), "links", ["merchant_id", "order_id"], unique=False)
    op.create_table(
        "order_terms",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("term", sa.Text(collation="C"), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id", "order_id"],
            ["orders.merchant_id", "orders.id"],
            name=op.f("fk_order_terms_merchant_id_order_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "term", "order_id", name=op.f("pk_order_terms")),
    )
    op.create_index("ix_order_terms_order", "order_terms", ["merchant_id", "order_id", "term"], unique=False)
    op.create_table(
        "payments",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.BigInteger(), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("authorized_minor", sa.BigInteger(), nullable=False),
        sa.Column("captured_minor", sa.BigInteger(), nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("captured_minor <= authorized_minor", name=op.f("ck_payments_captured")),
        sa.CheckConstraint(
            "refunded_minor >= 0 AND refunded_minor <= captured_minor", name=op.f("ck_payments_refunds")
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "order_id"],
            ["orders.merchant_id", "orders.id"],
            name=op.f("fk_payments_merchant_id_order_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_payments")),
        sa.UniqueConstraint(
            "merchant_id", "order_id", "ordinal", name=op.f("uq_payments_merchant_id_order_id_ordinal")
        ),
    )
    op.create_table(
        "personal_texts",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id", "order_id"],
            ["orders.merchant_id", "orders.id"],
            name=op.f("fk_personal_texts_merchant_id_order_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_personal_texts")),
        sa.UniqueConstraint(
            "merchant_id", "subject_id", "kind", name=op.f("uq_personal_texts_merchant_id_subject_id_kind")
        ),
    )
    op.create_index(
        op.f("ix_personal_texts_merchant_id_order_id"),
        "personal_texts",
        ["merchant_id", "order_id"],
        unique=False,
    )
    op.create_table(
        "shipments",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("tracking", sa.Text(), nullable=False),
        sa.Column("shipped_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id", "order_id"],
            ["orders.merchant_id", "orders.id"],
            name=op.f("fk_shipments_merchant_id_order_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_shipments")),
    )
    op.create_index(
        op.f("ix_shipments_merchant_id_order_id"), "shipments", ["merchant_id", "order_id"], unique=False
    )
    op.create_table(
        "case_messages",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("author_kind", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id", "case_id"],
            ["cases.merchant_id", "cases.id"],
            name=op.f("fk_case_messages_merchant_id_case_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_case_messages")),
    )
    op.create_index(
        op.f("ix_case_messages_merchant_id_case_id"),
        "case_messages",
        ["merchant_id", "case_id"],
        unique=False,
    )
    op.create_index(
        "ix_case_messages_newest",
        "case_messages",
        ["merchant_id", sa.literal_column("sent_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_table(
        "refunds",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_refunds_amount")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "order_id"],
            ["orders.merchant_id", "orders.id"],
            name=op.f("fk_refunds_merchant_id_order_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "payment_id"],
            ["payments.merchant_id", "payments.id"],
            name=op.f("fk_refunds_merchant_id_payment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "request_id"],
            ["cancellation_requests.merchant_id", "cancellation_requests.id"],
            name=op.f("fk_refunds_merchant_id_request_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_refunds")),
    )
    op.create_index(
        op.f("ix_refunds_merchant_id_order_id"), "refunds", ["merchant_id", "order_id"], unique=False
    )
    op.create_index(
        op.f("ix_refunds_merchant_id_payment_id"), "refunds", ["merchant_id", "payment_id"], unique=False
    )
    op.create_index(
        op.f("ix_refunds_merchant_id_request_id"), "refunds", ["merchant_id", "request_id"], unique=False
    )
    op.create_table(
        "request_units",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("line_item_id", sa.Uuid(), nullable=False),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("units", postgresql.INT4MULTIRANGE(), nullable=False),
        sa.CheckConstraint(
            "asked > 0 AND quantity >= 0 AND quantity <= asked", name=op.f("ck_request_units_quantity")
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "line_item_id"],
            ["line_items.merchant_id", "line_items.id"],
            name=op.f("fk_request_units_merchant_id_line_item_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "request_id"],
            ["cancellation_requests.merchant_id", "cancellation_requests.id"],
            name=op.f("fk_request_units_merchant_id_request_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "request_id", "line_item_id", name=op.f("pk_request_units")),
    )
    op.create_index(
        op.f("ix_request_units_merchant_id_line_item_id"),
        "request_units",
        ["merchant_id", "line_item_id"],
        unique=False,
    )
    op.create_table(
        "shipment_units",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("shipment_id", sa.Uuid(), nullable=False),
        sa.Column("line_item_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_shipment_units_quantity")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "line_item_id"],
            ["line_items.merchant_id", "line_items.id"],
            name=op.f("fk_shipment_units_merchant_id_line_item_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "shipment_id"],
            ["shipments.merchant_id", "shipments.id"],
            name=op.f("fk_shipment_units_merchant_id_shipment_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "shipment_id", "line_item_id", name=op.f("pk_shipment_units")),
    )
    op.create_index(
        op.f("ix_shipment_units_merchant_id_line_item_id"),
        "shipment_units",
        ["merchant_id", "line_item_id"],
        unique=False,
    )
    op.create_table(
        "stock_movements",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("line_item_id", sa.Uuid(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_stock_movements_quantity")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "line_item_id"],
            ["line_items.merchant_id", "line_items.id"],
            name=op.f("fk_stock_movements_merchant_id_line_item_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "request_id"],
            ["cancellation_requests.merchant_id", "cancellation_requests.id"],
            name=op.f("fk_stock_movements_merchant_id_request_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_stock_movements")),
        sa.UniqueConstraint(
            "merchant_id",
            "request_id",
            "line_item_id",
            name=op.f("uq_stock_movements_merchant_id_request_id_line_item_id"),
        ),
    )
    op.create_table(
        "timeline",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("seq", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("hash", sa.LargeBinary(), server_default=sa.text("'\\x'"), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id", "order_id"],
            ["orders.merchant_id", "orders.id"],
            name=op.f("fk_timeline_merchant_id_order_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "request_id"],
            ["cancellation_requests.merchant_id", "cancellation_requests.id"],
            name=op.f("fk_timeline_merchant_id_request_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_timeline")),
        sa.UniqueConstraint(
            "merchant_id", "order_id", "seq", name=op.f("uq_timeline_merchant_id_order_id_seq")
        ),
    )
    op.create_table(
        "messages",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("refund_id", sa.Uuid(), nullable=True),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["merchant_id", "order_id"],
            ["orders.merchant_id", "orders.id"],
            name=op.f("fk_messages_merchant_id_order_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "refund_id"],
            ["refunds.merchant_id", "refunds.id"],
            name=op.f("fk_messages_merchant_id_refund_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "request_id"],
            ["cancellation_requests.merchant_id", "cancellation_requests.id"],
            name=op.f("fk_messages_merchant_id_request_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_messages")),
    )
    op.create_index(
        op.f("ix_messages_merchant_id_order_id"), "messages", ["merchant_id", "order_id"], unique=False
    )
    op.create_index(
        "uq_messages_outcome",
        "messages",
        ["merchant_id", "request_id", "event"],
        unique=True,
        postgresql_where=sa.text("request_id IS NOT NULL AND refund_id IS NULL"),
    )

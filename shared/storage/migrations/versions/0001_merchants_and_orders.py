"""Merchants, users, the ways in, orders."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


_STATUS = """CASE
 WHEN canceled = ordered THEN 'canceled'
 WHEN shipped > 0 AND shipped = ordered - canceled THEN 'shipped'
 WHEN shipped > 0 THEN 'partially_shipped'
 WHEN authorized_minor = 0 AND total_minor > 0 THEN 'pending'
 ELSE 'unshipped' END"""

_PAYMENT_STATUS = """CASE
 WHEN refunds_failed > 0 THEN 'refund_failed'
 WHEN refunded_minor > 0 AND refunded_minor >= captured_minor THEN 'refunded'
 WHEN refunded_minor > 0 THEN 'partially_refunded'
 WHEN total_minor = 0 THEN 'nothing_due'
 WHEN captured_minor >= total_minor THEN 'paid'
 WHEN captured_minor > 0 THEN 'partially_paid'
 WHEN authorized_minor > 0 THEN 'authorized'
 ELSE 'awaiting' END"""


def upgrade() -> None:
    op.create_table(
        "clock",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("shift", postgresql.INTERVAL(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock")),
    )
    op.create_table(
        "merchants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("policy", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("tax_included", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("mails_buyers", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merchants")),
        sa.UniqueConstraint("slug", name=op.f("uq_merchants_slug")),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
    )
    op.create_table(
        "answers",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.BigInteger(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name=op.f("fk_answers_merchant_id")),
        sa.PrimaryKeyConstraint("merchant_id", "route", "key", name=op.f("pk_answers")),
    )
    op.create_table(
        "api_keys",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name=op.f("fk_api_keys_merchant_id")),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_api_keys")),
    )
    op.create_table(
        "console_sessions",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchants.id"], name=op.f("fk_console_sessions_merchant_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_console_sessions_user_id")),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_console_sessions")),
    )
    op.create_table(
        "doors",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("row_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name=op.f("fk_doors_merchant_id")),
        sa.PrimaryKeyConstraint("kind", "sha256", "merchant_id", "row_id", name=op.f("pk_doors")),
    )
    op.create_table(
        "effects",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("dedup_key", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempt", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name=op.f("fk_effects_merchant_id")),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_effects")),
        sa.UniqueConstraint("merchant_id", "dedup_key", name=op.f("uq_effects_merchant_id_dedup_key")),
    )
    op.create_index(
        "ix_effects_due",
        "effects",
        ["merchant_id", "due_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('ready', 'running')"),
    )
    op.create_table(
        "mailbox",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("source", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name=op.f("fk_mailbox_merchant_id")),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_mailbox")),
    )
    op.create_table(
        "memberships",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name=op.f("fk_memberships_merchant_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_memberships_user_id")),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_memberships")),
        sa.UniqueConstraint("merchant_id", "user_id", name=op.f("uq_memberships_merchant_id_user_id")),
    )
    op.create_table(
        "order_days",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("shard", sa.SmallInteger(), nullable=False),
        sa.Column("orders", sa.BigInteger(), nullable=False),
        sa.Column("canceled_by_merchant", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name=op.f("fk_order_days_merchant_id")),
        sa.PrimaryKeyConstraint("merchant_id", "day", "shard", name=op.f("pk_order_days")),
    )
    op.create_table(
        "orders",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("external_ids", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("intake_digest", sa.LargeBinary(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("prices_include_tax", sa.Boolean(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("buyer_name", sa.Text(), nullable=False),
        sa.Column("buyer_email", sa.Text(), nullable=False),
        sa.Column("buyer_locale", sa.Text(), nullable=False),
        sa.Column("delivery", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("items_label", sa.Text(), nullable=False),
        sa.Column("line_count", sa.BigInteger(), nullable=False),
        sa.Column("items_minor", sa.BigInteger(), nullable=False),
        sa.Column("discount_minor", sa.BigInteger(), nullable=False),
        sa.Column("discounts", postgresql.JSONB(), nullable=False),
        sa.Column("shipping_minor", sa.BigInteger(), nullable=False),
        sa.Column("shipping_tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("authorized_minor", sa.BigInteger(), nullable=False),
        sa.Column("captured_minor", sa.BigInteger(), nullable=False),
        sa.Column("canceled_minor", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("repriced_minor", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("fees_minor", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("fee_base_minor", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("refunds_failed", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("fulfilled_by_other", sa.Boolean(), nullable=False),
        sa.Column("hold", sa.Boolean(), nullable=False),
        sa.Column("disputed", sa.Boolean(), nullable=False),
        sa.Column("policy", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("memo", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("link_epoch", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("ordered", sa.BigInteger(), nullable=False),
        sa.Column("shipped", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("canceled", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("requested", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("canceled_by_merchant", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("timeline_length", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("timeline_head", sa.LargeBinary(), server_default=sa.text("'\\x'"), nullable=False),
        sa.Column(
            "open",
            sa.BigInteger(),
            sa.Computed("ordered - shipped - canceled - requested", persisted=True),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Text(),
            sa.Computed(
                _STATUS,
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column(
            "payment_status",
            sa.Text(),
            sa.Computed(
                _PAYMENT_STATUS,
                persisted=True,
            ),
            nullable=False,
        ),
        sa.CheckConstraint("refunded_minor <= captured_minor", name=op.f("ck_orders_refunds")),
        sa.CheckConstraint(
            "shipped >= 0 AND canceled >= 0 AND requested >= 0 AND shipped + canceled + requested <= ordered",
            name=op.f("ck_orders_quantities"),
        ),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name=op.f("fk_orders_merchant_id")),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_orders")),
        sa.UniqueConstraint("merchant_id", "number", name=op.f("uq_orders_merchant_id_number")),
    )
    op.create_index(
        "ix_orders_by_date",
        "orders",
        ["merchant_id", sa.literal_column("placed_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_orders_by_status",
        "orders",
        ["merchant_id", "status", sa.literal_column("placed_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_orders_by_payment_status",
        "orders",
        ["merchant_id", "payment_status", sa.literal_column("placed_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_orders_open",
        "orders",
        ["merchant_id", sa.literal_column("placed_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("open > 0"),
    )
    op.create_index(
        "ix_orders_canceled",
        "orders",
        ["merchant_id", sa.literal_column("placed_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("canceled > 0"),
    )
    op.create_index(
        "ix_orders_requested",
        "orders",
        ["merchant_id", sa.literal_column("placed_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("requested > 0"),
    )
    op.create_table(
        "restock_rules",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("restock", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name=op.f("fk_restock_rules_merchant_id")),
        sa.PrimaryKeyConstraint("merchant_id", "reason", name=op.f("pk_restock_rules")),
    )
    op.create_table(
        "stock",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("opening", sa.BigInteger(), nullable=False),
        sa.Column("on_hand", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name=op.f("fk_stock_merchant_id")),
        sa.PrimaryKeyConstraint("merchant_id", "sku", name=op.f("pk_stock")),
    )

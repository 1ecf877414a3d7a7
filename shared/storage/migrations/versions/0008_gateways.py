"""Accounts at payment gateways, and refunds they report that nobody asked for."""

import sqlalchemy as sa
from alembic import op

from shared.storage.migrations.tenants import wall_off

revision = "0008"
down_revision = "0013"


def upgrade() -> None:
    """Add both tables, and find payments and refunds by the gateway's names for them."""
    op.create_table(
        "gateways",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("webhook_secret", sa.LargeBinary(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name="fk_gateways_merchant_id"),
        sa.PrimaryKeyConstraint("merchant_id", "id", name="pk_gateways"),
        sa.UniqueConstraint("merchant_id", "gateway", name="uq_gateways_merchant_id_gateway"),
    )
    op.create_table(
        "reported_refunds",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("payment_reference", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False, server_default=sa.text("''")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "order_id"],
            ["orders.merchant_id", "orders.id"],
            name="fk_reported_refunds_merchant_id_order_id",
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "payment_id"],
            ["payments.merchant_id", "payments.id"],
            name="fk_reported_refunds_merchant_id_payment_id",
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name="pk_reported_refunds"),
        sa.UniqueConstraint(
            "merchant_id", "gateway", "reference", name="uq_reported_refunds_merchant_id_gateway_reference"
        ),
        sa.CheckConstraint("amount_minor > 0", name="amount"),
    )
    op.create_index(
        "ix_reported_refunds_merchant_id_order_id", "reported_refunds", ["merchant_id", "order_id"]
    )
    op.create_index(
        "ix_reported_refunds_waiting",
        "reported_refunds",
        ["merchant_id", "reported_at"],
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_index(
        "ix_payments_reference",
        "payments",
        ["merchant_id", "reference"],
        postgresql_where=sa.text("gateway = 'stripe'"),
    )
    op.create_index(
        "ix_refunds_gateway_reference",
        "refunds",
        ["merchant_id", "gateway_reference"],
        postgresql_where=sa.text("gateway_reference <> ''"),
    )
    for table in ("gateways", "reported_refunds"):
        wall_off(table)

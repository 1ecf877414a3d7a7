"""Orders taken along as a table: each export with its file, piece by piece, until it expires."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.storage.migrations.tenants import wall_off

revision = "0020c"
down_revision = "0020b"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "order_exports",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("wanted", postgresql.JSONB(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempt", sa.BigInteger(), nullable=False),
        sa.Column("orders", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name="fk_order_exports_merchant_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_order_exports_user_id"),
        sa.PrimaryKeyConstraint("merchant_id", "id", name="pk_order_exports"),
    )
    op.create_table(
        "order_export_chunks",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("export_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id", "export_id"],
            ["order_exports.merchant_id", "order_exports.id"],
            name="fk_order_export_chunks_merchant_id_export_id",
        ),
        sa.PrimaryKeyConstraint("merchant_id", "export_id", "ordinal", name="pk_order_export_chunks"),
    )
    for table in ("order_export_chunks", "order_exports"):
        wall_off(table)

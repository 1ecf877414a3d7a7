"""Files that are handed in and carried out by the worker: orders, feeds."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.storage.migrations.tenants import wall_off

revision = "0009"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "uploads",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("dedup_key", sa.Text(), nullable=True),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("options", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempt", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("position", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("read_bytes", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("counters", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("note", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "size >= 0 AND read_bytes >= 0 AND position >= 0", name=op.f("ck_uploads_progress")
        ),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name=op.f("fk_uploads_merchant_id")),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_uploads")),
        sa.UniqueConstraint("merchant_id", "dedup_key", name=op.f("uq_uploads_merchant_id_dedup_key")),
    )
    op.create_index(
        "ix_uploads_newest",
        "uploads",
        ["merchant_id", "kind", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_table(
        "upload_chunks",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id", "upload_id"],
            ["uploads.merchant_id", "uploads.id"],
            name=op.f("fk_upload_chunks_merchant_id_upload_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "upload_id", "ordinal", name=op.f("pk_upload_chunks")),
    )
    op.create_table(
        "upload_findings",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("order_number", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("how_to_mend", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id", "upload_id"],
            ["uploads.merchant_id", "uploads.id"],
            name=op.f("fk_upload_findings_merchant_id_upload_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "upload_id", "ordinal", name=op.f("pk_upload_findings")),
    )
    for table in ("upload_chunks", "upload_findings", "uploads"):
        wall_off(table)

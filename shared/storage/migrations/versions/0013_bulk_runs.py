"""Runs over many orders, from files and selections, with a row for each thing that was asked."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.storage.migrations.tenants import wall_off

revision = "0013"
down_revision = "0009"

_FEED_ROWS = """
CREATE VIEW reporting.feed_rows WITH (security_barrier) AS
SELECT m.slug AS merchant, o.run_id AS feed_id, o.row_number, o.verdict, o.code, o.request_id
FROM public.bulk_rows o JOIN public.merchants m ON m.id = o.merchant_id
WHERE o.merchant_id = reporting.merchant()
"""


# Analysts who were let in before see the new view as well.
_GRANT = """
DO $$ DECLARE reader name; BEGIN
  FOR reader IN SELECT role_name FROM reporting.readers LOOP
    EXECUTE format('GRANT SELECT ON reporting.feed_rows TO %I', reader);
  END LOOP;
END $$
"""


def upgrade() -> None:
    """Make the tables, and the view by which an auditor reads the rows."""
    op.create_table(
        "bulk_runs",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("feed_type", sa.Text(), nullable=False),
        sa.Column("upload_id", sa.Uuid(), nullable=True),
        sa.Column("dedup_key", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("memo", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("row_count", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("group_count", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("next_group", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("slices", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("per_day", sa.BigInteger(), nullable=True),
        sa.Column("day_ends_at_group", sa.BigInteger(), nullable=True),
        sa.Column("stop_requested", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("counters", postgresql.JSONB(), nullable=False, server_default=sa.text("'{}'")),
        sa.Column("note", sa.Text(), nullable=False, server_default=sa.text("''")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name="fk_bulk_runs_merchant_id"),
        sa.ForeignKeyConstraint(
            ["merchant_id", "upload_id"],
            ["uploads.merchant_id", "uploads.id"],
            name="fk_bulk_runs_merchant_id_upload_id",
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name="pk_bulk_runs"),
        sa.UniqueConstraint("merchant_id", "dedup_key", name="uq_bulk_runs_merchant_id_dedup_key"),
    )
    op.create_index(
        "ix_bulk_runs_newest", "bulk_runs", ["merchant_id", sa.text("created_at DESC"), sa.text("id DESC")]
    )
    op.create_table(
        "bulk_rows",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("row_number", sa.BigInteger(), nullable=False),
        sa.Column("record", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("order_ref", sa.Text(), nullable=False),
        sa.Column("item_ref", sa.Text(), nullable=False),
        sa.Column("own_order_ref", sa.Text(), nullable=False),
        sa.Column("own_item_ref", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("only_unshipped", sa.Boolean(), nullable=False),
        sa.Column("amounts", postgresql.JSONB(), nullable=False),
        sa.Column("problems", postgresql.JSONB(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("line_item_id", sa.Uuid(), nullable=True),
        sa.Column("group_no", sa.BigInteger(), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("adjustment_id", sa.Uuid(), nullable=True),
        sa.Column("units", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("refund_minor", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "run_id"],
            ["bulk_runs.merchant_id", "bulk_runs.id"],
            name="fk_bulk_rows_merchant_id_run_id",
        ),
        sa.PrimaryKeyConstraint("merchant_id", "run_id", "row_number", name="pk_bulk_rows"),
    )
    op.create_index("ix_bulk_rows_group", "bulk_rows", ["merchant_id", "run_id", "group_no"])
    for table in ("bulk_rows", "bulk_runs"):
        wall_off(table)
    op.execute("GRANT SELECT ON public.bulk_rows TO rescind_reporting")
    op.execute(
        "CREATE POLICY reporting ON public.bulk_rows FOR SELECT TO rescind_reporting"
        " USING (merchant_id = reporting.merchant())"
    )
    op.execute("GRANT CREATE ON SCHEMA reporting TO rescind_reporting")
    op.execute("SET ROLE rescind_reporting")
    op.execute(_FEED_ROWS)
    op.execute("RESET ROLE")
    op.execute("REVOKE CREATE ON SCHEMA reporting FROM rescind_reporting")
    op.execute(_GRANT)

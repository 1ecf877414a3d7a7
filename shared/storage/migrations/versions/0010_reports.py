"""Orders whose prices no report has told yet, and parts of orders that wait for the rest."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.storage.migrations.tenants import wall_off

revision = "0010"
down_revision = "0008"

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

_VIEW = """
CREATE OR REPLACE VIEW reporting.orders WITH (security_barrier) AS
SELECT m.slug AS merchant, o.id AS order_id, o.number, {status} AS status, o.currency,
    o.captured_minor AS captured, o.placed_at FROM public.orders o
JOIN public.merchants m ON m.id = o.merchant_id
WHERE o.merchant_id = reporting.merchant()
"""
_SPELLED = "upper(left(o.status, 1)) || replace(substr(o.status, 2), '_', ' ')"


def upgrade() -> None:
    op.add_column("orders", sa.Column("priced", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column(
        "cancellation_requests",
        sa.Column("amount", sa.Text(), nullable=False, server_default=sa.text("'known'")),
    )
    op.create_index(
        "ix_cancellation_requests_amount",
        "cancellation_requests",
        ["merchant_id", "ended_at"],
        postgresql_where=sa.text("amount = 'open'"),
    )
    _statuses()
    op.create_table(
        "order_parts",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name="fk_order_parts_merchant_id"),
        sa.ForeignKeyConstraint(
            ["merchant_id", "order_id"],
            ["orders.merchant_id", "orders.id"],
            name="fk_order_parts_merchant_id_order_id",
        ),
        sa.PrimaryKeyConstraint("merchant_id", "source", "number", name="pk_order_parts"),
    )
    op.create_index(
        "ix_order_parts_waiting",
        "order_parts",
        ["merchant_id", "received_at"],
        postgresql_where=sa.text("order_id IS NULL"),
    )
    wall_off("order_parts")


def _statuses() -> None:
    """Derive both statuses anew; a column that is computed cannot be told another rule in place."""
    _view("NULL::text")
    op.drop_column("orders", "status")
    op.drop_column("orders", "payment_status")
    for name, rule in (("status", _STATUS), ("payment_status", _PAYMENT_STATUS)):
        op.add_column("orders", sa.Column(name, sa.Text(), sa.Computed(rule, persisted=True), nullable=False))
        op.create_index(
            f"ix_orders_by_{name}",
            "orders",
            ["merchant_id", name, sa.literal_column("placed_at DESC"), sa.literal_column("id DESC")],
        )
    _view(_SPELLED)


def _view(status: str) -> None:
    op.execute("GRANT CREATE ON SCHEMA reporting TO rescind_reporting")
    op.execute("SET ROLE rescind_reporting")
    op.execute(_VIEW.format(status=status))
    op.execute("RESET ROLE")
    op.execute("REVOKE CREATE ON SCHEMA reporting FROM rescind_reporting")

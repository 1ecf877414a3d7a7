"""Room for voids, repeated refunds, adjustments, withheld money, fees by time, and a warehouse to ask."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.storage.migrations.tenants import wall_off

revision = "0007"
down_revision = "0006"

_ADJUSTMENTS = ("adjustments", "adjusted_items")

# What was kept under the percentage that the order's policy named then.
_FEE_BASES = """
UPDATE orders SET fee_bases = jsonb_build_object(coalesce(policy->'fee'->>'percent', '0'), fee_base_minor)
WHERE fee_base_minor > 0
"""

_PAYMENT_STATUS = """CASE
 WHEN refunds_failed > 0 THEN 'refund_failed'
 WHEN refunded_minor > 0 AND refunded_minor >= captured_minor THEN 'refunded'
 WHEN refunded_minor > 0 THEN 'partially_refunded'
 WHEN total_minor = 0 THEN 'nothing_due'
 WHEN captured_minor >= total_minor THEN 'paid'
 WHEN captured_minor > 0 THEN 'partially_paid'
 WHEN released_minor > 0 AND released_minor >= authorized_minor THEN 'voided'
 WHEN authorized_minor > 0 THEN 'authorized'
 ELSE 'awaiting' END"""

_REFUNDS = """
CREATE OR REPLACE VIEW reporting.refunds WITH (security_barrier) AS
SELECT m.slug AS merchant, o.id AS refund_id, o.request_id, o.order_id, o.payment_id,
    o.amount_minor AS amount, o.currency, o.state, o.id::text AS idempotency_key FROM public.refunds o
JOIN public.merchants m ON m.id = o.merchant_id
WHERE o.merchant_id = reporting.merchant() AND o.kind = 'refund'
"""


def upgrade() -> None:
    """Add what the money of an order and the question to a warehouse need."""
    op.add_column(
        "merchants", sa.Column("self_service", sa.Boolean(), nullable=False, server_default=sa.true())
    )
    _orders()
    op.add_column("payments", _minor("released_minor"))
    op.create_check_constraint(
        "released", "payments", "released_minor >= 0 AND captured_minor + released_minor <= authorized_minor"
    )
    _requests()
    _refunds()
    _adjustments()
    op.execute("GRANT CREATE ON SCHEMA reporting TO rescind_reporting")
    op.execute("SET ROLE rescind_reporting")
    op.execute(_REFUNDS)
    op.execute("RESET ROLE")
    op.execute("REVOKE CREATE ON SCHEMA reporting FROM rescind_reporting")


def _minor(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False, server_default=sa.text("0"))


def _orders() -> None:
    op.add_column(
        "orders", sa.Column("in_fulfillment", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("orders", sa.Column("held_since", sa.DateTime(timezone=True), nullable=True))
    for name in ("withheld_minor", "adjusted_minor", "released_minor"):
        op.add_column("orders", _minor(name))
    op.add_column(
        "orders",
        sa.Column("fee_bases", postgresql.JSONB(), nullable=False, server_default=sa.text("'{}'")),
    )
    # The owner, too, sees no row of a table whose walls are forced.
    op.execute("ALTER TABLE orders NO FORCE ROW LEVEL SECURITY")
    op.execute(_FEE_BASES)
    op.execute("ALTER TABLE orders FORCE ROW LEVEL SECURITY")
    op.drop_column("orders", "fee_base_minor")
    # A generated column cannot change its expression before PostgreSQL 17; its index goes with it.
    op.drop_column("orders", "payment_status")
    op.add_column(
        "orders",
        sa.Column("payment_status", sa.Text(), sa.Computed(_PAYMENT_STATUS, persisted=True), nullable=False),
    )
    op.create_index(
        "ix_orders_by_payment_status",
        "orders",
        ["merchant_id", "payment_status", sa.text("placed_at DESC"), sa.text("id DESC")],
    )


def _requests() -> None:
    table = "cancellation_requests"
    op.add_column(table, _minor("withheld_minor"))
    op.add_column(table, sa.Column("warehouse", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.add_column(table, sa.Column("answer_by", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_cancellation_requests_asked",
        table,
        ["merchant_id", "answer_by"],
        postgresql_where=sa.text("state = 'accepting' AND warehouse = 'asked'"),
    )


def _refunds() -> None:
    op.add_column("refunds", sa.Column("kind", sa.Text(), nullable=False, server_default=sa.text("'refund'")))
    for name in ("gateway_reference", "trouble"):
        op.add_column("refunds", sa.Column(name, sa.Text(), nullable=False, server_default=sa.text("''")))
    for name in ("first_sent_at", "retried_at"):
        op.add_column("refunds", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column("refunds", sa.Column("retry_of", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "fk_refunds_merchant_id_retry_of",
        "refunds",
        "refunds",
        ["merchant_id", "retry_of"],
        ["merchant_id", "id"],
    )
    op.create_index(
        "ix_refunds_waiting",
        "refunds",
        ["merchant_id", "created_at"],
        postgresql_where=sa.text("state IN ('manual', 'failed', 'sent')"),
    )


def _adjustments() -> None:
    op.create_table(
        "adjustments",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reason_words", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=True),
        sa.Column("shipping_minor", sa.BigInteger(), nullable=False),
        sa.Column("refund_minor", sa.BigInteger(), nullable=False),
        sa.Column("adjusted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id", "order_id"],
            ["orders.merchant_id", "orders.id"],
            name="fk_adjustments_merchant_id_order_id",
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name="pk_adjustments"),
        sa.UniqueConstraint(
            "merchant_id", "order_id", "nonce", name="uq_adjustments_merchant_id_order_id_nonce"
        ),
        sa.CheckConstraint("shipping_minor >= 0 AND refund_minor > 0", name="amounts"),
    )
    op.create_table(
        "adjusted_items",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("adjustment_id", sa.Uuid(), nullable=False),
        sa.Column("line_item_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id", "adjustment_id"],
            ["adjustments.merchant_id", "adjustments.id"],
            name="fk_adjusted_items_merchant_id_adjustment_id",
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "line_item_id"],
            ["line_items.merchant_id", "line_items.id"],
            name="fk_adjusted_items_merchant_id_line_item_id",
        ),
        sa.PrimaryKeyConstraint("merchant_id", "adjustment_id", "line_item_id", name="pk_adjusted_items"),
        sa.CheckConstraint("amount_minor > 0", name="amount"),
    )
    op.create_index(
        "ix_adjusted_items_merchant_id_line_item_id", "adjusted_items", ["merchant_id", "line_item_id"]
    )
    op.add_column("refunds", sa.Column("adjustment_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "fk_refunds_merchant_id_adjustment_id",
        "refunds",
        "adjustments",
        ["merchant_id", "adjustment_id"],
        ["merchant_id", "id"],
    )
    for table in _ADJUSTMENTS:
        wall_off(table)

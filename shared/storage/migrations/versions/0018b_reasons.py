"""What merchants say of their reasons, and by which terms a request was made and carried out."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.storage.migrations.tenants import wall_off

revision = "0018b"
down_revision = "0016"

_TABLES = ("cancellation_requests", "restock_rules")
# What was carried out until now followed the rules as they stand: nothing could change them.
_FOLLOWED = """
UPDATE cancellation_requests c SET restocks = r.restock FROM restock_rules r
WHERE r.merchant_id = c.merchant_id AND r.reason = coalesce(c.reason, 'Other')
  AND c.state = 'accepted' AND c.source <> 'system'
"""


def upgrade() -> None:
    """Add the table and the columns."""
    op.create_table(
        "reasons",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("for_buyers", sa.Boolean(), nullable=False),
        sa.Column("for_merchants", sa.Boolean(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("words", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name="fk_reasons_merchant_id"),
        sa.PrimaryKeyConstraint("merchant_id", "code", name="pk_reasons"),
    )
    wall_off("reasons")
    for column in (
        sa.Column("reason_locale", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("counts", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("restocks", sa.Boolean(), nullable=True),
    ):
        op.add_column("cancellation_requests", column)
    for table in _TABLES:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(_FOLLOWED)
    for table in _TABLES:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")

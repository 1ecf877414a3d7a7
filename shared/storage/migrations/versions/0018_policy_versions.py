"""Every policy a merchant has had, with who made it and why."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.storage.migrations.tenants import wall_off

revision = "0018"
down_revision = "0017b"

_FIRST = """
INSERT INTO policy_versions (merchant_id, id, number, policy, self_service, note, actor_kind, created_at)
SELECT id, gen_random_uuid(), 1, policy, self_service, '', 'system', created_at FROM merchants
"""


def upgrade() -> None:
    """Add the table, and begin it with what holds now; rows are never changed."""
    op.create_table(
        "policy_versions",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("policy", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("self_service", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name="fk_policy_versions_merchant_id"),
        sa.PrimaryKeyConstraint("merchant_id", "id", name="pk_policy_versions"),
        sa.UniqueConstraint("merchant_id", "number", name="uq_policy_versions_merchant_id_number"),
    )
    op.execute(_FIRST)
    wall_off("policy_versions")
    op.execute("REVOKE UPDATE, DELETE ON policy_versions FROM rescind_app")

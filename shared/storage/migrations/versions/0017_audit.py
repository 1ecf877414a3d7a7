"""The audit trail of merchants' accounts: appended to, never changed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.storage.migrations.tenants import wall_off

revision = "0017"
down_revision = "0014"

_REFUSE = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit trail is append-only';
END $$
"""


def upgrade() -> None:
    """Make the table, and take the rights to change entries away."""
    op.create_table(
        "audit_entries",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("before", postgresql.JSONB(), nullable=False),
        sa.Column("after", postgresql.JSONB(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name="fk_audit_entries_merchant_id"),
        sa.PrimaryKeyConstraint("merchant_id", "id", name="pk_audit_entries"),
    )
    op.create_index("ix_audit_entries_newest", "audit_entries", ["merchant_id", "at", "id"])
    op.create_index("ix_audit_entries_merchant_id_actor_id", "audit_entries", ["merchant_id", "actor_id"])
    op.create_index("ix_audit_entries_merchant_id_kind", "audit_entries", ["merchant_id", "kind"])
    wall_off("audit_entries")
    op.execute(_REFUSE)
    op.execute(
        "CREATE TRIGGER refuse BEFORE UPDATE OR DELETE ON audit_entries"
        " FOR EACH ROW EXECUTE FUNCTION audit_refuse()"
    )
    op.execute("REVOKE UPDATE, DELETE ON audit_entries FROM rescind_app")

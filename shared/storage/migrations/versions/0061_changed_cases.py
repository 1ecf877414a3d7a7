"""Note when a case with the operator changed last: a further message leaves its place in the line."""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"


def upgrade() -> None:
    """Add the instant, and find cases by it."""
    op.add_column("operator_cases", sa.Column("changed_at", sa.TIMESTAMP(timezone=True), nullable=True))
    op.execute("UPDATE operator_cases SET changed_at = since")
    op.alter_column("operator_cases", "changed_at", nullable=False)
    op.create_index("ix_operator_cases_changed", "operator_cases", ["changed_at", "case_id"])

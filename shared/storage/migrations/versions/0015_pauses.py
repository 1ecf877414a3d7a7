"""When a run that is spread over days goes on, and which effect is being carried out for a row."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0017"


def upgrade() -> None:
    """Add the column and the index."""
    op.add_column("bulk_runs", sa.Column("resumes_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_effects_held",
        "effects",
        ["merchant_id", "subject_id"],
        postgresql_where=sa.text("state = 'running'"),
    )

"""Find what buyers asked for by how it ended, however much a merchant canceled by itself."""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0043"


def upgrade() -> None:
    """Add the index."""
    op.create_index(
        "ix_cancellation_requests_of_buyers",
        "cancellation_requests",
        ["merchant_id", "state", sa.text("requested_at DESC"), sa.text("id DESC")],
        postgresql_where=sa.text("requested_by = 'buyer'"),
    )

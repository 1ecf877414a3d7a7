"""Let merchants say over how many days their rate is measured, and what it should stay below."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    """Add the columns; the limit is in tenths of a percent."""
    op.add_column(
        "merchants", sa.Column("rate_days", sa.BigInteger(), server_default=sa.text("7"), nullable=False)
    )
    op.add_column(
        "merchants",
        sa.Column("rate_limit_permille", sa.BigInteger(), server_default=sa.text("25"), nullable=False),
    )

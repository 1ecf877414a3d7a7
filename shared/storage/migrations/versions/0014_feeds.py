"""What a code is measured against, what is wrong with a file as a whole, merchants' own ids of items."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("bulk_rows", sa.Column("detail", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column(
        "bulk_runs",
        sa.Column(
            "problems",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
    )
    op.add_column(
        "line_items",
        sa.Column("merchant_item_id", sa.Text(), server_default=sa.text("''"), nullable=False),
    )

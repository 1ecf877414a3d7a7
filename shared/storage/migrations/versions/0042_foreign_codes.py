"""What merchants say of foreign codes of reasons."""

import sqlalchemy as sa
from alembic import op

from shared.storage.migrations.tenants import wall_off

revision = "0042"
down_revision = "0041"


def upgrade() -> None:
    """Make the table; where it has no row the defaults hold."""
    op.create_table(
        "foreign_codes",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("code_list", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name="fk_foreign_codes_merchant_id"),
        sa.PrimaryKeyConstraint("merchant_id", "code_list", "code", name="pk_foreign_codes"),
    )
    wall_off("foreign_codes")

"""The operator's support agents: who they are, their sessions, and an index of the cases they answer."""

import sqlalchemy as sa
from alembic import op

revision = "0021b"
down_revision = "0019"

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Mark agents among the users; make the two tables that belong to no merchant."""
    op.add_column("users", sa.Column("is_agent", sa.Boolean(), server_default="false", nullable=False))
    op.create_table(
        "operator_cases",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("since", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name="fk_operator_cases_merchant_id"),
        sa.PrimaryKeyConstraint("case_id", name="pk_operator_cases"),
    )
    op.create_index("ix_operator_cases_list", "operator_cases", ["state", "since", "case_id"])
    op.create_table(
        "agent_sessions",
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("merchant_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("seen_at", _INSTANT, nullable=False),
        sa.Column("ended_at", _INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name="fk_agent_sessions_merchant_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_agent_sessions_user_id"),
        sa.PrimaryKeyConstraint("sha256", name="pk_agent_sessions"),
    )
    for table in ("operator_cases", "agent_sessions"):
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO rescind_app")

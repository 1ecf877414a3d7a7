"""Second factors and sessions of users, invitations, password resets, and e-mails to the team."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.storage.migrations.tenants import wall_off

revision = "0017b"
down_revision = "0015"

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add what belongs to users, then what belongs to a merchant."""
    _add_to_users()
    _add_to_sessions()
    _add_links()
    _add_letters()
    for table in ("invitations", "password_resets", "letters"):
        wall_off(table)
    for table in ("passkeys", "recovery_codes"):
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO rescind_app")


def _add_to_users() -> None:
    op.add_column("users", sa.Column("totp_secret", sa.LargeBinary(), nullable=True))
    op.add_column("users", sa.Column("totp_step", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("users", sa.Column("last_merchant_id", sa.Uuid(), nullable=True))
    op.create_foreign_key("fk_users_last_merchant_id", "users", "merchants", ["last_merchant_id"], ["id"])
    op.create_table(
        "passkeys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("last_used_at", _INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_passkeys_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_passkeys"),
        sa.UniqueConstraint("credential_id", name="uq_passkeys_credential_id"),
    )
    op.create_index("ix_passkeys_user_id", "passkeys", ["user_id"])
    op.create_table(
        "recovery_codes",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_recovery_codes_user_id"),
        sa.PrimaryKeyConstraint("user_id", "digest", name="pk_recovery_codes"),
    )


def _add_to_sessions() -> None:
    op.add_column(
        "merchants", sa.Column("second_factor_required", sa.Boolean(), server_default="false", nullable=False)
    )
    op.add_column("console_sessions", sa.Column("verified_at", _INSTANT, nullable=True))
    for name in ("device", "address"):
        op.add_column(
            "console_sessions", sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False)
        )
    op.create_index("ix_console_sessions_merchant_id_user_id", "console_sessions", ["merchant_id", "user_id"])


def _add_links() -> None:
    op.create_table(
        "invitations",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("invited_by", sa.Text(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("expires_at", _INSTANT, nullable=False),
        sa.Column("ended_at", _INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name="fk_invitations_merchant_id"),
        sa.PrimaryKeyConstraint("merchant_id", "id", name="pk_invitations"),
    )
    op.create_index(
        "uq_invitations_open",
        "invitations",
        ["merchant_id", "email"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "password_resets",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("expires_at", _INSTANT, nullable=False),
        sa.Column("used_at", _INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name="fk_password_resets_merchant_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_password_resets_user_id"),
        sa.PrimaryKeyConstraint("merchant_id", "id", name="pk_password_resets"),
    )
    op.create_index("ix_password_resets_merchant_id_user_id", "password_resets", ["merchant_id", "user_id"])


def _add_letters() -> None:
    op.create_table(
        "letters",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("sent_at", _INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name="fk_letters_merchant_id"),
        sa.PrimaryKeyConstraint("merchant_id", "id", name="pk_letters"),
    )

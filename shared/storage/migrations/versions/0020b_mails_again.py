"""E-mails that a member sends once more, each a message of its own that names the first one."""

import sqlalchemy as sa
from alembic import op

revision = "0020b"
down_revision = "0020"


def upgrade() -> None:
    """Let a message name the one it repeats, and the press of a button that it came from."""
    op.add_column("messages", sa.Column("again_of", sa.Uuid(), nullable=True))
    op.add_column("messages", sa.Column("nonce", sa.Text(), nullable=True))
    op.create_foreign_key(
        "fk_messages_merchant_id_again_of",
        "messages",
        "messages",
        ["merchant_id", "again_of"],
        ["merchant_id", "id"],
    )
    op.create_unique_constraint("uq_messages_merchant_id_nonce", "messages", ["merchant_id", "nonce"])

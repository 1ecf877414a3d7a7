"""How merchants appear to their customers: look, logo, own words in e-mails."""

import sqlalchemy as sa
from alembic import op

from shared.storage.migrations.tenants import wall_off

revision = "0022"
down_revision = "0018b"


def upgrade() -> None:
    """Add the tables; a logo that was served once is never changed or removed."""
    op.create_table(
        "logos",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("width", sa.BigInteger(), nullable=False),
        sa.Column("height", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name="fk_logos_merchant_id"),
        sa.PrimaryKeyConstraint("merchant_id", "id", name="pk_logos"),
    )
    op.create_table(
        "brandings",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("sender_name", "reply_to", "color", "footer", "shop_url", "help_url")
        ),
        sa.Column("logo_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name="fk_brandings_merchant_id"),
        sa.ForeignKeyConstraint(
            ["merchant_id", "logo_id"],
            ["logos.merchant_id", "logos.id"],
            name="fk_brandings_merchant_id_logo_id",
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name="pk_brandings"),
        sa.UniqueConstraint("merchant_id", name="uq_brandings_merchant_id"),
    )
    op.create_table(
        "mail_texts",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("event", "locale", "subject", "intro")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name="fk_mail_texts_merchant_id"),
        sa.PrimaryKeyConstraint("merchant_id", "id", name="pk_mail_texts"),
        sa.UniqueConstraint("merchant_id", "event", "locale", name="uq_mail_texts_merchant_id_event_locale"),
    )
    for table in ("logos", "brandings", "mail_texts"):
        wall_off(table)
    op.execute("REVOKE UPDATE, DELETE ON logos FROM rescind_app")

"""Cases with a state, pictures, notes and offers; canned replies."""

import sqlalchemy as sa
from alembic import op

from shared.storage.migrations.tenants import wall_off

revision = "0021"
down_revision = "0018"

_INSTANT = sa.DateTime(timezone=True)
_SINCE = """
UPDATE cases SET since = coalesce(
  (SELECT max(m.sent_at) FROM case_messages m
    WHERE m.merchant_id = cases.merchant_id AND m.case_id = cases.id), opened_at)
"""


def upgrade() -> None:
    """Extend what there is, then make the new tables."""
    _extend_cases()
    _extend_messages()
    _make_pictures()
    _make_replies()
    _make_offers()
    for table in ("case_pictures", "canned_replies", "case_offers"):
        wall_off(table)


def _extend_cases() -> None:
    op.alter_column("cases", "order_id", nullable=True)
    op.add_column(
        "cases", sa.Column("floor", sa.Text(), server_default=sa.text("'merchant'"), nullable=False)
    )
    op.add_column("cases", sa.Column("state", sa.Text(), server_default="open", nullable=False))
    op.add_column("cases", sa.Column("since", _INSTANT, nullable=True))
    op.add_column("cases", sa.Column("assignee_id", sa.Uuid(), nullable=True))
    op.add_column("cases", sa.Column("opened_by", sa.Uuid(), nullable=True))
    op.add_column("cases", sa.Column("phone", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.execute("ALTER TABLE cases NO FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE case_messages NO FORCE ROW LEVEL SECURITY")
    op.execute(_SINCE)
    op.execute("ALTER TABLE case_messages FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE cases FORCE ROW LEVEL SECURITY")
    op.alter_column("cases", "since", nullable=False)
    for column in ("assignee_id", "opened_by"):
        op.create_foreign_key(f"fk_cases_{column}", "cases", "users", [column], ["id"])
    op.drop_index("ix_cases_merchant_id_opened_at", "cases")
    op.create_index("ix_cases_list", "cases", ["merchant_id", "floor", "state", "since", "id"])


def _extend_messages() -> None:
    op.add_column("case_messages", sa.Column("author_id", sa.Uuid(), nullable=True))
    op.add_column("case_messages", sa.Column("kind", sa.Text(), server_default="message", nullable=False))
    op.drop_index("ix_case_messages_merchant_id_case_id", "case_messages")
    op.drop_index("ix_case_messages_newest", "case_messages")
    op.create_index(
        "ix_case_messages_merchant_id_case_id_sent_at", "case_messages", ["merchant_id", "case_id", "sent_at"]
    )
    op.add_column("messages", sa.Column("case_message_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "fk_messages_merchant_id_case_message_id",
        "messages",
        "case_messages",
        ["merchant_id", "case_message_id"],
        ["merchant_id", "id"],
    )


def _make_pictures() -> None:
    op.create_table(
        "case_pictures",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.BigInteger(), nullable=False),
        sa.Column("mimetype", sa.Text(), nullable=False),
        sa.Column("width", sa.BigInteger(), nullable=False),
        sa.Column("height", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id", "message_id"],
            ["case_messages.merchant_id", "case_messages.id"],
            name="fk_case_pictures_merchant_id_message_id",
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name="pk_case_pictures"),
    )
    op.create_index("ix_case_pictures_merchant_id_message_id", "case_pictures", ["merchant_id", "message_id"])


def _make_replies() -> None:
    op.create_table(
        "canned_replies",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("changed_at", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name="fk_canned_replies_merchant_id"),
        sa.PrimaryKeyConstraint("merchant_id", "id", name="pk_canned_replies"),
    )
    op.create_index("ix_canned_replies_merchant_id_title", "canned_replies", ["merchant_id", "title"])


def _make_offers() -> None:
    op.create_table(
        "case_offers",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("adjustment_id", sa.Uuid(), nullable=True),
        sa.Column("replacement_id", sa.Uuid(), nullable=True),
        sa.Column("offered_by", sa.Uuid(), nullable=True),
        sa.Column("offered_at", _INSTANT, nullable=False),
        sa.Column("carried_out_at", _INSTANT, nullable=True),
        sa.CheckConstraint("amount_minor >= 0", name="ck_case_offers_amount"),
        *(
            sa.ForeignKeyConstraint(
                ["merchant_id", column],
                [f"{table}.merchant_id", f"{table}.id"],
                name=f"fk_case_offers_merchant_id_{column}",
            )
            for column, table in (
                ("case_id", "cases"),
                ("adjustment_id", "adjustments"),
                ("replacement_id", "orders"),
            )
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name="pk_case_offers"),
    )
    op.create_index("ix_case_offers_merchant_id_case_id", "case_offers", ["merchant_id", "case_id"])
    op.create_index(
        "ix_case_offers_waiting",
        "case_offers",
        ["merchant_id", "offered_at"],
        postgresql_where=sa.text("carried_out_at IS NULL"),
    )

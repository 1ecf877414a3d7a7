"""The words that orders are found by point at their orders, and no key checks each of them any more."""

from alembic import op

revision = "0035"
down_revision = "0030"


def upgrade() -> None:
    """Drop the key: it was asked for each of the thirty words of every order that came in."""
    op.drop_constraint("fk_order_terms_merchant_id_order_id", "order_terms", type_="foreignkey")

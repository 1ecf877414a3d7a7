"""Timelines of many orders in one statement: a chain as an aggregate; and when the stage of a run began.

Set-based SQL numbers and chains its entries itself, by the same canonical form and with the order's sums;
`doctor` measures them like all others.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0021"

_AT = """
CREATE FUNCTION timeline_digest_at(previous bytea, place bigint, entry timeline) RETURNS bytea
LANGUAGE sql IMMUTABLE AS $$
  SELECT sha256(previous || convert_to(jsonb_build_array(
    place, entry.order_id, entry.request_id, entry.event, entry.actor_kind, entry.actor_id,
    entry.from_state, entry.to_state,
    to_char(entry.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    entry.details)::text, 'UTF8'))
$$
"""
_DIGEST = """
CREATE OR REPLACE FUNCTION timeline_digest(previous bytea, entry timeline) RETURNS bytea
LANGUAGE sql IMMUTABLE AS $$ SELECT timeline_digest_at(previous, entry.seq, entry) $$
"""
_LINK = """
CREATE FUNCTION timeline_link(chain bytea, head bytea, place bigint, entry timeline) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN timeline_digest_at(coalesce(chain, head), place, entry);
END $$
"""
_AGGREGATE = """
CREATE AGGREGATE timeline_hash(head bytea, place bigint, entry timeline)
  (SFUNC = timeline_link, STYPE = bytea)
"""
_CHAIN = """
CREATE OR REPLACE FUNCTION timeline_chain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE orders SET timeline_length = timeline_length + 1,
      timeline_head = timeline_digest_at(timeline_head, timeline_length + 1, NEW)
    WHERE merchant_id = NEW.merchant_id AND id = NEW.order_id
    RETURNING timeline_length, timeline_head INTO NEW.seq, NEW.hash;
  RETURN NEW;
END $$
"""


def upgrade() -> None:
    """Make the aggregate and the column; the trigger is left to entries that come without a number."""
    op.add_column("bulk_runs", sa.Column("stage_began_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "bulk_runs",
        sa.Column("read_bytes", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
    )
    for statement in (_AT, _DIGEST, _LINK, _AGGREGATE, _CHAIN):
        op.execute(statement)
    op.execute("DROP TRIGGER chain ON timeline")
    op.execute(
        "CREATE TRIGGER chain BEFORE INSERT ON timeline FOR EACH ROW WHEN (NEW.seq = 0)"
        " EXECUTE FUNCTION timeline_chain()"
    )

"""The timeline: numbered and chained per order by the database, never changed afterwards."""

from alembic import op

revision = "0004"
down_revision = "0003"

# One canonical text per entry, so that rows written by the ORM and by set-based SQL chain alike.
_DIGEST = """
CREATE FUNCTION timeline_digest(previous bytea, entry timeline) RETURNS bytea
LANGUAGE sql IMMUTABLE AS $$
  SELECT sha256(previous || convert_to(jsonb_build_array(
    entry.seq, entry.order_id, entry.request_id, entry.event, entry.actor_kind, entry.actor_id,
    entry.from_state, entry.to_state,
    to_char(entry.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    entry.details)::text, 'UTF8'))
$$
"""

_CHAIN = """
CREATE FUNCTION timeline_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  previous bytea;
BEGIN
  SELECT timeline_length + 1, timeline_head INTO NEW.seq, previous
    FROM orders WHERE merchant_id = NEW.merchant_id AND id = NEW.order_id FOR UPDATE;
  NEW.hash := timeline_digest(previous, NEW);
  UPDATE orders SET timeline_length = NEW.seq, timeline_head = NEW.hash
    WHERE merchant_id = NEW.merchant_id AND id = NEW.order_id;
  RETURN NEW;
END $$
"""

_REFUSE = """
CREATE FUNCTION timeline_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the timeline is append-only';
END $$
"""


def upgrade() -> None:
    """Make the chain's functions and triggers, and take the rights to change entries away."""
    op.execute(_DIGEST)
    op.execute(_CHAIN)
    op.execute(_REFUSE)
    op.execute(
        "CREATE TRIGGER chain BEFORE INSERT ON timeline FOR EACH ROW EXECUTE FUNCTION timeline_chain()"
    )
    op.execute(
        "CREATE TRIGGER refuse BEFORE UPDATE OR DELETE ON timeline"
        " FOR EACH ROW EXECUTE FUNCTION timeline_refuse()"
    )
    op.execute("REVOKE UPDATE, DELETE ON timeline FROM rescind_app")

"""Day tables for Account health, counted by triggers in the transactions that change things; rate alerts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.storage.migrations.tenants import wall_off

revision = "0019"
down_revision = "0020c"

_COUNTED = ("orders", "cancellation_requests", "request_units", "line_items", "refunds", "order_days")
_DAY_TABLES = ("request_days", "refund_days", "sku_days")

# A shard that no other open transaction counts in, so that counting never waits and never ends in a ring.
# Those of the application's own counters are below 100.
_SHARD = """
CREATE FUNCTION day_shard(merchant uuid) RETURNS smallint LANGUAGE plpgsql AS $$
BEGIN
  FOR n IN 0..63 LOOP
    IF pg_try_advisory_xact_lock(hashtextextended('days ' || merchant, n)) THEN
      RETURN 100 + n;
    END IF;
  END LOOP;
  PERFORM pg_advisory_xact_lock(hashtextextended('days ' || merchant, 64));
  RETURN 164;
END $$
"""

# Each request stands in one cell of its day; whatever changes it moves it to another.
_REQUEST_CELLS = """
  INSERT INTO request_days AS d (merchant_id, day, source, requested_by, reason, state, shard, requests)
  SELECT r.merchant_id, (r.requested_at AT TIME ZONE m.time_zone)::date, r.source, r.requested_by,
      coalesce(r.reason, ''), r.state, mine, sum(r.sign)
  FROM ({rows}) r JOIN merchants m ON m.id = r.merchant_id
  GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(r.sign) <> 0
  ON CONFLICT (merchant_id, day, source, requested_by, reason, state, shard)
  DO UPDATE SET requests = d.requests + excluded.requests;
"""

# An order counts with its first accepted request: before this statement it had none.
_FIRST_ACCEPTED = """
  INSERT INTO order_days AS d (merchant_id, day, shard, orders, canceled_by_merchant, canceled)
  SELECT o.merchant_id, (o.placed_at AT TIME ZONE m.time_zone)::date, mine, 0, 0, count(*)
  FROM (SELECT r.merchant_id, r.order_id, sum(r.sign) AS requests FROM ({rows}) r
      WHERE r.state = 'accepted' GROUP BY 1, 2 HAVING sum(r.sign) > 0) a
  JOIN orders o ON o.merchant_id = a.merchant_id AND o.id = a.order_id
  JOIN merchants m ON m.id = a.merchant_id
  CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE c.state = 'accepted') AS requests
    FROM cancellation_requests c WHERE c.merchant_id = a.merchant_id AND c.order_id = a.order_id) t
  WHERE t.requests = a.requests
  GROUP BY 1, 2
  ON CONFLICT (merchant_id, day, shard) DO UPDATE SET canceled = d.canceled + excluded.canceled;
"""

_SKUS = """
  INSERT INTO sku_days AS d (merchant_id, day, sku, shard, units)
  SELECT c.merchant_id, (c.requested_at AT TIME ZONE m.time_zone)::date, l.sku, mine, sum(u.quantity)
  FROM {requests}
  JOIN line_items l ON l.merchant_id = u.merchant_id AND l.id = u.line_item_id
  JOIN merchants m ON m.id = c.merchant_id
  WHERE u.quantity > 0 AND c.state = 'accepted' AND c.reason = 'NoInventory'
  GROUP BY 1, 2, 3
  ON CONFLICT (merchant_id, day, sku, shard) DO UPDATE SET units = d.units + excluded.units;
"""
_NEWLY_ACCEPTED = """(SELECT r.merchant_id, r.id, r.requested_at, r.state, r.reason FROM ({rows}) r
    WHERE r.state = 'accepted' GROUP BY 1, 2, 3, 4, 5 HAVING sum(r.sign) > 0) c
  JOIN request_units u ON u.merchant_id = c.merchant_id AND u.request_id = c.id"""
# Looked up by its key alone: an index of states would fit as well, and lists all that were ever accepted.
_ACCEPTED_BEFORE = """new_rows u
  CROSS JOIN LATERAL (SELECT r.* FROM cancellation_requests r
    WHERE r.merchant_id = u.merchant_id AND r.id = u.request_id OFFSET 0) c"""

_REFUNDS = """
  INSERT INTO refund_days AS d (merchant_id, day, currency, shard, refunds, amount_minor)
  SELECT r.merchant_id, (r.created_at AT TIME ZONE m.time_zone)::date, r.currency, mine, sum(r.sign),
      sum(r.sign * r.amount_minor)
  FROM ({rows}) r JOIN merchants m ON m.id = r.merchant_id
  WHERE r.kind = 'refund' AND r.state <> 'failed' AND r.request_id IS NOT NULL
  GROUP BY 1, 2, 3 HAVING sum(r.sign) <> 0 OR sum(r.sign * r.amount_minor) <> 0
  ON CONFLICT (merchant_id, day, currency, shard)
  DO UPDATE SET refunds = d.refunds + excluded.refunds, amount_minor = d.amount_minor + excluded.amount_minor;
"""

_ADDED = "SELECT 1 AS sign, n.* FROM new_rows n"
_MOVED = f"{_ADDED} UNION ALL SELECT -1, o.* FROM old_rows o"

# A few new rows look up what they belong to, key by key: as long as a growing table has no statistics, the
# planner would read all of it, again with each batch.
_FUNCTION = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  mine smallint;
  whose uuid;
BEGIN
  SELECT merchant_id INTO whose FROM new_rows LIMIT 1;
  IF whose IS NULL THEN
    RETURN NULL;
  END IF;
  mine := day_shard(whose);
  {body}
  RETURN NULL;
END $$
"""

_FILL = (
    "DELETE FROM order_days",
    """INSERT INTO order_days (merchant_id, day, shard, orders, canceled_by_merchant, canceled)
    SELECT o.merchant_id, (o.placed_at AT TIME ZONE m.time_zone)::date, 0, count(*),
        count(*) FILTER (WHERE o.canceled_by_merchant), count(*) FILTER (WHERE o.canceled > 0)
    FROM orders o JOIN merchants m ON m.id = o.merchant_id GROUP BY 1, 2""",
    """INSERT INTO request_days (merchant_id, day, source, requested_by, reason, state, shard, requests)
    SELECT c.merchant_id, (c.requested_at AT TIME ZONE m.time_zone)::date, c.source, c.requested_by,
        coalesce(c.reason, ''), c.state, 0, count(*)
    FROM cancellation_requests c JOIN merchants m ON m.id = c.merchant_id GROUP BY 1, 2, 3, 4, 5, 6""",
    """INSERT INTO refund_days (merchant_id, day, currency, shard, refunds, amount_minor)
    SELECT r.merchant_id, (r.created_at AT TIME ZONE m.time_zone)::date, r.currency, 0, count(*),
        sum(r.amount_minor)
    FROM refunds r JOIN merchants m ON m.id = r.merchant_id
    WHERE r.kind = 'refund' AND r.state <> 'failed' AND r.request_id IS NOT NULL GROUP BY 1, 2, 3""",
    """INSERT INTO sku_days (merchant_id, day, sku, shard, units)
    SELECT c.merchant_id, (c.requested_at AT TIME ZONE m.time_zone)::date, l.sku, 0, sum(u.quantity)
    FROM cancellation_requests c
    JOIN request_units u ON u.merchant_id = c.merchant_id AND u.request_id = c.id
    JOIN line_items l ON l.merchant_id = u.merchant_id AND l.id = u.line_item_id
    JOIN merchants m ON m.id = c.merchant_id
    WHERE c.state = 'accepted' AND c.reason = 'NoInventory' AND u.quantity > 0 GROUP BY 1, 2, 3""",
)


def upgrade() -> None:
    """Make the day tables, fill them from what there is, and let the database keep them from then on."""
    _tables()
    _rate_alerts()
    for table in _COUNTED:
        # The owner, too, sees no row of a table whose walls are forced.
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    for statement in _FILL:
        op.execute(statement)
    for table in _COUNTED:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    for table in _DAY_TABLES:
        wall_off(table)
    op.execute(_SHARD)
    _count("requests_added", "cancellation_requests", "INSERT", _of_requests(_ADDED))
    moved = _of_requests(_MOVED) + _SKUS.format(requests=_NEWLY_ACCEPTED.format(rows=_MOVED))
    _count("requests_moved", "cancellation_requests", "UPDATE", moved)
    # The units of a request that is written down as accepted follow it.
    _count("units_added", "request_units", "INSERT", _SKUS.format(requests=_ACCEPTED_BEFORE))
    _count("refunds_added", "refunds", "INSERT", _REFUNDS.format(rows=_ADDED))
    _count("refunds_moved", "refunds", "UPDATE", _REFUNDS.format(rows=_MOVED))
    op.create_index(
        "ix_cancellation_requests_waited",
        "cancellation_requests",
        ["merchant_id", "requested_at"],
        postgresql_include=["state", "decline_reason", "decided_at", "ended_at"],
        postgresql_where=sa.text("requested_by = 'buyer' AND coalesce(decided_at, ended_at) > requested_at"),
    )


def _of_requests(rows: str) -> str:
    return _REQUEST_CELLS.format(rows=rows) + _FIRST_ACCEPTED.format(rows=rows)


def _count(name: str, table: str, change: str, body: str) -> None:
    old = "OLD TABLE AS old_rows " if change == "UPDATE" else ""
    op.execute(_FUNCTION.format(name=f"count_{name}", body=body))
    op.execute(
        f"CREATE TRIGGER count_days_{change.lower()} AFTER {change} ON {table}"
        f" REFERENCING {old}NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION count_{name}()"
    )


def _tables() -> None:
    op.add_column(
        "order_days", sa.Column("canceled", sa.BigInteger(), server_default=sa.text("0"), nullable=False)
    )
    _day_table("request_days", ["source", "requested_by", "reason", "state"], ["requests"])
    _day_table("refund_days", ["currency"], ["refunds", "amount_minor"])
    _day_table("sku_days", ["sku"], ["units"])


def _day_table(name: str, keys: list[str], counts: list[str]) -> None:
    op.create_table(
        name,
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(key, sa.Text(), nullable=False) for key in keys),
        sa.Column("shard", sa.SmallInteger(), nullable=False),
        *(sa.Column(count, sa.BigInteger(), nullable=False) for count in counts),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name=f"fk_{name}_merchant_id"),
        sa.PrimaryKeyConstraint("merchant_id", "day", *keys, "shard", name=f"pk_{name}"),
    )


def _rate_alerts() -> None:
    op.add_column(
        "merchants",
        sa.Column("alerts_on_rate", sa.Boolean(), server_default=sa.true(), nullable=False),
    )
    op.add_column(
        "merchants", sa.Column("rate_level", sa.Text(), server_default=sa.text("'calm'"), nullable=False)
    )
    op.create_table(
        "rate_alerts",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("orders", sa.BigInteger(), nullable=False),
        sa.Column("canceled_by_merchant", sa.BigInteger(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name="fk_rate_alerts_merchant_id"),
        sa.PrimaryKeyConstraint("merchant_id", "id", name="pk_rate_alerts"),
        sa.UniqueConstraint("merchant_id", "day", "level", name="uq_rate_alerts_merchant_id_day_level"),
    )
    wall_off("rate_alerts")
    op.alter_column("messages", "order_id", nullable=True)
    op.add_column("messages", sa.Column("alert_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "fk_messages_merchant_id_alert_id",
        "messages",
        "rate_alerts",
        ["merchant_id", "alert_id"],
        ["merchant_id", "id"],
    )

"""Count requests of a day apart by whether they count in the rate, so that its parts add up."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0035"

_TABLES = ("request_days", "cancellation_requests")
_CELLS = """
  INSERT INTO request_days AS d
    (merchant_id, day, source, requested_by, reason, state, counts, shard, requests)
  SELECT r.merchant_id, (r.requested_at AT TIME ZONE m.time_zone)::date, r.source, r.requested_by,
      coalesce(r.reason, ''), r.state, r.counts, mine, sum(r.sign)
  FROM ({rows}) r JOIN merchants m ON m.id = r.merchant_id
  GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(r.sign) <> 0
  ON CONFLICT (merchant_id, day, source, requested_by, reason, state, counts, shard)
  DO UPDATE SET requests = d.requests + excluded.requests;
"""
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
  FROM (SELECT r.merchant_id, r.id, r.requested_at, r.state, r.reason FROM ({rows}) r
      WHERE r.state = 'accepted' GROUP BY 1, 2, 3, 4, 5 HAVING sum(r.sign) > 0) c
  JOIN request_units u ON u.merchant_id = c.merchant_id AND u.request_id = c.id
  JOIN line_items l ON l.merchant_id = u.merchant_id AND l.id = u.line_item_id
  JOIN merchants m ON m.id = c.merchant_id
  WHERE u.quantity > 0 AND c.state = 'accepted' AND c.reason = 'NoInventory'
  GROUP BY 1, 2, 3
  ON CONFLICT (merchant_id, day, sku, shard) DO UPDATE SET units = d.units + excluded.units;
"""
_ADDED = "SELECT 1 AS sign, n.* FROM new_rows n"
_MOVED = f"{_ADDED} UNION ALL SELECT -1, o.* FROM old_rows o"
_FUNCTION = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql
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
_FILL = """
INSERT INTO request_days (merchant_id, day, source, requested_by, reason, state, counts, shard, requests)
SELECT c.merchant_id, (c.requested_at AT TIME ZONE m.time_zone)::date, c.source, c.requested_by,
    coalesce(c.reason, ''), c.state, c.counts, 0, count(*)
FROM cancellation_requests c JOIN merchants m ON m.id = c.merchant_id GROUP BY 1, 2, 3, 4, 5, 6, 7
"""
_KEYS = ("merchant_id", "day", "source", "requested_by", "reason", "state", "counts", "shard")


def upgrade() -> None:
    """Add the column to the cells' names, count anew, and let the triggers keep it."""
    op.add_column("request_days", sa.Column("counts", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.drop_constraint("pk_request_days", "request_days", type_="primary")
    op.create_primary_key("pk_request_days", "request_days", list(_KEYS))
    for table in _TABLES:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute("DELETE FROM request_days")
    op.execute(_FILL)
    for table in _TABLES:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    added, moved = (_CELLS + _FIRST_ACCEPTED).format(rows=_ADDED), _CELLS + _FIRST_ACCEPTED + _SKUS
    op.execute(_FUNCTION.format(name="count_requests_added", body=added))
    op.execute(_FUNCTION.format(name="count_requests_moved", body=moved.format(rows=_MOVED)))

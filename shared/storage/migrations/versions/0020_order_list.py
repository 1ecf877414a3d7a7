"""The list of orders: how many there are by status, what each member chose for it, and an order by amount."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.storage.migrations.tenants import wall_off

revision = "0020"
down_revision = "0022"

# A shard that no other open transaction counts in, so that counting never waits and never ends in a ring.
_SHARD = """
CREATE FUNCTION order_shard(merchant uuid) RETURNS smallint LANGUAGE plpgsql AS $$
BEGIN
  FOR n IN 0..63 LOOP
    IF pg_try_advisory_xact_lock(hashtextextended('orders ' || merchant, n)) THEN
      RETURN n;
    END IF;
  END LOOP;
  PERFORM pg_advisory_xact_lock(hashtextextended('orders ' || merchant, 64));
  RETURN 64;
END $$
"""
_COUNT = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  changed record;
BEGIN
  FOR changed IN
    SELECT k.merchant_id, k.kind, sum(k.sign) AS orders FROM (
      SELECT r.merchant_id, r.status AS kind, r.sign FROM ({rows}) r
      UNION ALL
      SELECT r.merchant_id, 'cancellation_requested', r.sign FROM ({rows}) r WHERE r.requested > 0) k
    GROUP BY 1, 2 HAVING sum(k.sign) <> 0
  LOOP
    INSERT INTO order_counts AS c (merchant_id, kind, shard, orders)
    VALUES (changed.merchant_id, changed.kind, order_shard(changed.merchant_id), changed.orders)
    ON CONFLICT (merchant_id, kind, shard) DO UPDATE SET orders = c.orders + excluded.orders;
  END LOOP;
  RETURN NULL;
END $$
"""
_CAME = "SELECT merchant_id, status, requested, 1 AS sign FROM came"
_WENT = "SELECT merchant_id, status, requested, -1 AS sign FROM went"
_CHANGES = {
    "INSERT": ("NEW TABLE AS came", _CAME),
    "UPDATE": ("OLD TABLE AS went NEW TABLE AS came", f"{_CAME} UNION ALL {_WENT}"),
    "DELETE": ("OLD TABLE AS went", _WENT),
}
_FILL = """
INSERT INTO order_counts (merchant_id, kind, shard, orders)
SELECT merchant_id, status, 0, count(*) FROM orders GROUP BY 1, 2
UNION ALL
SELECT merchant_id, 'cancellation_requested', 0, count(*) FROM orders WHERE requested > 0 GROUP BY 1
"""
# What stands behind a separator in a SKU, and the ends of a tracking number, as the application indexes them.
_TERMS = """
INSERT INTO order_terms (merchant_id, term, order_id)
SELECT DISTINCT merchant_id, term COLLATE "C", order_id FROM (
  SELECT l.merchant_id, l.order_id, substr(lower(l.sku), place) AS term
  FROM line_items l CROSS JOIN LATERAL generate_series(2, length(l.sku)) place
  WHERE substr(l.sku, place - 1, 1) ~ '[-_./ ]'
  UNION ALL
  SELECT s.merchant_id, s.order_id, term FROM shipments s
  CROSS JOIN LATERAL (
    SELECT lower(s.tracking) AS term
    UNION ALL SELECT right(lower(s.tracking), size) FROM generate_series(4, 12) size
      WHERE size < length(s.tracking)) t
  WHERE s.tracking <> '') found
WHERE term <> ''
ON CONFLICT DO NOTHING
"""


def upgrade() -> None:
    """Make the tables, fill them from what there is, and let the database count from then on."""
    op.create_table(
        "order_counts",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("shard", sa.SmallInteger(), nullable=False),
        sa.Column("orders", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name="fk_order_counts_merchant_id"),
        sa.PrimaryKeyConstraint("merchant_id", "kind", "shard", name="pk_order_counts"),
    )
    op.create_table(
        "order_views",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("hidden", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("is_dense", sa.Boolean(), nullable=False),
        sa.Column("filters", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name="fk_order_views_merchant_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_order_views_user_id"),
        sa.PrimaryKeyConstraint("merchant_id", "user_id", name="pk_order_views"),
    )
    op.create_index("ix_orders_by_amount", "orders", ["merchant_id", "currency", "total_minor", "id"])
    tables = ("orders", "line_items", "shipments", "order_terms")
    for table in tables:
        # The owner, too, sees no row of a table whose walls are forced.
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(_FILL)
    op.execute(_TERMS)
    for table in tables:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    for table in ("order_counts", "order_views"):
        wall_off(table)
    op.execute(_SHARD)
    for change, (tables_seen, rows) in _CHANGES.items():
        name = f"count_orders_{change.lower()}"
        op.execute(_COUNT.format(name=name, rows=rows))
        op.execute(
            f"CREATE TRIGGER {name} AFTER {change} ON orders REFERENCING {tables_seen}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
        )

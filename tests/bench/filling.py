"""Fill a shop with orders set by set: what the product would have written, but for the timelines' hashes."""

# ruff: noqa: E501 - the columns of a table stand in as few lines as they can

from uuid import UUID

import psycopg

# Of a hundred orders sixty are shipped, two wait for a decision, one is not paid yet; the rest is unshipped.
OPEN = range(62, 99)
_MANY = 100_000
AMAZON = "206-0000001-"
_ORDERS = """
INSERT INTO orders (merchant_id, id, source, number, external_ids, intake_digest, currency, prices_include_tax,
    placed_at, paid_at, taken_in_at, closed_at, buyer_name, buyer_email, buyer_locale, delivery, items_label,
    line_count, items_minor, discount_minor, discounts, shipping_minor, shipping_tax_minor, tax_minor, total_minor,
    authorized_minor, captured_minor, fulfilled_by_other, hold, disputed, policy, ordered, shipped, requested, timeline_length)
SELECT m.id, bench_id(0, n), 'api', CASE WHEN %(before)s::text = 'NL-' THEN 'NL-' || n ELSE %(before)s || lpad(n::text, 7, '0') END, '{}', sha256(n::text::bytea), 'USD', true,
    at, at, at, CASE WHEN n %% 100 < 60 THEN at END,
    CASE WHEN n %% 5 = 0 THEN 'Maya' ELSE 'Ana' END || ' Torres ' || n %% 9973,
    'buyer-' || n || '@example.com', 'en', '{}', units || ' × Tea kettle', 2, 9400, 0, '[]', 600, 0, 0, 10000,
    CASE WHEN n %% 100 = 99 THEN 0 ELSE 10000 END, CASE WHEN n %% 100 = 99 THEN 0 ELSE 10000 END,
    false, false, false, m.policy, units + 1,
    CASE WHEN n %% 100 < 60 THEN units + 1 ELSE 0 END, CASE WHEN n %% 100 IN (60, 61) THEN 1 ELSE 0 END,
    CASE WHEN n %% 100 < 62 THEN 2 ELSE 1 END
FROM merchants m, (SELECT n, date_trunc('second', clock_timestamp()) - n * interval '20 seconds' AS at
    FROM generate_series(1, %(orders)s) n) numbers, (SELECT %(units)s::int AS units) each
WHERE m.id = %(merchant)s
"""

_LINES = """
INSERT INTO line_items (merchant_id, id, order_id, ordinal, external_id, sku, asin, parent_sku, title, image_url,
    cancelable, price_minor, discount_minor, own_discount_minor, tax_minor, shipping_minor, ordered, shipped, requested)
SELECT o.merchant_id, bench_id(ordinal, bench_n(o.number)), o.id, ordinal,
    CASE WHEN o.number LIKE 'NL-%%' THEN '' ELSE (10000000000000 + 2 * bench_n(o.number) + ordinal)::text END,
    CASE ordinal WHEN 1 THEN 'KTL-' || bench_n(o.number) %% 500 ELSE 'CUP-1' END, '', '',
    CASE ordinal WHEN 1 THEN 'Tea kettle' ELSE 'Cup' END, '', true,
    CASE ordinal WHEN 1 THEN 6400 ELSE 3000 END, 0, 0, 0, 300, units,
    CASE WHEN o.shipped > 0 THEN units ELSE 0 END, CASE ordinal WHEN 1 THEN o.requested ELSE 0 END
FROM orders o, generate_series(1, 2) ordinal,
    LATERAL (SELECT CASE ordinal WHEN 1 THEN o.ordered - 1 ELSE 1 END AS units) each
WHERE o.merchant_id = %(merchant)s
"""

_PAYMENTS = """
INSERT INTO payments (merchant_id, id, order_id, ordinal, gateway, reference, authorized_minor, captured_minor)
SELECT merchant_id, bench_id(0, bench_n(number)), id, 1, 'manual', 'Visa 4242', authorized_minor, captured_minor
FROM orders WHERE merchant_id = %(merchant)s AND captured_minor > 0
"""

_SHIPMENTS = """
WITH sent AS (
  INSERT INTO shipments (merchant_id, id, order_id, carrier, tracking, shipped_at)
  SELECT merchant_id, id, id, '', '', placed_at FROM orders WHERE merchant_id = %(merchant)s AND shipped > 0)
INSERT INTO shipment_units (merchant_id, shipment_id, line_item_id, quantity)
SELECT merchant_id, order_id, id, shipped FROM line_items WHERE merchant_id = %(merchant)s AND shipped > 0
"""

_REQUESTS = """
WITH asked AS (
  INSERT INTO cancellation_requests (merchant_id, id, order_id, state, source, requested_by, reason, reason_words,
      policy, quote, value_minor, fee_minor, refund_minor, requested_at)
  SELECT merchant_id, id, id, 'requested', 'buyer', 'buyer', 'OrderedByMistake', 'Order created by mistake',
      policy, '{}', 3200, 0, 3200, placed_at FROM orders WHERE merchant_id = %(merchant)s AND requested > 0)
INSERT INTO request_units (merchant_id, request_id, line_item_id, asked, quantity, units)
SELECT merchant_id, order_id, id, 1, 1, '{[0,1)}' FROM line_items WHERE merchant_id = %(merchant)s AND requested > 0
"""

_TIMELINE = """
INSERT INTO timeline (merchant_id, id, order_id, request_id, seq, event, actor_kind, from_state, to_state, at, details)
SELECT merchant_id, bench_id(1, bench_n(number)), id, NULL::uuid, 1, 'order_taken_in', 'system', '', '',
    placed_at, '{}'::jsonb FROM orders WHERE merchant_id = %(merchant)s
UNION ALL
SELECT merchant_id, bench_id(2, bench_n(number)), id, CASE WHEN requested > 0 THEN id END, 2,
    CASE WHEN shipped > 0 THEN 'order_shipped' ELSE 'cancellation_requested' END, 'system', '',
    CASE WHEN shipped > 0 THEN '' ELSE 'requested' END, placed_at, '{}'::jsonb
FROM orders WHERE merchant_id = %(merchant)s AND shipped + requested > 0
"""

_TERMS = """
INSERT INTO order_terms (merchant_id, term, order_id)
SELECT DISTINCT merchant_id, term COLLATE "C", id FROM (
  SELECT merchant_id, id, right(lower(number), -start) AS term
    FROM orders, LATERAL generate_series(0, greatest(length(number) - 3, 0)) start WHERE merchant_id = %(merchant)s
  UNION ALL
  SELECT merchant_id, id, unnest(string_to_array(lower(buyer_name), ' ') || lower(buyer_name) || buyer_email)
    FROM orders WHERE merchant_id = %(merchant)s
  UNION ALL
  SELECT merchant_id, order_id, lower(sku) FROM line_items WHERE merchant_id = %(merchant)s) found
ORDER BY 2, 3
"""

_DAYS = """
INSERT INTO order_days (merchant_id, day, shard, orders, canceled_by_merchant)
SELECT merchant_id, (placed_at AT TIME ZONE 'UTC')::date, 0, count(*), 0
FROM orders WHERE merchant_id = %(merchant)s GROUP BY 1, 2
"""

_REQUEST_DAYS = """
INSERT INTO request_days (merchant_id, day, source, requested_by, reason, state, shard, requests)
SELECT merchant_id, (requested_at AT TIME ZONE 'UTC')::date, source, requested_by, reason, state, 0, count(*)
FROM cancellation_requests WHERE merchant_id = %(merchant)s GROUP BY 1, 2, 3, 4, 5, 6
"""

_COUNTS = """
INSERT INTO order_counts (merchant_id, kind, shard, orders)
SELECT merchant_id, status, 0, count(*) FROM orders WHERE merchant_id = %(merchant)s GROUP BY 1, 2
UNION ALL
SELECT merchant_id, 'cancellation_requested', 0, count(*) FROM orders
WHERE merchant_id = %(merchant)s AND requested > 0 GROUP BY 1
"""

# Ids in the order of their numbers, as ids made one after the other are: kind 0 is the order, 1 and 2 its lines.
_IDS = """
CREATE OR REPLACE FUNCTION bench_n(number text) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN number LIKE 'NL-%' THEN right(number, -3) ELSE right(number, 7) END::bigint
$$;
CREATE OR REPLACE FUNCTION bench_id(kind int, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
  SELECT ('01900000-0000-7' || lpad(to_hex(kind), 3, '0') || '-8000-' || lpad(to_hex(n), 12, '0'))::uuid
$$
"""


def order_id(number: int) -> UUID:
    """Tell the id of an order by its number."""
    return UUID(int=(0x01900000_0000_7000_8000 << 48) | number)


def fill(
    connection: psycopg.Connection, merchant_id: UUID, orders: int, *, units: int = 2, as_amazon: bool = False
) -> None:
    """Give a shop so many orders of two lines, as a superuser: checks and triggers rest meanwhile.

    With `as_amazon` numbers and items have the ids that feeds name them by, and nothing to be searched by.
    """
    given: dict[str, UUID | int | str] = {
        "merchant": merchant_id,
        "orders": orders,
        "units": units,
        "before": AMAZON if as_amazon else "NL-",
    }
    connection.execute(_IDS)
    connection.execute("SET session_replication_role = replica")
    connection.execute("SET synchronous_commit = off")
    connection.execute("SET work_mem = '512MB'")
    connection.execute("SET maintenance_work_mem = '512MB'")
    steps = (_ORDERS, _LINES, _PAYMENTS, _SHIPMENTS, _REQUESTS, _TIMELINE, _DAYS, _REQUEST_DAYS, _COUNTS)
    for step in steps:
        connection.execute(step.encode(), given)
        if orders >= _MANY:
            connection.execute("ANALYZE orders, line_items")
    if not as_amazon:
        _fill_terms(connection, given)
    connection.execute("SET session_replication_role = origin")


def _fill_terms(connection: psycopg.Connection, given: dict[str, UUID | int | str]) -> None:
    """Fill the search words; of many, the index that goes the other way is quicker made anew than kept."""
    row = connection.execute("SELECT pg_get_indexdef('ix_order_terms_order'::regclass)").fetchone()
    if row is None or int(given["orders"]) < _MANY:
        connection.execute(_TERMS.encode(), given)
        return
    connection.execute("DROP INDEX ix_order_terms_order")
    connection.execute(_TERMS.encode(), given)
    connection.execute(row[0].encode())

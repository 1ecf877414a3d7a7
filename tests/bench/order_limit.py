"""The limit of an import: what taking orders in writes, as bare set-based SQL, by the application's role."""

# ruff: noqa: E501 - the columns of a table stand in as few lines as they can

import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from uuid import UUID

import psycopg

from shared.storage import roles
from tests.bench.shop import Bench

_STEPS = (
    """
CREATE TEMP TABLE lines AS
SELECT *, row_number() OVER (PARTITION BY number ORDER BY line) AS ordinal FROM (
  SELECT line, "order-id" AS number, "order-item-id" AS item, sku, "product-name" AS title,
    "quantity-purchased"::bigint AS quantity, ("item-price"::numeric * 100)::bigint AS price,
    ("item-tax"::numeric * 100)::bigint AS tax, ("shipping-price"::numeric * 100)::bigint AS shipping,
    ("shipping-tax"::numeric * 100)::bigint AS shipping_tax, "purchase-date"::timestamptz AS placed_at,
    "payments-date"::timestamptz AS paid_at, lower("buyer-email") AS email, "buyer-name" AS name, currency,
    ARRAY["recipient-name", "ship-address-1", "ship-city", "ship-country"] AS delivery FROM given) told
""",
    """
CREATE TEMP TABLE coming AS
SELECT min(line) AS line, uuidv7() AS id, number, min(placed_at) AS placed_at, min(paid_at) AS paid_at,
  min(email) AS email, min(name) AS name, min(currency) AS currency, min(delivery) AS delivery, count(*) AS lines,
  sum(quantity) AS quantity, sum(price) AS price, sum(tax) AS tax, sum(shipping) AS shipping,
  sum(shipping_tax) AS shipping_tax, sum(price + tax + shipping + shipping_tax) AS total, min(quantity) AS units, min(title) AS title, array_agg(sku) AS skus
FROM lines GROUP BY number
""",
    "ANALYZE lines, coming",
    """
WITH entries AS MATERIALIZED (
  SELECT json_populate_record(NULL::timeline, json_build_object('merchant_id', %(merchant)s::text, 'id', uuidv7(),
    'order_id', id, 'event', 'order_taken_in', 'actor_kind', 'system', 'from_state', '', 'to_state', '', 'at', now(),
    'details', json_build_object('source', 'amazon', 'units', quantity))) AS entry FROM coming
), chained AS MATERIALIZED (
  SELECT entry, timeline_digest_at('', 1, entry) AS link FROM entries
), written AS (
  INSERT INTO orders (merchant_id, id, source, number, external_ids, intake_digest, currency, prices_include_tax, placed_at,
    paid_at, taken_in_at, buyer_name, buyer_email, buyer_locale, delivery, items_label, line_count, items_minor, discount_minor,
    discounts, shipping_minor, shipping_tax_minor, tax_minor, total_minor, authorized_minor, captured_minor,
    fulfilled_by_other, hold, disputed, policy, ordered, timeline_length, timeline_head)
  SELECT m.id, c.id, 'amazon', number, jsonb_build_object('amazon_order_id', number), sha256(number::bytea), currency, false,
    placed_at, paid_at, now(), c.name, email, 'en', delivery, units || ' × ' || title, lines, price, 0,
    '[]', shipping + shipping_tax, shipping_tax, tax + shipping_tax, total, total, total, false, false, false, m.policy, quantity, 1, link
  FROM coming c JOIN chained ON (entry).order_id = c.id JOIN merchants m ON m.id = %(merchant)s
)
INSERT INTO timeline (merchant_id, id, order_id, seq, event, actor_kind, from_state, to_state, at, details, hash)
SELECT (entry).merchant_id, (entry).id, (entry).order_id, 1, (entry).event, (entry).actor_kind, (entry).from_state,
  (entry).to_state, (entry).at, (entry).details, link FROM chained
""",
    """
INSERT INTO line_items (merchant_id, id, order_id, ordinal, external_id, sku, asin, parent_sku, title, image_url,
  cancelable, price_minor, discount_minor, own_discount_minor, tax_minor, shipping_minor, ordered)
SELECT %(merchant)s, uuidv7(), c.id, ordinal, item, sku, '', '', l.title, '', true, l.price, 0, 0, l.tax, l.shipping + l.shipping_tax,
  l.quantity FROM lines l JOIN coming c USING (number)
""",
    """
INSERT INTO payments (merchant_id, id, order_id, ordinal, gateway, reference, authorized_minor, captured_minor)
SELECT %(merchant)s, uuidv7(), id, 1, 'manual', number, total, total FROM coming
""",
    """
INSERT INTO order_terms (merchant_id, term, order_id)
SELECT %(merchant)s, term COLLATE "C", id FROM coming, LATERAL (
  SELECT right(lower(number), -start) AS term FROM generate_series(0, length(number) - 1) start
  UNION SELECT unnest(string_to_array(lower(name), ' ') || lower(name) || email)
  UNION SELECT unnest(ARRAY[lower(sku), split_part(lower(sku), '-', 2)]) FROM unnest(skus) AS sku) found
""",
    """
INSERT INTO doors (kind, sha256, merchant_id, row_id)
SELECT 'order_number', sha256(lower(number)::bytea), %(merchant)s, id FROM coming
""",
    """
INSERT INTO order_days (merchant_id, day, shard, orders, canceled_by_merchant)
SELECT %(merchant)s, (placed_at AT TIME ZONE 'UTC')::date, 1, count(*), 0 FROM coming GROUP BY 2
""",
)


def take_in_all(bench: Bench, merchant_id: UUID, columns: Sequence[str], files: Iterable[Path]) -> float:
    """Copy the files of a report in and write their orders, in one transaction; tell the seconds it took.

    Tenants, keys, checks and timelines hold as they do for the product.
    """
    named = ", ".join(f'"{name}" text' for name in columns)
    given = ", ".join(f'"{name}"' for name in columns)
    began = time.monotonic()
    with psycopg.connect(
        host=str(bench.server.socket_dir), user=roles.APP, dbname=bench.database
    ) as connection:
        connection.execute("SELECT set_config('app.merchant', %s, true)", [str(merchant_id)])
        connection.execute(
            f"CREATE TEMP TABLE given (line bigint GENERATED ALWAYS AS IDENTITY, {named})".encode()
        )
        for path in files:
            with (
                connection.cursor() as cursor,
                cursor.copy(f"COPY given ({given}) FROM STDIN (HEADER)".encode()) as copy,
                path.open("rb") as file,
            ):
                while chunk := file.read(1 << 20):
                    copy.write(chunk.replace(b"\r\n", b"\n"))
        for step in _STEPS:
            connection.execute(step.encode(), {"merchant": merchant_id})
    return time.monotonic() - began

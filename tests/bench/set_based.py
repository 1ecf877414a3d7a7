"""The limit of bulk work: what canceling whole orders writes, as bare set-based SQL, by the application's role."""

# ruff: noqa: E501 - the columns of a table stand in as few lines as they can

import time
from collections.abc import Iterable
from uuid import UUID

import psycopg

from shared.domain.ids import new_id
from shared.storage import roles
from tests.bench.shop import Bench

_COPIED = "CREATE TEMP TABLE given (line bigint GENERATED ALWAYS AS IDENTITY, order_ref text, reason text, item_ref text)"
_COPY = "COPY given (order_ref, reason, item_ref) FROM STDIN"
_RUN = """
INSERT INTO bulk_runs (merchant_id, id, kind, feed_type, title, state, dry_run, memo, message, actor_kind, locale, created_at)
VALUES (%(merchant)s, %(run)s, 'feed', 'order_cancellation', 'limit', 'done', false, '', '', 'feed', 'en', now())
"""
_GOING = """
CREATE TEMP TABLE going AS
SELECT o.*, gen_random_uuid() AS request_id FROM orders o
JOIN (SELECT DISTINCT order_ref FROM given) g ON g.order_ref = o.number WHERE o.merchant_id = %(merchant)s
"""
_ROWS = """
INSERT INTO bulk_rows (merchant_id, run_id, row_number, record, message_id, action, order_ref, item_ref, own_order_ref,
    own_item_ref, reason, only_unshipped, amounts, problems, order_id, line_item_id, group_no, verdict, code, request_id, units, refund_minor)
SELECT g.merchant_id, %(run)s, line, line, '', 'cancel', order_ref, item_ref, '', '', 'NoInventory', false, '[]', '[]',
    g.id, l.id, dense_rank() OVER (ORDER BY g.id), 'done', '', g.request_id, coalesce(l.ordered, g.ordered), g.total_minor
FROM given JOIN going g ON g.number = order_ref
LEFT JOIN line_items l ON l.merchant_id = g.merchant_id AND l.order_id = g.id AND l.external_id = item_ref AND item_ref <> ''
"""
_STEPS = (
    """
INSERT INTO cancellation_requests (merchant_id, id, order_id, state, source, requested_by, reason, reason_words, nonce, policy,
    quote, value_minor, fee_minor, refund_minor, requested_at, decided_at, executes_at, ended_at)
SELECT merchant_id, request_id, id, 'accepted', 'feed', 'merchant', 'NoInventory', 'No inventory', 'run:' || %(run)s || ':' || number, policy,
    jsonb_build_object('hash', encode(sha256(number::bytea), 'hex'), 'value_minor', total_minor, 'shipping_minor', shipping_minor,
        'refund_minor', total_minor, 'kept', '[]'::jsonb, 'most_minor', NULL),
    total_minor, 0, total_minor, now(), now(), now(), now() FROM going
""",
    """
INSERT INTO request_units (merchant_id, request_id, line_item_id, asked, quantity, units)
SELECT l.merchant_id, g.request_id, l.id, l.ordered, l.ordered, int4multirange(int4range(0, l.ordered::int))
FROM going g JOIN line_items l ON l.merchant_id = g.merchant_id AND l.order_id = g.id
""",
    """
INSERT INTO refunds (merchant_id, id, order_id, request_id, payment_id, kind, gateway, amount_minor, currency, state, created_at)
SELECT g.merchant_id, gen_random_uuid(), g.id, g.request_id, p.id, 'refund', p.gateway, p.captured_minor, g.currency, 'manual', now()
FROM going g JOIN payments p ON p.merchant_id = g.merchant_id AND p.order_id = g.id
""",
    """
UPDATE line_items l SET canceled = l.ordered FROM going g WHERE l.merchant_id = g.merchant_id AND l.order_id = g.id
""",
    """
UPDATE payments p SET refunded_minor = p.captured_minor FROM going g WHERE p.merchant_id = g.merchant_id AND p.order_id = g.id
""",
    """
WITH entries AS MATERIALIZED (
  SELECT g.*, gen_random_uuid() AS entry_id, event, place
  FROM going g, (VALUES (1, 'cancellation_requested'), (2, 'cancellation_accepted')) e(place, event)
), rows AS MATERIALIZED (
  SELECT json_populate_record(NULL::timeline, json_build_object('merchant_id', merchant_id, 'id', entry_id, 'order_id', id,
      'request_id', request_id, 'event', event, 'actor_kind', 'feed', 'from_state', '', 'to_state', 'accepted', 'at', now(),
      'details', json_build_object('units', ordered, 'refund_minor', total_minor, 'kept', '[]'::json))) AS entry,
    timeline_length + place AS seq, timeline_head
  FROM entries
), chained AS MATERIALIZED (
  SELECT entry, seq, timeline_hash(timeline_head, seq, entry) OVER (PARTITION BY (entry).order_id ORDER BY seq) AS link FROM rows
), written AS (
  INSERT INTO timeline (merchant_id, id, order_id, request_id, seq, event, actor_kind, from_state, to_state, at, details, hash)
  SELECT (entry).merchant_id, (entry).id, (entry).order_id, (entry).request_id, seq, (entry).event, (entry).actor_kind,
    (entry).from_state, (entry).to_state, (entry).at, (entry).details, link FROM chained
)
UPDATE orders o SET timeline_length = c.seq, timeline_head = c.link, canceled = o.ordered, canceled_minor = o.total_minor,
  refunded_minor = o.total_minor, canceled_by_merchant = true, version = version + 1, closed_at = now()
FROM (SELECT DISTINCT ON ((entry).order_id) (entry).order_id, seq, link FROM chained ORDER BY 1, 2 DESC) c
WHERE o.merchant_id = %(merchant)s AND o.id = c.order_id
""",
    """
INSERT INTO messages (merchant_id, id, order_id, request_id, event, recipient, locale, state, created_at)
SELECT merchant_id, gen_random_uuid(), id, request_id, 'cancellation_accepted', buyer_email, buyer_locale, 'ready', now() FROM going
""",
    """
INSERT INTO effects (merchant_id, id, kind, dedup_key, subject_id, payload, state, attempt, due_at, created_at)
SELECT m.merchant_id, gen_random_uuid(), 'send_mail', 'mail:' || m.id, m.id, '{}', 'ready', 0, now(), now()
FROM messages m JOIN going g ON m.merchant_id = g.merchant_id AND m.order_id = g.id AND m.request_id = g.request_id
""",
    """
SELECT procrastinate_defer_jobs_v1(array_agg(ROW('mail', 'perform_each', 0, NULL, NULL, args, NULL)::procrastinate_job_to_defer_v1))
FROM (SELECT jsonb_build_object('merchant_id', merchant_id, 'effect_ids', jsonb_agg(request_id)) AS args
      FROM (SELECT merchant_id, request_id, row_number() OVER () / 20 AS job FROM going) g GROUP BY merchant_id, job) jobs
""",
    """
INSERT INTO order_days (merchant_id, day, shard, orders, canceled_by_merchant)
SELECT merchant_id, (placed_at AT TIME ZONE 'UTC')::date, 1, 0, count(*) FROM going GROUP BY 1, 2
""",
)


def cancel_all(bench: Bench, merchant_id: UUID, rows: Iterable[tuple[str, str, str]]) -> float:
    """Copy the rows of a file in, cancel the orders they name, in one transaction; tell the seconds it took.

    Tenants, keys, checks and timelines hold as they do for the product.
    """
    given = {"merchant": merchant_id, "run": new_id()}
    began = time.monotonic()
    with psycopg.connect(
        host=str(bench.server.socket_dir), user=roles.APP, dbname=bench.database
    ) as connection:
        connection.execute("SELECT set_config('app.merchant', %s, true)", [str(merchant_id)])
        connection.execute(_COPIED)
        with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
            for row in rows:
                copy.write_row(row)
        connection.execute(_GOING, given)
        connection.execute("ANALYZE given, going")
        for step in (_RUN, _ROWS, *_STEPS):
            connection.execute(step.encode(), given)
    return time.monotonic() - began

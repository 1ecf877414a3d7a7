"""The SQL that cancels orders of a batch wholly: one statement, of parts that previews and runs share.

An order is *whole* here when nothing has happened to it and all of it is asked: units and money then follow
from its own rows. Whatever is unusual leaves it to the code that judges order by order; a property test holds
the two against each other, column by column.
"""

# ruff: noqa: S608 - the statements are put together from the constants of this module alone

# A batch of orders with hundreds of lines each would not come to its end in a statement's time.
_MOST_LINES = 50
_OF_BATCH = """r.merchant_id = :merchant AND r.run_id = :run AND r.group_no > :after AND r.group_no <= :end
    AND r.verdict = ''"""
# Locked in the order of their ids, like everywhere. Orders are looked up key by key, here and below: while
# nothing is known of a run's rows, the planner may hold all of a merchant's orders against them.
_POLICIES = f"""
SELECT DISTINCT policy FROM (
  SELECT o.policy FROM (SELECT DISTINCT r.order_id FROM bulk_rows r WHERE {_OF_BATCH} ORDER BY r.order_id) b
  CROSS JOIN LATERAL (SELECT o.policy FROM orders o
    WHERE o.merchant_id = :merchant AND o.id = b.order_id OFFSET 0 {{lock}}) o) every
"""
# What the batch may put back on the shelf, of orders that go either way.
SKUS = f"""
SELECT DISTINCT l.sku FROM (
  SELECT DISTINCT r.order_id FROM bulk_rows r WHERE {_OF_BATCH} AND r.action = 'cancel'
    AND coalesce(nullif(r.reason, ''), CAST(:reason AS text), 'GeneralAdjustment')
      = ANY (CAST(:restocking AS text[]))) o
CROSS JOIN LATERAL (SELECT l.sku FROM line_items l WHERE l.merchant_id = :merchant AND l.order_id = o.order_id
  OFFSET 0) l
"""
_GIVEN = """
given AS MATERIALIZED (
  SELECT CAST(:now AS timestamptz) AS now, CAST(CAST(:policies AS text[]) AS jsonb[]) AS policies,
    CAST(:policy_texts AS text[]) AS policy_texts, CAST(:reasons AS text[]) AS reasons,
    CAST(:words AS text[]) AS words, CAST(:counts AS boolean[]) AS counts,
    CAST(:restocks AS boolean[]) AS restocks, CAST(:zone AS text) AS zone
)"""
# All rows of an order together: what they ask, and that nothing else stands in their records.
_ASKED = f"""
asked AS MATERIALIZED (
  SELECT order_id, min(row_number) AS first_row, min(meant) AS reason, count(*) AS rows,
    count(line_item_id) AS named, array_agg(row_number) AS row_numbers, array_agg(line_item_id) AS row_lines,
    array_agg(quantity) AS quantities, array_agg(problems <> '[]') AS warned
  FROM (
    SELECT r.order_id, r.row_number, r.line_item_id, r.quantity, r.problems, r.action,
      coalesce(r.reason, '') COLLATE "C" AS meant,
      count(*) OVER (PARTITION BY r.record) AS of_record,
      count(*) OVER (PARTITION BY r.record, r.order_id) AS of_both
    FROM bulk_rows r WHERE {_OF_BATCH}) r
  GROUP BY order_id
  HAVING bool_and(action = 'cancel' AND of_record = of_both) AND min(meant) = max(meant)
)"""
# An order that nothing has happened to, of which all is asked: the one place that says so. Shipping goes back
# with the last unit or with each, or is kept; what was charged goes back to all payments, or to the only one.
_WHOLE = f"""
whole AS MATERIALIZED (
  SELECT o.id AS order_id, o.currency, o.buyer_email, o.buyer_locale, o.timeline_length, o.timeline_head,
    o.version, o.shipping_minor AS order_shipping_minor, (o.placed_at AT TIME ZONE g.zone)::date AS placed_on,
    a.first_row, a.row_numbers, a.row_lines, a.warned, r.place AS reason, d.place AS policy,
    l.ids, l.ordered, l.skus, l.described, p.ids AS payments, p.gateways, p.captured, p.idle,
    o.ordered AS units, m.value_minor, m.shipping_minor, c.refund_minor,
    m.value_minor - c.refund_minor AS released_minor, m.kept_minor
  FROM asked a CROSS JOIN given g
  CROSS JOIN LATERAL (SELECT o.* FROM orders o
    WHERE o.merchant_id = :merchant AND o.id = a.order_id OFFSET 0) o
  CROSS JOIN LATERAL (SELECT array_position(g.reasons,
    coalesce(nullif(a.reason, ''), CAST(:reason AS text), 'GeneralAdjustment')) AS place) r
  CROSS JOIN LATERAL (SELECT array_position(g.policies, o.policy) AS place,
    coalesce(o.policy ->> 'shipping', 'last_unit') AS shipping) d
  CROSS JOIN LATERAL (
    SELECT array_agg(l.id ORDER BY l.ordinal) AS ids, array_agg(l.ordered ORDER BY l.ordinal) AS ordered,
      array_agg(l.sku ORDER BY l.ordinal) AS skus, count(*) AS lines, sum(l.ordered) AS units,
      sum(l.price_minor - l.discount_minor
        + CASE WHEN o.prices_include_tax THEN 0 ELSE l.tax_minor END)::bigint AS value_minor,
      sum(l.shipping_minor)::bigint AS shipping_minor,
      string_agg(format('["%s", %s, %s, %s, %s, %s]', l.id, l.ordered, l.price_minor, l.discount_minor,
        l.tax_minor, l.shipping_minor), ', ' ORDER BY l.ordinal) AS described,
      bool_and(l.shipped = 0 AND l.canceled = 0 AND l.requested = 0 AND l.parent_sku = '') AS untouched,
      bool_and(a.named = 0 OR coalesce(l.ordered
        = coalesce(a.quantities[array_position(a.row_lines, l.id)], l.ordered)
        AND l.id = ANY (a.row_lines), false)) AS asked
    FROM line_items l WHERE l.merchant_id = :merchant AND l.order_id = o.id) l
  CROSS JOIN LATERAL (
    SELECT array_agg(p.id) AS ids, array_agg(p.gateway) AS gateways, array_agg(p.captured_minor) AS captured,
      array_agg(CASE WHEN p.captured_minor = 0 THEN p.authorized_minor ELSE 0 END) AS idle,
      coalesce(sum(p.captured_minor), 0)::bigint AS captured_minor,
      coalesce(sum(p.authorized_minor) FILTER (WHERE p.captured_minor = 0), 0) AS idle_minor,
      count(*) FILTER (WHERE p.captured_minor > 0) AS charged,
      coalesce(bool_and(p.refunded_minor = 0 AND p.released_minor = 0), true) AS untouched
    FROM payments p WHERE p.merchant_id = :merchant AND p.order_id = o.id) p
  CROSS JOIN LATERAL (SELECT l.value_minor + s.minor AS value_minor, s.minor AS shipping_minor,
      CASE d.shipping WHEN 'never' THEN o.shipping_minor ELSE 0 END AS kept_minor
    FROM (SELECT CASE d.shipping WHEN 'never' THEN 0 WHEN 'pro_rata' THEN l.shipping_minor
      ELSE o.shipping_minor END AS minor) s) m
  CROSS JOIN LATERAL (SELECT
    greatest(0, least(m.value_minor, p.captured_minor - o.total_minor + m.value_minor)) AS refund_minor) c
  WHERE o.shipped = 0 AND o.canceled = 0 AND o.requested = 0
    AND o.canceled_minor = 0 AND o.repriced_minor = 0 AND o.fees_minor = 0 AND o.withheld_minor = 0
    AND o.adjusted_minor = 0 AND o.released_minor = 0 AND o.refunded_minor = 0 AND o.refunds_failed = 0
    AND o.priced AND NOT o.fulfilled_by_other AND NOT o.in_fulfillment AND NOT o.hold AND NOT o.disputed
    AND NOT o.canceled_by_merchant
    AND coalesce(o.policy -> 'warehouse', 'null') = 'null' AND d.place IS NOT NULL AND r.place IS NOT NULL
    AND l.untouched AND l.units = o.ordered AND p.untouched AND l.asked AND l.lines <= {_MOST_LINES}
    AND ((a.rows = 1 AND a.named = 0 AND a.quantities[1] IS NULL) OR (a.named = a.rows AND a.rows = l.lines))
    AND m.value_minor >= 0
    AND (c.refund_minor IN (0, p.captured_minor) OR p.charged = 1)
    AND (p.idle_minor = 0 OR o.total_minor - m.value_minor <= p.captured_minor - c.refund_minor)
)"""
# The rows of these orders; one refund may answer several rows, and stands on the first of them. What each row
# is told is one document, since there is no bad way to join a single one.
_DEALT = """
told AS MATERIALIZED (
  SELECT jsonb_object_agg(d.number, jsonb_build_array(
    CASE WHEN d.line IS NULL THEN w.units ELSE w.ordered[array_position(w.ids, d.line)] END,
    CASE WHEN d.number = w.first_row THEN w.refund_minor ELSE 0 END, {request_id})) AS rows
  FROM {source} w CROSS JOIN LATERAL unnest(w.row_numbers, w.row_lines) AS d(number, line)
), dealt AS (
  UPDATE bulk_rows r SET verdict = CASE r.problems WHEN '[]' THEN 'done' ELSE 'warning' END, detail = '',
    adjustment_id = NULL, units = (t.rows -> r.row_number::text ->> 0)::bigint,
    refund_minor = (t.rows -> r.row_number::text ->> 1)::bigint,
    request_id = (t.rows -> r.row_number::text ->> 2)::uuid
  FROM told t WHERE {rows} AND jsonb_exists(t.rows, r.row_number::text)
)"""
_SUMS = """
SELECT count(*) AS orders, coalesce(sum(w.units), 0)::bigint AS units,
  coalesce(sum(cardinality(array_positions(w.warned, false))), 0) AS done,
  coalesce(sum(cardinality(array_positions(w.warned, true))), 0) AS warnings,
  count(*) FILTER (WHERE w.refund_minor > 0) AS orders_refunded,
  count(*) FILTER (WHERE w.released_minor > 0) AS orders_released,
  count(*) FILTER (WHERE g.counts[w.reason]
    AND w.placed_on > (g.now AT TIME ZONE g.zone)::date - CAST(:rate_days AS int)) AS counting,
  (SELECT coalesce(jsonb_object_agg(currency, minor), '{{}}') FROM (
    SELECT currency, sum(refund_minor) AS minor FROM whole WHERE refund_minor > 0 GROUP BY 1) r) AS refunded,
  (SELECT coalesce(jsonb_object_agg(currency, minor), '{{}}') FROM (
    SELECT currency, sum(released_minor) AS minor FROM whole WHERE released_minor > 0 GROUP BY 1) r)
    AS released,
  {more}
FROM whole w CROSS JOIN given g
"""
_NO_MORE = """
  '{}'::jsonb AS counted, NULL::uuid AS first_counted, '{}'::jsonb AS put_back, '[]'::jsonb AS mails,
  '[]'::jsonb AS sendings"""
# Everything that is made for an order once: its request's id, the quote's hash, what people said.
_GOING = """
going AS MATERIALIZED (
  SELECT w.*, time_ordered_id() AS request_id, q.kept,
    encode(sha256(convert_to(concat('{"lines": [', w.described, '], "order": "', w.order_id, '", "policy": ',
      g.policy_texts[w.policy], ', "shipping": ', w.order_shipping_minor, ', "version": ', w.version, '}'),
      'UTF8')), 'hex') AS hash,
    CASE WHEN :memo <> '' THEN uuid_send(gen_random_uuid()) END AS memo_salt,
    CASE WHEN :message <> '' THEN uuid_send(gen_random_uuid()) END AS message_salt
  FROM whole w CROSS JOIN given g
  CROSS JOIN LATERAL (SELECT CASE WHEN w.kept_minor = 0 THEN '[]'::jsonb ELSE jsonb_build_array(
    jsonb_build_object('amount_minor', w.kept_minor, 'why', 'shipping_never')) END AS kept) q
)"""
_REQUESTS = """
requests AS (
  INSERT INTO cancellation_requests (merchant_id, id, order_id, state, source, actor_id, requested_by, reason,
    reason_words, reason_locale, nonce, policy, quote, value_minor, fee_minor, withheld_minor, refund_minor,
    requested_at, decided_at, executes_at, ended_at, warehouse, amount, counts, restocks)
  SELECT :merchant, w.request_id, w.order_id, 'accepted', :actor_kind, :actor_id, 'merchant',
    g.reasons[w.reason], g.words[w.reason], :locale, concat('run:', CAST(:run AS uuid), ':', w.first_row),
    g.policies[w.policy],
    jsonb_build_object('hash', w.hash, 'value_minor', w.value_minor, 'shipping_minor', w.shipping_minor,
      'refund_minor', w.refund_minor, 'kept', w.kept, 'most_minor', NULL),
    w.value_minor, 0, 0, w.refund_minor, g.now, g.now, g.now, g.now, '', 'known', g.counts[w.reason],
    g.restocks[w.reason]
  FROM going w CROSS JOIN given g
), claimed AS (
  INSERT INTO request_units (merchant_id, request_id, line_item_id, asked, quantity, units)
  SELECT :merchant, w.request_id, l.id, l.ordered, l.ordered,
    int4multirange(int4range(0, l.ordered::int))
  FROM going w CROSS JOIN LATERAL unnest(w.ids, w.ordered) AS l(id, ordered)
), texts AS (
  INSERT INTO personal_texts (merchant_id, id, order_id, subject_id, kind, salt, body)
  SELECT :merchant, time_ordered_id(), w.order_id, w.request_id, t.kind, t.salt, t.body
  FROM going w CROSS JOIN LATERAL (VALUES ('memo', w.memo_salt, CAST(:memo AS text)),
    ('message', w.message_salt, CAST(:message AS text))) AS t(kind, salt, body)
  WHERE t.salt IS NOT NULL
), refunded AS (
  INSERT INTO refunds (merchant_id, id, order_id, request_id, payment_id, kind, gateway, amount_minor,
    currency, state, created_at)
  SELECT :merchant, time_ordered_id(), w.order_id, w.request_id, p.id, k.kind, p.gateway, k.minor, w.currency,
    CASE WHEN p.gateway = ANY (CAST(:connected AS text[])) THEN 'pending' ELSE 'manual' END, g.now
  FROM going w CROSS JOIN given g CROSS JOIN LATERAL unnest(w.payments, w.gateways, w.captured, w.idle)
    AS p(id, gateway, captured, idle)
  CROSS JOIN LATERAL (VALUES ('refund', least(p.captured, w.refund_minor)), ('void', p.idle))
    AS k(kind, minor)
  WHERE k.minor > 0
  RETURNING id, state
), moved AS (
  INSERT INTO stock_movements (merchant_id, id, request_id, line_item_id, sku, quantity, moved_at)
  SELECT :merchant, time_ordered_id(), w.request_id, l.id, l.sku, l.ordered, g.now
  FROM going w CROSS JOIN given g CROSS JOIN LATERAL unnest(w.ids, w.skus, w.ordered) AS l(id, sku, ordered)
  WHERE g.restocks[w.reason]
  RETURNING sku, quantity
)"""
# A limit that nobody knows beforehand: an order is taken for one of few lines then, which to look up by their
# keys costs less than to go through those of a merchant, for every order again.
_FEW = "LIMIT (SELECT 1000000)"
_CHANGES = f"""
lines AS (
  UPDATE line_items l SET canceled = d.ordered
  FROM going w CROSS JOIN LATERAL (SELECT * FROM unnest(w.ids, w.ordered) AS d(id, ordered) {_FEW}) d
  WHERE l.merchant_id = :merchant AND l.id = d.id
), paid AS (
  UPDATE payments p SET refunded_minor = least(d.captured, w.refund_minor), released_minor = d.idle
  FROM going w CROSS JOIN LATERAL (
    SELECT * FROM unnest(w.payments, w.captured, w.idle) AS d(id, captured, idle) {_FEW}) d
  WHERE p.merchant_id = :merchant AND p.id = d.id AND (least(d.captured, w.refund_minor) > 0 OR d.idle > 0)
)"""
# Each entry is hashed over the one before it; steps of their own keep it from being hashed again for that.
_ENTRIES = """
asking AS MATERIALIZED (
  SELECT w.*, t.details, timeline_digest_of(w.timeline_head, w.timeline_length + 1, w.order_id, w.request_id,
    'cancellation_requested', :actor_kind, :actor_id, '', 'accepting', g.now, t.details) AS link
  FROM going w CROSS JOIN given g CROSS JOIN LATERAL (SELECT jsonb_build_object(
    'reason', g.reasons[w.reason], 'comments', '',
    'memo', coalesce(encode(sha256(w.memo_salt || convert_to(:memo, 'UTF8')), 'hex'), ''),
    'message', coalesce(encode(sha256(w.message_salt || convert_to(:message, 'UTF8')), 'hex'), '')) AS details
    OFFSET 0) t
), restocking AS MATERIALIZED (
  SELECT w.*, jsonb_build_object('units', w.units) AS moved, g.restocks[w.reason] AS restocks,
    CASE WHEN g.restocks[w.reason] THEN timeline_digest_of(w.link, w.timeline_length + 2, w.order_id,
      w.request_id, 'restocked', 'system', NULL, '', '', g.now, jsonb_build_object('units', w.units)) END
      AS restocked_link
  FROM asking w CROSS JOIN given g
), chained AS MATERIALIZED (
  SELECT w.*, n.place AS last_place, n.outcome,
    timeline_digest_of(coalesce(w.restocked_link, w.link), n.place, w.order_id, w.request_id,
      'cancellation_accepted', 'system', NULL, 'accepting', 'accepted', g.now, n.outcome) AS last_link
  FROM restocking w CROSS JOIN given g CROSS JOIN LATERAL (SELECT
    w.timeline_length + CASE WHEN w.restocks THEN 3 ELSE 2 END AS place,
    jsonb_build_object('units', w.units, 'refund_minor', w.refund_minor, 'kept', w.kept) AS outcome
    OFFSET 0) n
), written AS (
  INSERT INTO timeline (merchant_id, id, order_id, request_id, seq, event, actor_kind, actor_id, from_state,
    to_state, at, details, hash)
  SELECT :merchant, time_ordered_id(), w.order_id, w.request_id, e.place, e.event, e.actor_kind, e.actor_id,
    e.from_state, e.to_state, g.now, e.details, e.link
  FROM chained w CROSS JOIN given g CROSS JOIN LATERAL (VALUES
    (w.timeline_length + 1, 'cancellation_requested', :actor_kind, CAST(:actor_id AS uuid), '', 'accepting',
      w.details, w.link),
    (w.timeline_length + 2, 'restocked', 'system', NULL, '', '', w.moved, w.restocked_link),
    (w.last_place, 'cancellation_accepted', 'system', NULL, 'accepting', 'accepted', w.outcome, w.last_link)
  ) AS e(place, event, actor_kind, actor_id, from_state, to_state, details, link)
  WHERE e.link IS NOT NULL
), orders_changed AS (
  UPDATE orders o SET timeline_length = w.last_place, timeline_head = w.last_link, canceled = o.ordered,
    canceled_minor = w.value_minor, refunded_minor = w.refund_minor,
    released_minor = (SELECT coalesce(sum(idle), 0) FROM unnest(w.idle) idle),
    canceled_by_merchant = g.counts[w.reason], version = o.version + 1,
    closed_at = coalesce(o.closed_at, g.now)
  FROM chained w CROSS JOIN given g WHERE o.merchant_id = :merchant AND o.id = w.order_id
)"""
_EFFECTS = """
mails AS (
  INSERT INTO messages (merchant_id, id, order_id, request_id, event, recipient, locale, state, created_at)
  SELECT :merchant, time_ordered_id(), w.order_id, w.request_id, 'cancellation_accepted', w.buyer_email,
    w.buyer_locale, 'ready', g.now
  FROM going w CROSS JOIN given g WHERE :mails AND w.buyer_email <> ''
  RETURNING id
), effects_noted AS (
  INSERT INTO effects (merchant_id, id, kind, dedup_key, subject_id, payload, state, attempt, due_at,
    created_at)
  SELECT :merchant, time_ordered_id(), e.kind, concat(e.name, ':', e.id), e.id, '{}', 'ready', 0, g.now, g.now
  FROM (SELECT 'send_mail' AS kind, 'mail' AS name, id FROM mails
    UNION ALL SELECT 'send_refund', 'refund', id FROM refunded WHERE state = 'pending') e CROSS JOIN given g
  RETURNING id, kind
)"""
_MORE = """
  (SELECT coalesce(jsonb_object_agg(placed_on, orders), '{}') FROM (SELECT w.placed_on, count(*) AS orders
    FROM whole w CROSS JOIN given g WHERE g.counts[w.reason] GROUP BY 1) d) AS counted,
  (SELECT w.order_id FROM whole w CROSS JOIN given g WHERE g.counts[w.reason] LIMIT 1) AS first_counted,
  (SELECT coalesce(jsonb_object_agg(sku, units), '{}') FROM (SELECT sku, sum(quantity) AS units
    FROM moved GROUP BY 1) s) AS put_back,
  (SELECT coalesce(jsonb_agg(id), '[]') FROM effects_noted WHERE kind = 'send_mail') AS mails,
  (SELECT coalesce(jsonb_agg(id), '[]') FROM effects_noted WHERE kind = 'send_refund') AS sendings
"""
_JUDGED = (_GIVEN, _ASKED, _WHOLE)
_PREVIEWED = (*_JUDGED, _DEALT.format(source="whole", rows=_OF_BATCH, request_id="NULL::uuid"))
_CARRIED_OUT = (
    *_JUDGED,
    *(_GOING, _REQUESTS, _CHANGES, _ENTRIES, _EFFECTS),
    _DEALT.format(source="going", rows=_OF_BATCH, request_id="w.request_id"),
)
PREVIEW = f"WITH {','.join(_PREVIEWED)} {_SUMS.format(more=_NO_MORE)}"
CARRY_OUT = f"WITH {','.join(_CARRIED_OUT)} {_SUMS.format(more=_MORE)}"
READ_POLICIES, LOCK_AND_READ_POLICIES = _POLICIES.format(lock=""), _POLICIES.format(lock="FOR UPDATE")

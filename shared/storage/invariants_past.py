"""The invariants of what is on record: outcomes, e-mails, timelines, statuses, counters, effects."""

# ruff: noqa: S608 - the queries are put together from the constants of this module alone

from shared.storage.day_counts import ORDER_DAYS, REFUND_DAYS, REQUEST_DAYS, SKU_DAYS

_TERMINAL = "('accepted', 'declined', 'withdrawn')"
_OUTCOMES = """('cancellation_accepted', 'cancellation_declined', 'cancellation_reinstated',
            'cancellation_withdrawn')"""
# A decision that is taken back before it is carried out ends the request as declined.
_FITTING = "replace(event, 'reinstated', 'declined') = 'cancellation_' || c.state"
# An order that came in with a past was canceled elsewhere: nobody is mailed about it.
_ELSEWHERE = "(c.source = 'system' AND c.decided_at = c.requested_at)"
# The first 48 bits of an id are the milliseconds in which it was made, by the real clock.
_MADE_AT = "to_timestamp(('x' || substr(replace(id::text, '-', ''), 1, 12))::bit(48)::bigint / 1000.0)"

PAST = {
    "requests_end_once": f"""
        SELECT c.id, format('state %s, ended at %s, %s outcomes on record', c.state, c.ended_at, t.outcomes)
        FROM cancellation_requests c
        CROSS JOIN LATERAL (SELECT count(*) AS outcomes,
            count(*) FILTER (WHERE {_FITTING}) AS fitting FROM timeline
          WHERE merchant_id = c.merchant_id AND request_id = c.id AND event IN {_OUTCOMES}) t
        WHERE c.merchant_id = :merchant AND CASE WHEN c.state IN {_TERMINAL}
          THEN c.ended_at IS NULL OR t.outcomes <> 1 OR t.fitting <> 1
          ELSE c.ended_at IS NOT NULL OR t.outcomes <> 0 END""",
    "outcomes_are_mailed_once": f"""
        SELECT c.id, format('state %s, %s outcome e-mails', c.state, m.mails)
        FROM cancellation_requests c JOIN merchants k ON k.id = c.merchant_id
        JOIN orders o ON o.merchant_id = c.merchant_id AND o.id = c.order_id
        CROSS JOIN LATERAL (SELECT count(*) AS mails,
            count(*) FILTER (WHERE {_FITTING}) AS fitting FROM messages
          WHERE merchant_id = c.merchant_id AND request_id = c.id AND event IN {_OUTCOMES}) m
        WHERE c.merchant_id = :merchant AND (m.mails <> m.fitting OR m.mails > 1
          OR (m.mails = 0 AND c.state IN {_TERMINAL} AND k.mails_buyers AND o.buyer_email <> ''
            AND NOT {_ELSEWHERE}
            AND NOT EXISTS (SELECT FROM timeline t WHERE t.merchant_id = o.merchant_id AND t.order_id = o.id
              AND t.event = 'order_facts_added' AND t.details ? 'address' AND t.at >= c.ended_at)))""",
    "warehouses_are_asked_while_a_request_waits": """
        SELECT c.id, format('state %s, warehouse %s, to answer by %s', c.state, c.warehouse, c.answer_by)
        FROM cancellation_requests c
        WHERE c.merchant_id = :merchant AND CASE
          WHEN c.policy->'warehouse' IS NULL OR jsonb_typeof(c.policy->'warehouse') = 'null'
            THEN c.warehouse <> ''
          WHEN c.state = 'accepted' AND c.source <> 'system' THEN c.warehouse <> 'stopped'
          WHEN c.state = 'accepting' THEN c.warehouse NOT IN ('asked', 'stopped') OR c.answer_by IS NULL
          WHEN c.state = 'requested' THEN c.warehouse <> ''
          ELSE c.warehouse = 'too_late' AND c.state <> 'declined' END""",
    "timelines_are_complete": """
        SELECT o.id, format('%s entries, %s expected; %s taken in, %s shipped for %s shipments', t.entries,
            o.timeline_length, t.taken_in, t.shipped, s.shipments)
        FROM orders o
        CROSS JOIN LATERAL (SELECT count(*) AS entries,
            coalesce(min(seq), 1) AS first, coalesce(max(seq), 0) AS last,
            count(*) FILTER (WHERE event = 'order_taken_in' AND seq = 1) AS taken_in,
            count(*) FILTER (WHERE event = 'order_shipped') AS shipped
          FROM timeline WHERE merchant_id = o.merchant_id AND order_id = o.id) t
        CROSS JOIN LATERAL (SELECT count(*) AS shipments FROM shipments
          WHERE merchant_id = o.merchant_id AND order_id = o.id) s
        WHERE o.merchant_id = :merchant AND (t.entries <> o.timeline_length OR t.first <> 1
          OR t.last <> t.entries OR t.taken_in <> 1 OR t.shipped <> s.shipments)""",
    "timelines_tell_each_requests_state": """
        SELECT c.id, format('state %s, timeline ends with %s', c.state, coalesce(t.to_state, 'nothing'))
        FROM cancellation_requests c
        LEFT JOIN LATERAL (SELECT to_state FROM timeline
          WHERE merchant_id = c.merchant_id AND order_id = c.order_id AND request_id = c.id
            AND event LIKE 'cancellation\\_%' ORDER BY seq DESC LIMIT 1) t ON true
        WHERE c.merchant_id = :merchant AND t.to_state IS DISTINCT FROM c.state""",
    "timelines_are_chained": """
        SELECT o.id, format('entry %s does not follow from the one before', broken.seq)
        FROM orders o JOIN (
          SELECT e.merchant_id, e.order_id, min(e.seq) AS seq FROM (
            SELECT t AS entry, t.merchant_id, t.order_id, t.seq, t.hash,
              coalesce(lag(t.hash) OVER (PARTITION BY t.order_id ORDER BY t.seq), '\\x'::bytea) AS previous
            FROM timeline t WHERE t.merchant_id = :merchant) e
          WHERE e.hash <> timeline_digest(e.previous, e.entry) GROUP BY 1, 2) broken
        ON broken.merchant_id = o.merchant_id AND broken.order_id = o.id
        UNION ALL
        SELECT o.id, 'the last entry is not the one the order knows of'
        FROM orders o LEFT JOIN timeline t ON t.merchant_id = o.merchant_id AND t.order_id = o.id
          AND t.seq = o.timeline_length
        WHERE o.merchant_id = :merchant AND coalesce(t.hash, '\\x'::bytea) <> o.timeline_head""",
    "statuses_follow_from_quantities": """
        SELECT o.id, format('status %s', o.status) FROM orders o
        WHERE o.merchant_id = :merchant AND o.status <> CASE
          WHEN o.canceled = o.ordered THEN 'canceled'
          WHEN o.shipped > 0 AND o.shipped = o.ordered - o.canceled THEN 'shipped'
          WHEN o.shipped > 0 THEN 'partially_shipped'
          WHEN o.authorized_minor = 0 AND o.total_minor > 0 THEN 'pending'
          WHEN NOT o.priced AND o.paid_at IS NULL THEN 'pending'
          ELSE 'unshipped' END
        UNION ALL
        SELECT o.id, format('closed at %s with %s units open or asked for',
            o.closed_at, o.ordered - o.shipped - o.canceled)
        FROM orders o
        WHERE o.merchant_id = :merchant AND (o.closed_at IS NULL) = (o.shipped + o.canceled = o.ordered)""",
    "daily_counts_are_the_orders_counts": ORDER_DAYS.differences,
    "daily_counts_are_the_requests_counts": REQUEST_DAYS.differences,
    "daily_counts_are_the_refunds_counts": REFUND_DAYS.differences,
    "daily_counts_are_the_canceled_units_counts": SKU_DAYS.differences,
    "orders_the_merchant_canceled_are_marked": """
        SELECT o.id, format('marked %s', o.canceled_by_merchant) FROM orders o
        WHERE o.merchant_id = :merchant AND o.canceled_by_merchant <> EXISTS (
          SELECT FROM cancellation_requests c WHERE c.merchant_id = o.merchant_id AND c.order_id = o.id
            AND c.state = 'accepted' AND c.requested_by <> 'buyer' AND c.counts)""",
    "answers_are_kept_with_their_keys": """
        SELECT route, format('key %s has no answer', key) FROM answers
        WHERE merchant_id = :merchant AND (status IS NULL OR body IS NULL)""",
    "no_effect_is_stuck": f"""
        SELECT id, format('%s is %s after %s attempts: %s', kind, state, attempt, error) FROM effects
        WHERE merchant_id = :merchant AND (
          (state = 'dead' AND kind NOT IN ('send_mail', 'send_refund', 'look_up_refund',
            'send_webhook'))
          OR (state = 'running' AND lease_until < clock_timestamp() - interval '1 hour')
          OR (state = 'ready' AND attempt = 0 AND due_at < clock_timestamp() - interval '1 hour'
            AND {_MADE_AT} < clock_timestamp() - interval '1 hour'))""",
}

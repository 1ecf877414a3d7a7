"""The invariants of the ledger: every row is counted, followed up and named once."""

REFUNDS = {
    "failed_refunds_are_counted": """
        SELECT o.id, format('counted %s failed refunds, there are %s', o.refunds_failed, r.failed)
        FROM orders o
        CROSS JOIN LATERAL (SELECT count(*) AS failed FROM refunds WHERE merchant_id = o.merchant_id
          AND order_id = o.id AND state = 'failed' AND retried_at IS NULL) r
        WHERE o.merchant_id = :merchant AND o.refunds_failed <> r.failed""",
    "retried_refunds_have_successors": """
        SELECT r.id, format('state %s, retried at %s: %s, successors %s',
            r.state, r.retried_at, r.amount_minor, s.minor)
        FROM refunds r
        CROSS JOIN LATERAL (SELECT coalesce(sum(amount_minor), 0)::bigint AS minor FROM refunds
          WHERE merchant_id = r.merchant_id AND retry_of = r.id AND kind = r.kind
            AND order_id = r.order_id AND request_id IS NOT DISTINCT FROM r.request_id) s
        JOIN payments p ON p.merchant_id = r.merchant_id AND p.id = r.payment_id
        WHERE r.merchant_id = :merchant AND NOT (r.kind = 'void' AND r.state = 'failed'
          AND p.captured_minor > 0 AND s.minor = 0)
          AND s.minor <> CASE WHEN r.state = 'failed' AND r.retried_at IS NOT NULL
            THEN r.amount_minor ELSE 0 END""",
    "refunds_under_way_have_an_effect": """
        SELECT r.id, format('%s since %s, and nothing will look at it', r.state, r.created_at)
        FROM refunds r
        WHERE r.merchant_id = :merchant AND r.state IN ('pending', 'sent') AND NOT EXISTS (
          SELECT FROM effects WHERE merchant_id = r.merchant_id AND subject_id = r.id
            AND kind IN ('send_refund', 'look_up_refund'))""",
    "gateways_refunds_stand_for_one_row": """
        SELECT min(r.id::text), format('%s rows are the refund %s', count(*), r.gateway_reference)
        FROM refunds r
        WHERE r.merchant_id = :merchant AND r.gateway_reference <> '' AND r.kind = 'refund'
        GROUP BY r.gateway, r.gateway_reference HAVING count(*) > 1""",
}

"""The invariants of money and stock: what went back, what was put back, what was counted."""

# ruff: noqa: S608 - the queries are put together from the constants of this module alone

_REFUNDS = """SELECT coalesce(sum(amount_minor), 0)::bigint AS minor FROM refunds
          WHERE kind = 'refund' AND state <> 'failed' AND"""
# What failed is still owed, until other rows have taken its place.
_OWED = """SELECT coalesce(sum(amount_minor), 0)::bigint AS minor FROM refunds
          WHERE kind = 'refund' AND NOT (state = 'failed' AND retried_at IS NOT NULL) AND"""

MONEY = {
    "order_money_is_its_parts_money": """
        SELECT o.id, format('authorized %s, captured %s, refunded %s, released %s; parts %s, %s, %s, %s',
            o.authorized_minor, o.captured_minor, o.refunded_minor, o.released_minor,
            p.authorized, p.captured, p.refunded, p.released)
        FROM orders o
        CROSS JOIN LATERAL (SELECT coalesce(sum(authorized_minor), 0) AS authorized,
            coalesce(sum(captured_minor), 0) AS captured, coalesce(sum(refunded_minor), 0) AS refunded,
            coalesce(sum(released_minor), 0) AS released
          FROM payments WHERE merchant_id = o.merchant_id AND order_id = o.id) p
        WHERE o.merchant_id = :merchant
          AND (o.authorized_minor, o.captured_minor, o.refunded_minor, o.released_minor)
            <> (p.authorized, p.captured, p.refunded, p.released)""",
    "order_money_is_its_requests_money": """
        SELECT o.id, format('canceled %s, fees %s of %s, withheld %s; requests %s, %s of %s, %s',
            o.canceled_minor, o.fees_minor, b.bases, o.withheld_minor,
            c.canceled, c.fees, c.bases, c.withheld)
        FROM orders o
        CROSS JOIN LATERAL (SELECT coalesce(sum(value::bigint), 0) AS bases
          FROM jsonb_each_text(o.fee_bases)) b
        CROSS JOIN LATERAL (SELECT coalesce(sum(value_minor), 0) AS canceled,
            coalesce(sum(fee_minor), 0) AS fees, coalesce(sum(withheld_minor), 0) AS withheld,
            coalesce(sum(value_minor) FILTER (WHERE requested_by = 'buyer' AND source <> 'system'), 0)
              AS bases
          FROM cancellation_requests
          WHERE merchant_id = o.merchant_id AND order_id = o.id AND state = 'accepted') c
        WHERE o.merchant_id = :merchant AND (o.canceled_minor, o.fees_minor, b.bases, o.withheld_minor)
          <> (c.canceled, c.fees, c.bases, c.withheld)""",
    "voids_are_of_what_was_never_captured": """
        SELECT p.id, format('released %s, voids %s, authorized %s, captured %s',
            p.released_minor, v.minor, p.authorized_minor, p.captured_minor)
        FROM payments p
        CROSS JOIN LATERAL (SELECT coalesce(sum(amount_minor), 0)::bigint AS minor FROM refunds
          WHERE merchant_id = p.merchant_id AND payment_id = p.id AND kind = 'void'
            AND state <> 'failed') v
        WHERE p.merchant_id = :merchant AND (v.minor <> p.released_minor
          OR (v.minor > 0 AND p.captured_minor > 0) OR v.minor > p.authorized_minor - p.captured_minor)""",
    "refunds_of_an_order_are_within_captured": f"""
        SELECT o.id, format('refunds %s, captured %s', r.minor, o.captured_minor)
        FROM orders o
        CROSS JOIN LATERAL ({_REFUNDS} merchant_id = o.merchant_id AND order_id = o.id) r
        WHERE o.merchant_id = :merchant AND r.minor > o.captured_minor""",
    "refunds_of_a_payment_are_within_captured": f"""
        SELECT p.id, format('refunds %s, captured %s', r.minor, p.captured_minor)
        FROM payments p
        CROSS JOIN LATERAL ({_REFUNDS} merchant_id = p.merchant_id AND payment_id = p.id) r
        WHERE p.merchant_id = :merchant AND r.minor > p.captured_minor""",
    "payments_count_their_refunds": f"""
        SELECT p.id, format('refunds %s, payment says %s', r.minor, p.refunded_minor)
        FROM payments p
        CROSS JOIN LATERAL ({_REFUNDS} merchant_id = p.merchant_id AND payment_id = p.id) r
        WHERE p.merchant_id = :merchant AND r.minor <> p.refunded_minor""",
    "refunds_go_to_their_orders_payments": """
        SELECT r.id, format('refund of order %s, payment of order %s', r.order_id, p.order_id)
        FROM refunds r JOIN payments p ON p.merchant_id = r.merchant_id AND p.id = r.payment_id
        JOIN orders o ON o.merchant_id = r.merchant_id AND o.id = r.order_id
        WHERE r.merchant_id = :merchant AND (r.order_id <> p.order_id OR r.currency <> o.currency)""",
    "accepted_requests_are_refunded_once": f"""
        SELECT c.id, format('state %s, owed %s, refunds %s', c.state, c.refund_minor, r.minor)
        FROM cancellation_requests c
        CROSS JOIN LATERAL ({_OWED} merchant_id = c.merchant_id AND request_id = c.id) r
        WHERE c.merchant_id = :merchant
          AND r.minor <> CASE WHEN c.state = 'accepted' THEN c.refund_minor ELSE 0 END""",
    "what_was_charged_for_canceled_units_goes_back": """
        SELECT o.id, format('total %s, captured %s, canceled %s, refunds owed %s',
            o.total_minor, o.captured_minor, o.canceled_minor, r.minor)
        FROM orders o
        CROSS JOIN LATERAL (SELECT
            coalesce(sum(refund_minor + fee_minor + withheld_minor), 0)::bigint AS minor,
            coalesce(bool_or(source = 'system' AND decided_at = requested_at OR amount = 'entered'), false)
              AS elsewhere
          FROM cancellation_requests
          WHERE merchant_id = o.merchant_id AND order_id = o.id AND state = 'accepted') r
        WHERE o.merchant_id = :merchant AND NOT r.elsewhere
          AND NOT EXISTS (SELECT FROM refunds x
            WHERE x.merchant_id = o.merchant_id AND x.order_id = o.id AND x.state = 'external')
          AND r.minor <> least(o.canceled_minor,
            greatest(0, o.captured_minor - o.total_minor + o.canceled_minor))""",
    "canceling_one_by_one_returns_the_whole": """
        SELECT id, format('total %s, shipping %s, canceled %s', total_minor, shipping_minor, canceled_minor)
        FROM orders
        WHERE merchant_id = :merchant AND canceled = ordered AND canceled_minor
          <> total_minor - CASE WHEN policy->>'shipping' = 'never' THEN shipping_minor ELSE 0 END""",
    "units_are_restocked_once_by_the_rule": """
        SELECT u.request_id, format('reason %s, state %s: %s of %s put back',
            coalesce(c.reason, 'none'), c.state, coalesce(m.quantity, 0), u.quantity)
        FROM request_units u
        JOIN cancellation_requests c ON c.merchant_id = u.merchant_id AND c.id = u.request_id
        LEFT JOIN restock_rules r ON r.merchant_id = c.merchant_id AND r.reason = coalesce(c.reason, 'Other')
        LEFT JOIN (SELECT merchant_id, request_id, line_item_id, sum(quantity) AS quantity
            FROM stock_movements GROUP BY 1, 2, 3) m
          ON m.merchant_id = u.merchant_id AND m.request_id = u.request_id AND m.line_item_id = u.line_item_id
        WHERE u.merchant_id = :merchant AND coalesce(m.quantity, 0) <> CASE
          WHEN c.state = 'accepted' AND c.source <> 'system' AND coalesce(c.restocks, r.restock)
            THEN u.quantity ELSE 0 END""",
    "movements_belong_to_units_of_their_request": """
        SELECT m.id, format('%s × %s of line %s, which the request does not hold',
            m.quantity, m.sku, m.line_item_id)
        FROM stock_movements m
        LEFT JOIN request_units u ON u.merchant_id = m.merchant_id AND u.request_id = m.request_id
          AND u.line_item_id = m.line_item_id
        LEFT JOIN line_items l ON l.merchant_id = m.merchant_id AND l.id = m.line_item_id
        WHERE m.merchant_id = :merchant AND (u.request_id IS NULL OR l.sku <> m.sku)""",
    "stock_is_its_opening_and_movements": """
        SELECT s.sku, format('opening %s, moved %s, on hand %s', s.opening, m.moved, s.on_hand)
        FROM stock s
        CROSS JOIN LATERAL (SELECT coalesce(sum(quantity), 0) AS moved FROM stock_movements
          WHERE merchant_id = s.merchant_id AND sku = s.sku) m
        WHERE s.merchant_id = :merchant AND s.on_hand <> s.opening + m.moved""",
}

"""The invariants of adjustments: part of the price of what has shipped, given back once."""

ADJUSTMENTS = {
    "orders_count_their_adjustments": """
        SELECT o.id, format('adjusted %s, adjustments %s', o.adjusted_minor, a.minor)
        FROM orders o
        CROSS JOIN LATERAL (SELECT coalesce(sum(refund_minor), 0)::bigint AS minor FROM adjustments
          WHERE merchant_id = o.merchant_id AND order_id = o.id) a
        WHERE o.merchant_id = :merchant AND o.adjusted_minor <> a.minor""",
    "adjustments_are_their_parts": """
        SELECT a.id, format('refund %s, lines %s, shipping %s', a.refund_minor, i.minor, a.shipping_minor)
        FROM adjustments a
        CROSS JOIN LATERAL (SELECT coalesce(sum(amount_minor), 0)::bigint AS minor FROM adjusted_items
          WHERE merchant_id = a.merchant_id AND adjustment_id = a.id) i
        WHERE a.merchant_id = :merchant AND a.refund_minor <> i.minor + a.shipping_minor""",
    "adjusted_lines_are_their_orders": """
        SELECT a.id, format('line %s is on order %s, the adjustment on %s', l.id, l.order_id, a.order_id)
        FROM adjusted_items i
        JOIN adjustments a ON a.merchant_id = i.merchant_id AND a.id = i.adjustment_id
        JOIN line_items l ON l.merchant_id = i.merchant_id AND l.id = i.line_item_id
        WHERE i.merchant_id = :merchant AND l.order_id <> a.order_id""",
    "adjustments_are_within_what_shipped": """
        SELECT l.id, format('adjusted %s, price %s of %s, of which %s shipped', i.minor,
            l.price_minor - l.discount_minor + CASE WHEN o.prices_include_tax THEN 0 ELSE l.tax_minor END,
            l.ordered, l.shipped)
        FROM line_items l
        JOIN orders o ON o.merchant_id = l.merchant_id AND o.id = l.order_id
        JOIN (SELECT merchant_id, line_item_id, sum(amount_minor) AS minor FROM adjusted_items
            WHERE merchant_id = :merchant GROUP BY 1, 2) i
          ON i.merchant_id = l.merchant_id AND i.line_item_id = l.id
        -- Units of one line differ by a minor unit in each of price, discount and tax.
        WHERE l.merchant_id = :merchant AND (l.shipped = 0 OR i.minor > least(
          l.price_minor - l.discount_minor + CASE WHEN o.prices_include_tax THEN 0 ELSE l.tax_minor END,
          (l.price_minor - l.discount_minor + CASE WHEN o.prices_include_tax THEN 0 ELSE l.tax_minor END)
            * l.shipped / l.ordered + 3 * l.shipped))""",
    "adjusted_shipping_is_within_the_orders": """
        SELECT o.id, format('adjusted %s, shipping %s, shipped %s', a.minor, o.shipping_minor, o.shipped)
        FROM orders o
        JOIN (SELECT merchant_id, order_id, sum(shipping_minor) AS minor FROM adjustments
            WHERE merchant_id = :merchant GROUP BY 1, 2) a
          ON a.merchant_id = o.merchant_id AND a.order_id = o.id
        WHERE o.merchant_id = :merchant
          AND a.minor > CASE WHEN o.shipped > 0 THEN o.shipping_minor ELSE 0 END""",
    "adjustments_are_within_captured": """
        SELECT id, format('adjusted %s, captured %s', adjusted_minor, captured_minor)
        FROM orders WHERE merchant_id = :merchant AND adjusted_minor > captured_minor""",
    "adjustments_are_refunded_once": """
        SELECT a.id, format('owed %s, refunds %s', a.refund_minor, r.minor)
        FROM adjustments a
        CROSS JOIN LATERAL (SELECT coalesce(sum(amount_minor), 0)::bigint AS minor FROM refunds
          WHERE merchant_id = a.merchant_id AND adjustment_id = a.id AND kind = 'refund'
            AND NOT (state = 'failed' AND retried_at IS NOT NULL)) r
        WHERE a.merchant_id = :merchant AND a.refund_minor <> r.minor""",
    "adjustments_are_in_the_timeline": """
        SELECT a.id, format('%s entries', t.entries)
        FROM adjustments a
        CROSS JOIN LATERAL (SELECT count(*) AS entries FROM timeline
          WHERE merchant_id = a.merchant_id AND order_id = a.order_id AND event = 'price_adjusted'
            AND details->>'adjustment' = a.id::text) t
        WHERE a.merchant_id = :merchant AND t.entries <> 1""",
}

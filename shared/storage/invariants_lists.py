"""The invariants of what lists show without looking: how many orders there are."""

LISTS = {
    "orders_are_counted_by_status": """
        SELECT kind, format('%s counted, there are %s', coalesce(c.orders, 0), coalesce(o.orders, 0))
        FROM (SELECT kind, sum(orders) AS orders FROM order_counts WHERE merchant_id = :merchant GROUP BY 1) c
        FULL JOIN (
          SELECT status AS kind, count(*) AS orders FROM orders WHERE merchant_id = :merchant GROUP BY 1
          UNION ALL
          SELECT 'cancellation_requested', count(*) FROM orders
          WHERE merchant_id = :merchant AND requested > 0) o USING (kind)
        WHERE coalesce(c.orders, 0) <> coalesce(o.orders, 0)""",
}

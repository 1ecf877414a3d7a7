"""The invariants of what lists show without looking: how many orders there are, and the agents' cases."""

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
    "agents_find_each_case_as_it_is": """
        SELECT case_id, format('listed as %s since %s, the case is %s since %s',
            coalesce(l.state, 'none'), l.since, coalesce(c.state, 'none'), c.since)
        FROM (SELECT case_id, state, since FROM operator_cases WHERE merchant_id = :merchant) l
        FULL JOIN (
          SELECT id AS case_id, state, since FROM cases
          WHERE merchant_id = :merchant AND floor = 'operator') c USING (case_id)
        WHERE (l.state, l.since) IS DISTINCT FROM (c.state, c.since)""",
}

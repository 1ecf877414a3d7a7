"""The invariants of webhooks: whoever listens is told of everything once, and what waits will be tried."""

# Who began to listen within a minute may have missed what was under way by then.
WEBHOOKS = {
    "events_are_told_to_every_endpoint_that_listens": """
        SELECT t.id, format('%s is told to endpoint %s by %s deliveries', t.event, e.id, count(d.id))
        FROM webhook_endpoints e
        JOIN timeline t ON t.merchant_id = e.merchant_id AND t.at > e.listens_since + interval '1 minute'
        JOIN orders o ON o.merchant_id = t.merchant_id AND o.id = t.order_id
        LEFT JOIN webhook_deliveries d ON d.merchant_id = t.merchant_id AND d.endpoint_id = e.id
          AND d.entry_id = t.id
        WHERE e.merchant_id = :merchant AND e.state = 'active' AND webhook_tells(e.events, t.event)
          AND webhook_is_news(t.details, o.placed_at, t.at)
        GROUP BY t.id, t.event, e.id HAVING count(d.id) <> 1""",
    "outcomes_are_told_once": """
        SELECT t.request_id, format('%s outcomes are told to endpoint %s', count(*), d.endpoint_id)
        FROM webhook_deliveries d
        JOIN timeline t ON t.merchant_id = d.merchant_id AND t.id = d.entry_id
        WHERE d.merchant_id = :merchant AND t.event IN ('cancellation_accepted', 'cancellation_declined',
          'cancellation_withdrawn', 'cancellation_reinstated')
        GROUP BY t.request_id, d.endpoint_id HAVING count(*) > 1""",
    "deliveries_keep_the_id_of_their_event": """
        SELECT d.id, format('event %s is told as %s', d.entry_id, d.event_id) FROM webhook_deliveries d
        WHERE d.merchant_id = :merchant AND d.entry_id <> d.event_id""",
    "deliveries_that_wait_will_be_tried": """
        SELECT d.id, format('waits since %s after %s tries, and nothing will try again',
            d.created_at, d.attempts)
        FROM webhook_deliveries d
        WHERE d.merchant_id = :merchant AND d.state = 'ready' AND NOT EXISTS (
          SELECT FROM effects WHERE merchant_id = d.merchant_id AND dedup_key = 'webhook:' || d.id
            AND state IN ('ready', 'running'))""",
}

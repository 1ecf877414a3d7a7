"""Read-only reporting views: one login role per merchant sees that merchant alone."""

from alembic import op

revision = "0006"
down_revision = "0005"

# A request without a reason follows the rule of Other; one that was made elsewhere moved no stock of ours.
_VIEWS = {
    "orders": """SELECT m.slug AS merchant, o.id AS order_id, o.number,
        upper(left(o.status, 1)) || replace(substr(o.status, 2), '_', ' ') AS status, o.currency,
        o.captured_minor AS captured, o.placed_at FROM public.orders o""",
    "line_items": """SELECT m.slug AS merchant, o.order_id, o.id AS line_item_id, o.sku, o.ordered, o.shipped,
        o.canceled, o.requested FROM public.line_items o""",
    "cancellation_requests": """SELECT m.slug AS merchant, o.id AS request_id, o.order_id, o.state, o.source,
        coalesce(o.reason, CASE WHEN o.source <> 'system' THEN 'Other' END) AS reason,
        o.requested_at, o.ended_at
        FROM public.cancellation_requests o""",
    "request_units": """SELECT m.slug AS merchant, o.request_id, o.line_item_id, o.asked, o.quantity
        FROM public.request_units o""",
    "refunds": """SELECT m.slug AS merchant, o.id AS refund_id, o.request_id, o.order_id, o.payment_id,
        o.amount_minor AS amount, o.currency, o.state, o.id::text AS idempotency_key FROM public.refunds o""",
    "stock_movements": """SELECT m.slug AS merchant, o.id AS movement_id, o.request_id, o.line_item_id, o.sku,
        o.quantity FROM public.stock_movements o""",
    "stock": "SELECT m.slug AS merchant, o.sku, o.opening, o.on_hand FROM public.stock o",
    "restock_rules": "SELECT m.slug AS merchant, o.reason, o.restock FROM public.restock_rules o",
    "messages": """SELECT m.slug AS merchant, o.id AS message_id, o.request_id, o.event, o.recipient, o.state,
        o.sent_at FROM public.messages o""",
    "timeline": """SELECT m.slug AS merchant, o.id AS entry_id, o.order_id, o.request_id,
        o.actor_kind AS actor,
        o.from_state, o.to_state, o.at, encode(o.hash, 'hex') AS hash FROM public.timeline o""",
}

# session_user, not current_user: in a function with its owner's rights only the former is the reader.
_READER = """
CREATE FUNCTION reporting.merchant() RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog AS $$
  SELECT merchant_id FROM reporting.readers WHERE role_name = session_user
$$
"""


def upgrade() -> None:
    """Give the views an owner of their own, whose row policy asks who reads, not what is set."""
    op.execute("CREATE SCHEMA reporting")
    op.execute(
        "CREATE TABLE reporting.readers (role_name name PRIMARY KEY,"
        " merchant_id uuid NOT NULL REFERENCES public.merchants (id))"
    )
    op.execute(_READER)
    op.execute("GRANT USAGE, CREATE ON SCHEMA reporting TO rescind_reporting")
    op.execute("GRANT USAGE ON SCHEMA public TO rescind_reporting")
    op.execute("GRANT SELECT ON public.merchants TO rescind_reporting")
    for view, query in _VIEWS.items():
        op.execute(f"GRANT SELECT ON public.{view} TO rescind_reporting")
        op.execute(
            f"CREATE POLICY reporting ON public.{view} FOR SELECT TO rescind_reporting"
            " USING (merchant_id = reporting.merchant())"
        )
        op.execute(
            f"CREATE VIEW reporting.{view} WITH (security_barrier) AS {query}"
            " JOIN public.merchants m ON m.id = o.merchant_id WHERE o.merchant_id = reporting.merchant()"
        )
        op.execute(f"ALTER VIEW reporting.{view} OWNER TO rescind_reporting")
    op.execute("REVOKE CREATE ON SCHEMA reporting FROM rescind_reporting")

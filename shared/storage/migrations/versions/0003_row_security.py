"""Row security on every merchant's table, and what the application's role may do."""

from alembic import op

revision = "0003"
down_revision = "0002"

TENANT_TABLES = (
    "answers",
    "api_keys",
    "cancellation_requests",
    "case_messages",
    "cases",
    "console_sessions",
    "effects",
    "line_items",
    "links",
    "mailbox",
    "memberships",
    "messages",
    "order_days",
    "order_terms",
    "orders",
    "payments",
    "personal_texts",
    "refunds",
    "request_units",
    "restock_rules",
    "shipment_units",
    "shipments",
    "stock",
    "stock_movements",
    "timeline",
)

# The clock row is written by the test kit alone, through the owner.
GLOBAL_TABLES = ("doors", "merchants", "users")


def upgrade() -> None:
    """Wall every merchant's rows off; the policy names the role, so that reporting can have its own."""
    op.execute("GRANT USAGE ON SCHEMA public TO rescind_app")
    for table in TENANT_TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY tenant ON {table} TO rescind_app"
            " USING (merchant_id = nullif(current_setting('app.merchant', true), '')::uuid)"
            " WITH CHECK (merchant_id = nullif(current_setting('app.merchant', true), '')::uuid)"
        )
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO rescind_app")
    for table in GLOBAL_TABLES:
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO rescind_app")
    op.execute("GRANT SELECT ON clock, alembic_version TO rescind_app")

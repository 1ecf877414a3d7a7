"""What a migration does for each new table of merchants' rows."""

from alembic import op

_OWN_ROWS = "merchant_id = nullif(current_setting('app.merchant', true), '')::uuid"


def wall_off(table: str) -> None:
    """Let the application reach a table's rows only inside a transaction that names their merchant."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON {table} TO rescind_app USING ({_OWN_ROWS}) WITH CHECK ({_OWN_ROWS})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO rescind_app")

"""Check the walls between merchants: each table of merchants' rows has row security, with a policy."""

from sqlalchemy import Connection, text

EXEMPT = frozenset(
    {
        "agent_sessions",
        "alembic_version",
        "clock",
        "doors",
        "merchants",
        "operator_cases",
        "passkeys",
        "recovery_codes",
        "users",
    }
)
_TABLES = """
SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (
    SELECT FROM pg_policies p WHERE p.schemaname = 'public' AND p.tablename = c.relname
      AND 'rescind_app' = ANY (p.roles)
      AND p.qual LIKE '%app.merchant%' AND p.with_check LIKE '%app.merchant%')
FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
  AND c.relname NOT LIKE 'procrastinate\\_%'
ORDER BY 1
"""


def walled_tables(connection: Connection) -> dict[str, bool]:
    """Name every table that must be walled off, and whether it is."""
    return {name: bool(walled) for name, walled in connection.execute(text(_TABLES)) if name not in EXEMPT}

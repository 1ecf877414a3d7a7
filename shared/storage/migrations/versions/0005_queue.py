"""The job queue's own tables (procrastinate), used by the application's role."""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the queue; its script is one text with percent signs that the driver must not read."""
    op.get_bind().exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))
    op.execute(
        "DO $$ DECLARE name text; BEGIN"
        " FOR name IN SELECT tablename FROM pg_tables"
        "  WHERE schemaname = 'public' AND tablename LIKE 'procrastinate\\_%' LOOP"
        "  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO rescind_app', name);"
        " END LOOP; END $$"
    )
    op.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO rescind_app")

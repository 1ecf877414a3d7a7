"""The roles' SQL: it can be run again, and a reader sees one merchant alone."""

from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError

from shared.storage import roles

READABLE_TABLES = """
SELECT count(*) FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND has_table_privilege(oid, 'select')
"""


@pytest.fixture
def owner(owner_url):
    engine = create_engine(owner_url)
    yield engine
    engine.dispose()


@pytest.fixture
def merchant(database_server, database_name):
    """Make a merchant whose name nobody else has, and take its reader away afterwards."""
    slug, merchant_id = f"tea-{uuid4().hex[:8]}", uuid4()
    with database_server.superuser(database_name) as connection:
        connection.execute(
            "INSERT INTO merchants"
            " (id, slug, name, time_zone, policy, tax_included, mails_buyers, created_at)"
            " VALUES (%s, %s, 'Tea', 'UTC', '{}', '{}', true, now())",
            [merchant_id, slug],
        )
        yield slug, merchant_id
        connection.execute("DELETE FROM reporting.readers WHERE merchant_id = %s", [merchant_id])
        connection.execute("DELETE FROM merchants WHERE id = %s", [merchant_id])
        connection.execute(f"DROP OWNED BY {roles.reader_name(slug)}".encode())
        connection.execute(f"DROP ROLE {roles.reader_name(slug)}".encode())


def apply(owner, slug, merchant_id):
    with owner.begin() as connection:
        for statement in roles.reader_statements(slug, merchant_id):
            connection.exec_driver_sql(statement.replace("%", "%%"))


def test_making_the_roles_again_changes_nothing(database_server):
    with database_server.superuser() as connection:
        for statement in roles.role_statements():
            connection.execute(statement.encode())


def test_a_reader_may_read_every_view_and_no_table(owner, merchant, database_server, database_name):
    slug, merchant_id = merchant
    apply(owner, slug, merchant_id)
    apply(owner, slug, merchant_id)

    engine = create_engine(database_server.url(roles.reader_name(slug), database_name))
    with engine.connect() as connection:
        views = connection.scalars(text("SELECT viewname FROM pg_views WHERE schemaname = 'reporting'")).all()
        assert views
        for view in views:
            connection.execute(text(f"SELECT * FROM reporting.{view}"))
        assert connection.scalar(text("SELECT reporting.merchant()")) == merchant_id
        assert connection.scalar(text(READABLE_TABLES)) == 0
    engine.dispose()


def test_a_role_of_another_merchant_is_not_given_away(owner, merchant):
    slug, merchant_id = merchant
    apply(owner, slug, merchant_id)

    with pytest.raises((IntegrityError, psycopg.errors.IntegrityError)):
        apply(owner, slug, uuid4())


@pytest.mark.parametrize("slug", ["", "Tea", "a;b", "a--b", "a_b", "-a", "a'", "x" * 60])
def test_a_name_that_is_no_slug_never_reaches_sql(slug):
    with pytest.raises(ValueError, match="cannot be part"):
        roles.reader_statements(slug, uuid4())


def test_the_script_asks_for_passwords_instead_of_holding_any():
    script = roles.setup_script("orders")

    assert "\\password rescind_app" in script
    assert 'CREATE DATABASE "orders" OWNER rescind_owner' in script
    assert "PASSWORD '" not in script

"""No merchant's row can be reached from another merchant's transaction: the database itself sees to it."""

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest

from shared.storage.records import Base, TenantRow
from tests.unit.house.law import Findings, uphold

# Rows of nobody in particular: who can sign in and how, which accounts there are, which door a secret opens,
# the test kit's clock, the schema's version, the queue's own tables, and whom the reporting views let in.
OF_NOBODY = frozenset(
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
OF_THE_QUEUE = "procrastinate_"
READERS = "reporting.readers"
TENANT = "(merchant_id = (NULLIF(current_setting('app.merchant'::text, true), ''::text))::uuid)"

_TABLES = """
SELECT n.nspname, c.relname, c.relrowsecurity, c.relforcerowsecurity,
  (SELECT array_agg(a.attname::text ORDER BY k.place)
     FROM pg_constraint p, unnest(p.conkey) WITH ORDINALITY AS k(number, place), pg_attribute a
    WHERE p.conrelid = c.oid AND p.contype = 'p' AND a.attrelid = c.oid AND a.attnum = k.number),
  (SELECT array_agg(pg_get_expr(y.polqual, y.polrelid) || ' / ' || pg_get_expr(y.polwithcheck, y.polrelid))
     FROM pg_policy y WHERE y.polrelid = c.oid AND y.polname = 'tenant' AND y.polcmd = '*' AND y.polpermissive
      AND y.polroles = ARRAY['rescind_app'::regrole::oid])
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname IN ('public', 'reporting')
"""
_KEYS = """
SELECT k.conname::text, k.conrelid::regclass::text, k.confrelid::regclass::text,
  (SELECT array_agg(a.attname::text ORDER BY u.place) FROM unnest(k.conkey) WITH ORDINALITY u(number, place)
    JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number),
  (SELECT array_agg(a.attname::text ORDER BY u.place) FROM unnest(k.confkey) WITH ORDINALITY u(number, place)
    JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.number)
FROM pg_constraint k WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace
"""
_OTHER_POLICIES = """
SELECT y.polrelid::regclass::text, y.polname::text, y.polroles::regrole[]::text FROM pg_policy y
WHERE y.polname <> 'tenant'
"""


@dataclass(frozen=True)
class Table:
    name: str
    secured: bool
    forced: bool
    key: tuple[str, ...]
    policies: tuple[str, ...]

    @property
    def is_of_a_merchant(self) -> bool:
        return self.name not in {*OF_NOBODY, READERS} and not self.name.startswith(OF_THE_QUEUE)


@pytest.fixture
def catalog(database_server, database_name: str) -> Iterator[psycopg.Connection]:
    with database_server.superuser(database_name) as connection, connection.transaction(force_rollback=True):
        yield connection


def tables(catalog: psycopg.Connection) -> list[Table]:
    return [
        Table(
            name if schema == "public" else f"{schema}.{name}",
            secured,
            forced,
            tuple(key or ()),
            tuple(said or ()),
        )
        for schema, name, secured, forced, key, said in catalog.execute(_TABLES).fetchall()
    ]


def open_tables(catalog: psycopg.Connection) -> Findings:
    findings = Findings()
    for table in tables(catalog):
        if table.is_of_a_merchant:
            findings.look(None if table.secured and table.forced else f"{table.name} forces no row security")
            right = table.policies == (f"{TENANT} / {TENANT}",)
            findings.look(None if right else f"{table.name} has the policies {table.policies}")
            findings.look(
                None
                if table.key[:1] == ("merchant_id",) and len(table.key) > 1
                else f"{table.name} has key {table.key}"
            )
    return findings


def loose_keys(catalog: psycopg.Connection) -> Findings:
    findings = Findings()
    of_merchants = {table.name for table in tables(catalog) if table.is_of_a_merchant}
    for name, table, other, columns, theirs in catalog.execute(_KEYS).fetchall():
        if table.startswith(OF_THE_QUEUE):
            continue
        crosses = other in of_merchants and not (columns[0] == theirs[0] == "merchant_id")
        findings.look(f"{name}: {table} {columns} → {other} {theirs}" if crosses else None)
    return findings


def other_policies(catalog: psycopg.Connection) -> Findings:
    findings = Findings()
    for table, name, roles in catalog.execute(_OTHER_POLICIES).fetchall():
        known = name == "reporting" and roles == "{rescind_reporting}"
        findings.look(None if known else f"{table} has the policy {name} for {roles}")
    return findings


def test_every_merchants_table_is_walled_off_by_the_database(catalog) -> None:
    uphold(
        open_tables(catalog),
        "Add the table to the row security of a migration, with a primary key (merchant_id, …):",
    )


def test_every_reference_between_merchants_tables_names_the_merchant(catalog) -> None:
    uphold(
        loose_keys(catalog), "Refer by (merchant_id, …_id), so that a row cannot point at another merchant's:"
    )


def test_no_other_policy_opens_a_table(catalog) -> None:
    uphold(
        other_policies(catalog), "Policies add up: one more opens the table to whoever it names. Remove it:"
    )


def test_the_tables_of_nobody_are_exactly_the_known_ones(catalog) -> None:
    free = {table.name for table in tables(catalog) if not table.is_of_a_merchant}

    assert {name for name in free if not name.startswith(OF_THE_QUEUE)} == {*OF_NOBODY, READERS}
    assert any(name.startswith(OF_THE_QUEUE) for name in free)


def test_the_records_and_the_database_agree_on_whose_a_table_is(catalog) -> None:
    of_merchants = {
        str(mapper.local_table) for mapper in Base.registry.mappers if issubclass(mapper.class_, TenantRow)
    }

    assert of_merchants == {table.name for table in tables(catalog) if table.is_of_a_merchant}


@pytest.mark.parametrize(
    ("law", "statement"),
    [
        (open_tables, "CREATE TABLE planted (id int PRIMARY KEY)"),
        (open_tables, "ALTER TABLE orders NO FORCE ROW LEVEL SECURITY"),
        (open_tables, "ALTER TABLE orders DISABLE ROW LEVEL SECURITY"),
        (open_tables, "DROP POLICY tenant ON orders"),
        (open_tables, "ALTER POLICY tenant ON orders USING (true)"),
        (loose_keys, "ALTER TABLE api_keys ADD FOREIGN KEY (id) REFERENCES orders (id) NOT VALID"),
        (other_policies, "CREATE POLICY wide ON orders TO rescind_app USING (true)"),
    ],
)
def test_a_planted_hole_is_found(catalog, law, statement: str) -> None:
    assert law(catalog).faults == []
    catalog.execute("ALTER TABLE orders ADD UNIQUE (id)")

    catalog.execute(statement)

    assert law(catalog).faults

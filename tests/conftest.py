"""One embedded PostgreSQL for all test processes, and a migrated database in it for each."""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from jinja2.bccache import Bucket, BytecodeCache
from psycopg import sql

from shared.storage import roles, schema
from shared.storage.embedded import Server, running
from shared.storage.engine import Database, open_database
from shared.web.app import TEMPLATE_OPTIONS

CHECKOUT = Path(__file__).resolve().parents[1]
STATE = CHECKOUT / "var" / "tests"
KEPT_TABLES = ("alembic_version", "procrastinate_version")


class _Compiled(BytecodeCache):
    """Templates as they were compiled first, for all the applications that one test process builds."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


@pytest.fixture(scope="session", autouse=True)
def templates_are_compiled_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(TEMPLATE_OPTIONS, "bytecode_cache", _Compiled())
        yield


@pytest.fixture(scope="session")
def database_server() -> Iterator[Server]:
    """Give the server that all test processes share; it forgets on a crash, and is fast for it."""
    with running(STATE, durable=False) as server:
        yield server


@pytest.fixture(scope="session")
def database_name(database_server: Server) -> Iterator[str]:
    """Give a fresh, migrated database to this process alone."""
    name = f"test_{os.getpid()}"
    with _one_at_a_time():
        template = _template(database_server)
        _drop_leftovers(database_server)
        _run(database_server, roles.create_database_statement(name, template=template))
    yield name
    _run(database_server, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def owner_url(database_server: Server, database_name: str) -> str:
    """Give the address of this process's database for the role that owns the tables."""
    return database_server.url(roles.OWNER, database_name)


@pytest.fixture(scope="session")
def app_url(database_server: Server, database_name: str) -> str:
    """Give the address of this process's database for the application's role."""
    return database_server.url(roles.APP, database_name)


@pytest.fixture(scope="session")
def db(app_url: str) -> Iterator[Database]:
    """Open this process's database as the application does. A test makes a merchant of its own in it."""
    database = open_database(app_url)
    yield database
    database.close()


@pytest.fixture
def empty_db(db: Database, database_server: Server, database_name: str) -> Database:
    """Give the same database with no row in it, for the few tests that count what there is."""
    with database_server.superuser(database_name) as connection:
        found = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relkind IN ('r', 'p') AND NOT relispartition AND relname <> ALL (%s)",
            [list(KEPT_TABLES)],
        )
        tables = sql.SQL(", ").join(sql.Identifier("public", name) for (name,) in found)
        connection.execute("SET session_replication_role = replica")
        connection.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(tables))
    return db


def _template(server: Server) -> str:
    """Name the database that the present migrations lead to, made when they have changed."""
    name = f"template_{_fingerprint_of_migrations()}"
    if name in _databases(server):
        return name
    draft = f"{name}_draft"
    _run(server, f'DROP DATABASE IF EXISTS "{draft}" WITH (FORCE)')
    _run(server, roles.create_database_statement(draft))
    schema.upgrade(server.url(roles.OWNER, draft))
    _run(server, f'ALTER DATABASE "{draft}" RENAME TO "{name}"')
    return name


def _fingerprint_of_migrations() -> str:
    digest = hashlib.sha256()
    for path in sorted((CHECKOUT / "shared" / "storage").rglob("*")):
        if path.suffix in {".py", ".sql"}:
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _drop_leftovers(server: Server) -> None:
    """Drop what killed test processes and earlier migrations left."""
    current = f"template_{_fingerprint_of_migrations()}"
    for name in _databases(server):
        kind, _, rest = name.partition("_")
        if (kind == "template" and name != current) or (kind == "test" and not _is_alive(int(rest))):
            with suppress(psycopg.errors.ObjectInUse, psycopg.errors.InvalidCatalogName):
                _run(server, f'DROP DATABASE "{name}"')


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _databases(server: Server) -> list[str]:
    with server.superuser() as connection:
        found = connection.execute("SELECT datname FROM pg_database WHERE datname ~ '^(template_|test_)'")
        return [name for (name,) in found]


def _run(server: Server, statement: str) -> None:
    with server.superuser() as connection:
        connection.execute(statement.encode())


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    with (STATE / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield

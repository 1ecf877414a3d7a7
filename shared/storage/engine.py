"""Open the database, and open its transactions: each names its merchant, or says that it has none."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.orm import LoaderCriteriaOption, ORMExecuteState, Session, sessionmaker, with_loader_criteria

from shared.clock import now_sql
from shared.domain.ids import MerchantId
from shared.storage.records import TenantRow

_OWN_ROWS = "own rows"
_SNAPSHOT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


class TenantNotSet(RuntimeError):
    """A tenant's table was touched outside a transaction that names a merchant."""


class UnsafeRole(RuntimeError):
    """The application's role owns tables or passes by row security; it must do neither."""


@dataclass(slots=True)
class Transaction:
    """One open transaction: its session, the product's time, and the merchant it is for."""

    session: Session
    now: datetime
    merchant_id: MerchantId


@dataclass(slots=True)
class UntenantedTransaction:
    """A transaction over users, merchants and doors alone."""

    session: Session
    now: datetime


class Database:
    """The one place where transactions begin; they commit at the block's end and roll back on an error."""

    def __init__(self, engine: Engine, *, testkit: bool) -> None:
        """Take an engine of the application's role; with `testkit` the clock's offset counts."""
        self.engine = engine
        self.testkit = testkit
        self._sessions = sessionmaker(engine, autobegin=False, expire_on_commit=False)
        self._now = now_sql(testkit=testkit)
        event.listen(self._sessions, "do_orm_execute", _keep_to_merchant)

    @contextmanager
    def begin(self, merchant_id: MerchantId) -> Iterator[Transaction]:
        """Open a transaction for one merchant."""
        with self._begin(merchant_id, {}) as tx:
            yield tx

    @contextmanager
    def snapshot(self, merchant_id: MerchantId) -> Iterator[Transaction]:
        """Open a transaction that only reads, and sees one merchant's rows as they were at one instant.

        Between the statements of an ordinary one others commit: lines and the claims on them would differ.
        """
        with self._begin(merchant_id, _SNAPSHOT) as tx:
            yield tx

    @contextmanager
    def _begin(self, merchant_id: MerchantId, options: dict[str, Any]) -> Iterator[Transaction]:
        with self._sessions.begin() as session:
            session.info[_OWN_ROWS] = _own_rows(merchant_id)
            session.connection(execution_options=options)
            row = session.connection().execute(
                text(f"SELECT set_config('app.merchant', :merchant, true), {self._now}"),
                {"merchant": str(merchant_id)},
            )
            yield Transaction(session, row.one()[1], merchant_id)

    @contextmanager
    def begin_untenanted(self) -> Iterator[UntenantedTransaction]:
        """Open a transaction that can reach no merchant's rows."""
        with self._sessions.begin() as session:
            now = session.connection().execute(text(f"SELECT {self._now}")).scalar_one()
            yield UntenantedTransaction(session, now)

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def open_database(url: str, *, testkit: bool = False, pool_size: int = 10) -> Database:
    """Open a database by its SQLAlchemy URL (postgresql+psycopg), with the time limits every connection has.

    Raises UnsafeRole when the role could pass by row security.
    """
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=5,
        pool_pre_ping=True,
        json_deserializer=_read_json,
        connect_args={
            "connect_timeout": 5,
            "options": "-c statement_timeout=10s -c lock_timeout=5s"
            " -c idle_in_transaction_session_timeout=30s -c timezone=UTC",
        },
    )
    _refuse_unsafe_role(engine)
    return Database(engine, testkit=testkit)


def _read_json(written: bytes) -> object:
    # The library would guess each column's encoding first, which takes longer than to read most of them.
    if written == b"[]":
        return []
    return json.loads(str(written, "utf-8"))


def _refuse_unsafe_role(engine: Engine) -> None:
    query = text(
        "SELECT r.rolsuper OR r.rolbypassrls, EXISTS ("
        " SELECT FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace"
        " AND c.relkind = 'r' AND pg_has_role(r.oid, c.relowner, 'usage'))"
        " FROM pg_roles r WHERE r.rolname = current_user"
    )
    with engine.connect() as connection:
        passes_by, owns = connection.execute(query).one()
    if passes_by or owns:
        engine.dispose()
        raise UnsafeRole(
            "RESCIND_DATABASE_URL names a role that owns the tables or passes by row security."
            " Use the application's role; 'rescind db roles' prints the SQL that makes it."
        )


def _own_rows(merchant_id: MerchantId) -> LoaderCriteriaOption:
    criteria: Callable[[Any], Any] = lambda cls: cls.merchant_id == merchant_id  # noqa: E731 - the library wants a lambda
    return with_loader_criteria(TenantRow, criteria, include_aliases=True)


def _keep_to_merchant(state: ORMExecuteState) -> None:
    own_rows = state.session.info.get(_OWN_ROWS)
    if own_rows is not None:
        state.statement = state.statement.options(own_rows)
    elif any(issubclass(mapper.class_, TenantRow) for mapper in state.all_mappers):
        raise TenantNotSet("this transaction names no merchant; open it with begin(merchant_id)")

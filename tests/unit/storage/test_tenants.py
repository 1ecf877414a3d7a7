"""The walls between merchants, each by itself: transaction, session, keys, row security, the role."""

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import create_engine, select, text, update
from sqlalchemy.exc import IntegrityError, ProgrammingError

from shared.domain.errors import NotFound
from shared.domain.ids import new_id
from shared.queries.list_values import OrderFilter
from shared.queries.order_list import order_list
from shared.storage.engine import TenantNotSet, UnsafeRole, open_database
from shared.storage.records import LineItemRecord, OrderRecord, OrderTermRecord, ShipmentRecord
from shared.storage.scopes import find_order
from tests.builders import a_merchant, an_order, line_ids


@pytest.fixture
def two(db):
    mine, theirs = a_merchant(db), a_merchant(db)
    return mine, an_order().taken_in(db, mine), theirs, an_order().taken_in(db, theirs)


@pytest.mark.usefixtures("two")
def test_without_a_merchant_the_session_refuses(db) -> None:
    for statement in (select(OrderRecord), select(OrderRecord.number), update(OrderRecord).values(memo="x")):
        with pytest.raises(TenantNotSet), db.begin_untenanted() as tx:
            tx.session.execute(statement)


def test_the_session_adds_the_merchant_to_what_forgot_it(db, two) -> None:
    mine, order_id, _theirs, _other = two

    with db.begin(mine) as tx:
        ids = set(tx.session.scalars(select(OrderRecord.id)))
        by_join = select(OrderRecord.id).join(LineItemRecord, LineItemRecord.order_id == OrderRecord.id)
        assert set(tx.session.scalars(by_join)) == {order_id}

    assert ids == {order_id}


def test_anothers_order_is_missing(db, two) -> None:
    mine, _order_id, _theirs, other = two

    with pytest.raises(NotFound), db.begin(mine) as tx:
        find_order(tx, other)


def test_row_security_shows_nothing_without_a_tenant_and_one_tenant_with_it(app_url, two) -> None:
    mine, order_id, _theirs, _other = two

    with raw(app_url) as connection:
        for table in ("orders", "line_items", "cancellation_requests", "timeline", "effects", "memberships"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
        connection.execute("SELECT set_config('app.merchant', %s, true)", [str(mine)])
        assert connection.execute("SELECT id FROM orders").fetchall() == [(order_id,)]
        changed = connection.execute("UPDATE orders SET memo = 'x' WHERE merchant_id <> %s", [mine])
        assert changed.rowcount == 0


def test_the_tenant_ends_with_its_transaction(db, two) -> None:
    mine, *_ = two
    with db.begin(mine):
        pass

    with db.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM orders")).scalar_one() == 0


def test_a_foreign_write_is_refused(app_url, two) -> None:
    mine, _order_id, theirs, _other = two

    with raw(app_url) as connection:
        connection.execute("SELECT set_config('app.merchant', %s, true)", [str(mine)])
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute(
                "INSERT INTO stock (merchant_id, sku, opening, on_hand) VALUES (%s, 'X', 1, 1)", [theirs]
            )


def test_a_row_cannot_hang_on_anothers_order(db, two) -> None:
    mine, _order_id, _theirs, other = two

    with pytest.raises(IntegrityError), db.begin(mine) as tx:
        tx.session.add(
            ShipmentRecord(
                merchant_id=mine, id=new_id(), order_id=other, carrier="", tracking="", shipped_at=tx.now
            )
        )


def test_a_word_that_points_at_anothers_order_finds_nothing(db, two) -> None:
    mine, _order_id, _theirs, other = two
    with db.begin(mine) as tx:
        tx.session.add(OrderTermRecord(merchant_id=mine, term="stolen", order_id=other))

    assert order_list(db, mine, OrderFilter(search="stolen"), cursor=None).rows == ()


def test_two_merchants_may_use_the_same_ids_and_numbers(db, two) -> None:
    mine, _order_id, theirs, _other = two
    number = f"SAME-{new_id()}"

    first = an_order().with_(number=number).taken_in(db, mine)
    second = an_order().with_(number=number).taken_in(db, theirs)

    assert first != second
    assert line_ids(db, mine, second) == []


def test_the_application_refuses_roles_that_pass_the_walls(owner_url, database_server, database_name) -> None:
    for url in (owner_url, database_server.url("postgres", database_name)):
        with pytest.raises(UnsafeRole, match="RESCIND_DATABASE_URL"):
            open_database(url)


def test_the_application_can_neither_change_the_timeline_nor_move_the_clock(db, two) -> None:
    mine, *_ = two

    for statement in (
        "UPDATE timeline SET to_state = ''",
        "DELETE FROM timeline",
        "INSERT INTO clock VALUES (1, '1 h')",
    ):
        with pytest.raises(ProgrammingError), db.begin(mine) as tx:
            tx.session.connection().execute(text(statement))


@pytest.mark.usefixtures("two")
def test_not_even_the_owner_changes_the_timeline(database_server, database_name) -> None:
    engine = create_engine(database_server.url("postgres", database_name))
    with pytest.raises(ProgrammingError, match="append-only"), engine.begin() as connection:
        connection.execute(text("UPDATE timeline SET to_state = 'x'"))
    engine.dispose()


def raw(app_url: str) -> psycopg.Connection:
    """Connect as the application's role, past all of our code."""
    return psycopg.connect(app_url.replace("postgresql+psycopg://", "postgresql://"))

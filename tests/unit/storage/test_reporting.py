"""The reporting views: their columns are public, and a reader sees one merchant whatever it sets."""

import psycopg
import pytest
from psycopg import errors

from shared.actions import webhooks
from shared.actions.webhooks import EndpointTerms
from shared.queries import merchants
from shared.storage import roles
from tests.builders import USER, a_merchant, an_order, cancel
from tests.post import SEALING_KEYS

VIEWS = {
    "orders": "merchant order_id number status currency captured placed_at",
    "line_items": "merchant order_id line_item_id sku ordered shipped canceled requested",
    "cancellation_requests": "merchant request_id order_id state source reason requested_at ended_at",
    "request_units": "merchant request_id line_item_id asked quantity",
    "refunds": "merchant refund_id request_id order_id payment_id amount currency state idempotency_key",
    "stock_movements": "merchant movement_id request_id line_item_id sku quantity",
    "stock": "merchant sku opening on_hand",
    "restock_rules": "merchant reason restock",
    "messages": "merchant message_id request_id event recipient state sent_at",
    "webhook_deliveries": "merchant event_id endpoint_id state attempts",
    "feed_rows": "merchant feed_id row_number verdict code request_id",
    "timeline": "merchant entry_id order_id request_id actor from_state to_state at hash",
}


@pytest.fixture
def reader(db, database_server, database_name):
    """Connect as one merchant's analyst; give the merchant's slug and another's id beside it."""
    mine, theirs = a_merchant(db), a_merchant(db)
    for merchant_id in (mine, theirs):
        webhooks.add(db, merchant_id, "https://hooks.shop.example/", (), USER, EndpointTerms(SEALING_KEYS))
        cancel(db, merchant_id, an_order().taken_in(db, merchant_id))
    with db.begin(mine) as tx:
        slug = merchants.of(tx).slug
    with connected(database_server, roles.OWNER, database_name) as owner:
        for statement in roles.reader_statements(slug, mine):
            owner.execute(statement)
    role = roles.reader_name(slug)
    with connected(database_server, role, database_name) as connection:
        yield connection, slug, theirs
    with database_server.superuser(database_name) as superuser:
        superuser.execute(f"DROP OWNED BY {role}")
        superuser.execute(f"DROP ROLE {role}")


def connected(server, role: str, database: str) -> psycopg.Connection:
    """Connect as a role, each statement on its own."""
    return psycopg.connect(host=str(server.socket_dir), user=role, dbname=database, autocommit=True)


def test_every_view_has_its_columns_and_shows_one_merchant_alone(reader) -> None:
    connection, slug, theirs = reader
    for setting in ("", str(theirs)):
        connection.execute("SELECT set_config('app.merchant', %s, false)", [setting])
        for view, columns in VIEWS.items():
            found = connection.execute(f"SELECT * FROM reporting.{view}")
            assert [column.name for column in found.description] == columns.split()
            seen = {row[0] for row in found}
            assert seen == ({slug} if view not in {"feed_rows", "stock", "stock_movements"} else set()), view


def test_there_is_no_other_view(reader) -> None:
    connection, *_ = reader
    found = connection.execute("SELECT viewname FROM pg_views WHERE schemaname = 'reporting'")

    assert {name for (name,) in found} == set(VIEWS)


def test_a_reader_reads_views_alone_and_changes_nothing(reader) -> None:
    connection, *_ = reader
    for statement in (
        "SELECT * FROM public.orders",
        "SELECT * FROM reporting.readers",
        "INSERT INTO reporting.readers VALUES (current_user, gen_random_uuid())",
        "SET ROLE rescind_reporting",
    ):
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute(statement)
    for statement in ("DELETE FROM reporting.orders", "UPDATE reporting.stock SET on_hand = 0"):
        with pytest.raises((errors.InsufficientPrivilege, errors.ObjectNotInPrerequisiteState)):
            connection.execute(statement)

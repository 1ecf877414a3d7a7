"""What the database itself refuses, whatever the code above it forgot; and what a page would mix up."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from shared.actions import execution
from shared.domain.actors import ActorKind
from shared.domain.ids import MerchantId, OrderId
from shared.queries import orders
from shared.queries.order_values import OrderPage
from shared.queries.orders import order_page
from shared.storage.engine import Database
from tests.builders import a_merchant, an_order, automatic, request


def _again(table: str, new: str, where: str = "") -> str:
    """Write every row a second time, with another value in one column."""
    row = f"jsonb_populate_record(t, jsonb_build_object('{new}', gen_random_uuid()))"
    return f"INSERT INTO {table} SELECT ({row}).* FROM {table} t {where}"


# A statement that some race could lead to, and the constraint that ends it.
REFUSED = {
    "UPDATE line_items SET shipped = ordered": "ck_line_items_quantities",
    "UPDATE line_items SET canceled = ordered": "ck_line_items_quantities",
    "UPDATE line_items SET requested = requested - 2": "ck_line_items_quantities",
    "UPDATE orders SET shipped = ordered": "ck_orders_quantities",
    "UPDATE orders SET requested = requested - 2": "ck_orders_quantities",
    "UPDATE orders SET refunded_minor = captured_minor + 1": "ck_orders_refunds",
    "UPDATE payments SET refunded_minor = captured_minor + 1": "ck_payments_refunds",
    "UPDATE payments SET refunded_minor = -1": "ck_payments_refunds",
    "UPDATE request_units SET quantity = asked + 1": "ck_request_units_quantity",
    "UPDATE request_units SET quantity = -1": "ck_request_units_quantity",
    _again("messages", "id", "WHERE event = 'cancellation_accepted'"): "uq_messages_outcome",
    _again("stock_movements", "id"): "uq_stock_movements",
    _again("effects", "id"): "uq_effects_merchant_id_dedup_key",
}


@pytest.mark.parametrize(("statement", "constraint"), REFUSED.items(), ids=range(len(REFUSED)))
def test_a_unit_a_refund_or_an_outcome_too_many_is_refused_by_the_database(
    db: Database, statement: str, constraint: str
) -> None:
    merchant_id = a_merchant(db, automatic())
    order_id = an_order().with_item("Tea kettle", 3, 9_000).taken_in(db, merchant_id)
    cancel_for_the_buyer(db, merchant_id, order_id)
    request(db, merchant_id, order_id, 1)

    with pytest.raises(IntegrityError, match=constraint), db.begin(merchant_id) as tx:
        tx.session.execute(text(statement))


@pytest.mark.parametrize("statement", ["UPDATE timeline SET event = 'order_shipped'", "DELETE FROM timeline"])
def test_what_stands_in_a_timeline_stays(db: Database, statement: str) -> None:
    merchant_id = a_merchant(db)
    an_order().taken_in(db, merchant_id)

    with pytest.raises(DBAPIError), db.begin(merchant_id) as tx:
        tx.session.execute(text(statement))


def cancel_for_the_buyer(db: Database, merchant_id: MerchantId, order_id: OrderId) -> None:
    execution.execute(db, merchant_id, request(db, merchant_id, order_id, 1))


def page_while_somebody_asks(db: Database, monkeypatch: pytest.MonkeyPatch) -> OrderPage:
    """Read an order's page, and have a unit asked for between its first statements and the others."""
    merchant_id = a_merchant(db)
    order_id = an_order().with_item("Tea kettle", 3).taken_in(db, merchant_id)
    payments_of = orders.payments_of

    def ask_meanwhile(tx, of_order):
        request(db, merchant_id, order_id, 2)
        return payments_of(tx, of_order)

    monkeypatch.setattr(orders, "payments_of", ask_meanwhile)
    return order_page(db, merchant_id, order_id, ActorKind.MERCHANT_USER)


def test_a_page_is_of_one_instant_whatever_happens_while_it_is_read(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = page_while_somebody_asks(db, monkeypatch)

    assert (page.items[0].requested, page.requests) == (0, ())


def test_without_the_snapshot_a_page_names_a_request_that_its_items_know_nothing_of(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Database, "snapshot", Database.begin)

    page = page_while_somebody_asks(db, monkeypatch)

    assert page.items[0].requested == 0
    assert [asked.quantity for asked in page.requests] == [2]

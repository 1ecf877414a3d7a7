"""A list of fifty orders costs as many statements as one of five, and an order's page always the same."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from shared.actions import merchants
from shared.domain.actors import ActorKind
from shared.domain.ids import MerchantId
from shared.domain.permissions import Role
from shared.queries import inbox
from shared.queries.list_values import OrderFilter
from shared.queries.order_list import order_list
from shared.queries.orders import order_page
from shared.storage.engine import Database
from shared.web.services import EXTENSION
from tests.builders import a_merchant, accept, an_order, request, ship


@contextmanager
def counted(db: Database) -> Iterator[list[str]]:
    """Give the statements that are sent inside the block."""
    sent: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def of_list(db: Database, app: Flask, orders: int) -> tuple[list[str], list[str]]:
    """Give what the list costs, and what its whole page does."""
    merchant_id = a_merchant(db)
    for _ in range(orders):
        order_id = an_order().with_item(quantity=2).with_item("Teapot").taken_in(db, merchant_id)
        request(db, merchant_id, order_id, 1)
    with counted(db) as sent:
        found = order_list(db, merchant_id, OrderFilter(), cursor=None, limit=50)
    assert len(found.rows) == orders
    client = signed_in(db, app, merchant_id)
    with counted(app.extensions[EXTENSION].db) as sent_for_page:
        page = client.get("/console/orders").get_data(as_text=True)
    assert page.count("NL-") >= orders
    return sent, sent_for_page


def signed_in(db: Database, app: Flask, merchant_id: MerchantId) -> FlaskClient:
    person = {"email": f"maya-{merchant_id}@example.com", "password": "correct horse battery staple"}
    merchants.create_user(db, merchant_id, **person, name="Maya Lindqvist", role=Role.OWNER)
    client = app.test_client()
    assert client.post("/console/sign-in", data=person).status_code == 303
    return client


def of_page(db: Database, lines: int, requests: int) -> list[str]:
    merchant_id = a_merchant(db)
    order = an_order()
    for number in range(lines):
        order = order.with_item(f"Item {number}", quantity=requests + 1)
    order_id = order.taken_in(db, merchant_id)
    for _ in range(requests):
        accept(db, merchant_id, request(db, merchant_id, order_id, 1))
    ship(db, merchant_id, order_id, 1)
    with counted(db) as sent:
        page = order_page(db, merchant_id, order_id, ActorKind.MERCHANT_USER)
    assert (len(page.items), len(page.requests)) == (lines, requests)
    return sent


def of_detail(db: Database, app: Flask, requests: int) -> list[str]:
    merchant_id = a_merchant(db)
    order_id = an_order().with_item(quantity=requests).taken_in(db, merchant_id)
    for _ in range(requests):
        request(db, merchant_id, order_id, 1)
    client = signed_in(db, app, merchant_id)
    with counted(app.extensions[EXTENSION].db) as sent:
        page = client.get(f"/console/orders/{order_id}").get_data(as_text=True)
    assert page.count("If you accept") == requests
    return sent


def of_inbox(db: Database, orders: int) -> list[str]:
    merchant_id = a_merchant(db)
    for _ in range(orders):
        request(db, merchant_id, an_order().taken_in(db, merchant_id))
    with counted(db) as sent:
        assert len(inbox.waiting(db, merchant_id)) == orders
    return sent


def same(few: list[str], many: list[str]) -> None:
    assert few, "Nothing was counted: the listener hears no statement."
    more = "\n".join(many[len(few) :])
    assert len(many) == len(few), f"Read the rows of all orders at once (IN, a join), not one by one:\n{more}"


def test_a_dashboard_of_fifty_orders_costs_as_many_statements_as_one_of_five(
    db: Database, composed: Flask
) -> None:
    few, few_for_page = of_list(db, composed, 5)
    many, many_for_page = of_list(db, composed, 50)

    same(few, many)
    same(few_for_page, many_for_page)


def test_the_requests_of_twenty_orders_cost_as_many_statements_as_those_of_two(db: Database) -> None:
    same(of_inbox(db, 2), of_inbox(db, 20))


def test_a_long_order_with_many_requests_costs_as_many_statements_as_a_short_one(db: Database) -> None:
    same(of_page(db, 1, 1), of_page(db, 8, 4))


def test_a_detail_page_with_four_open_requests_costs_as_many_statements_as_with_one(
    db: Database, composed: Flask
) -> None:
    same(of_detail(db, composed, 1), of_detail(db, composed, 4))


def test_one_statement_for_each_order_is_found(db: Database) -> None:
    merchant_id = a_merchant(db)
    ids = [an_order().taken_in(db, merchant_id) for _ in range(3)]
    with counted(db) as sent:
        for order_id in ids:
            order_page(db, merchant_id, order_id, ActorKind.BUYER)

    with pytest.raises(AssertionError, match="Read the rows of all orders at once"):
        same(sent[: len(sent) // 3], sent)
    with pytest.raises(AssertionError, match="Nothing was counted"):
        same([], [])

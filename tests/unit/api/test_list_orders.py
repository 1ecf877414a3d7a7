"""Stores read their orders back in pages: newest first, by status and by when they were placed."""

from __future__ import annotations

import base64
import json
from urllib.parse import urlencode

import pytest

from shared.queries import order_documents
from shared.queries.list_values import OrderFilter
from tests.builders import a_merchant, an_order
from tests.unit.api.conftest import Store, address
from tests.unit.house.test_statement_counts import counted


def listed(store: Store, **parameters: object) -> dict:
    response = store.call("GET", f"/orders?{urlencode(parameters)}")
    assert response.status_code == 200, response.text
    return json.loads(response.text)


def numbers(store: Store, **parameters: object) -> list[str]:
    return [order["number"] for order in listed(store, **parameters)["orders"]]


def placed(store: Store, *instants: str) -> list[str]:
    return [store.taken_in(placed_at=at)["number"] for at in instants]


def test_a_listed_order_is_answered_as_it_is_by_itself(store: Store) -> None:
    whole = store.taken_in(discount=500, discounts=[{"code": "SPRING", "amount": 100, "skus": ["MUG"]}])
    part = store.taken_in(prices_include_tax=False, shipping={"amount": 490, "tax": 93})
    for order in (whole, part):
        asked = {"line_items": [{"sku": "MUG", "quantity": 1}], "reason": "NoInventory"}
        assert store.call("POST", store.cancellations_of(order), asked).status_code == 202
    store.call("POST", f"{address(part)}/shipments", {"line_items": [{"sku": "KETTLE", "quantity": 3}]})
    store.call("POST", f"{address(part)}/adjustments", {"line_items": [{"sku": "KETTLE", "amount": 100}]})

    orders = listed(store)["orders"]

    assert {order["number"] for order in orders} == {whole["number"], part["number"]}
    for order in orders:
        assert order == store.call("GET", address(order)).json
        assert len(order["cancellations"]) == 1


def test_pages_follow_one_another_newest_first(store: Store) -> None:
    told = placed(store, *(f"2026-03-{day:02}T10:00:00Z" for day in range(1, 8)))

    seen: list[str] = []
    page = listed(store, limit=3)
    while True:
        seen += [order["number"] for order in page["orders"]]
        if page["next_cursor"] is None:
            break
        page = listed(store, limit=3, cursor=page["next_cursor"])

    assert seen == told[::-1]


@pytest.mark.parametrize(
    ("bounds", "found"),
    [
        ({"from": "2026-03-02T10:00:00Z"}, [2, 1]),
        ({"to": "2026-03-02T10:00:00Z"}, [1, 0]),
        ({"from": "2026-03-02", "to": "2026-03-02"}, [1]),
        ({"from": "2026-03-03T12:00:00+02:00"}, [2]),
        ({"to": "2026-02-28"}, []),
    ],
)
def test_both_ends_of_a_period_count(store: Store, bounds: dict[str, str], found: list[int]) -> None:
    told = placed(store, *(f"2026-03-0{day}T10:00:00Z" for day in (1, 2, 3)))

    assert numbers(store, **bounds) == [told[place] for place in found]


def test_statuses_are_those_of_the_answers(store: Store) -> None:
    pending = store.taken_in(payments=[])
    shipped = store.taken_in()
    store.call("POST", f"{address(shipped)}/shipments", {})
    asked = store.taken_in()
    store.call("POST", store.cancellations_of(asked), {"requested_by": "buyer"})

    assert numbers(store, status="Pending") == [pending["number"]]
    assert numbers(store, status="Shipped") == [shipped["number"]]
    assert numbers(store, status="Unshipped") == [asked["number"]]
    assert numbers(store, status="Cancellation requested") == [asked["number"]]
    assert numbers(store, status="Canceled") == []


@pytest.mark.parametrize(
    "query",
    [
        "status=open",
        "from=yesterday",
        "to=2026-02-30",
        "from=2026-03-02T10:00:00",
        "cursor=x",
        f"cursor={base64.urlsafe_b64encode(b'[' * 5000).decode()}",
        "limit=0",
        "page=2",
    ],
)
def test_what_the_list_does_not_know_is_refused(store: Store, query: str) -> None:
    response = store.call("GET", f"/orders?{query}")

    assert (response.status_code, response.json["code"]) == (422, "invalid_content")


def test_another_shops_orders_are_not_listed(store: Store, db) -> None:
    an_order().taken_in(db, a_merchant(db))

    assert numbers(store) == []


def test_a_page_of_many_orders_costs_as_many_statements_as_one_of_few(store: Store, db) -> None:
    def cost(limit: int) -> int:
        with counted(db) as sent:
            page = order_documents.list_orders(db, store.merchant_id, OrderFilter(), cursor=None, limit=limit)
        assert len(page.orders) == limit
        return len(sent)

    for _ in range(8):
        store.call("POST", store.cancellations_of(store.taken_in()), {})

    assert cost(8) == cost(2)

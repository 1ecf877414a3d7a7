"""Orders, shipments, stock, eligibility and quotes through the API."""

import pytest

from shared.actions import execution
from shared.domain.policy import Fee, Policy
from shared.queries import invariants

from .conftest import address


def test_an_order_answers_as_it_was_given_and_how_it_stands(store) -> None:
    given = store.order(
        discount=100,
        discounts=[{"code": "SPRING", "amount": 200, "skus": ["MUG"], "min_subtotal": 1000}],
        shipping={"amount": 500, "tax": 50},
        external_ids={"amazon_order_id": "902-1"},
        hold=True,
    )

    response = store.call("POST", "/orders", given)

    assert response.status_code == 201
    told = response.json
    same = (
        "number",
        "currency",
        "prices_include_tax",
        "discount",
        "discounts",
        "shipping",
        "external_ids",
        "hold",
    )
    assert {name: told[name] for name in same} == {name: given[name] for name in same}
    assert told["placed_at"] == "2026-03-31T12:05:00Z"
    assert told["buyer"] == {"email": "ana.torres@example.com", "name": "Ana Torres", "locale": "en"}
    assert told["status"] == "Unshipped"
    assert told["cancellation_requested"] is False
    assert (told["cancellations"], told["refunds"]) == ([], [])
    for line, sent in zip(told["line_items"], given["line_items"], strict=True):
        assert {name: line[name] for name in sent} == sent
        assert (line["ordered"], line["shipped"], line["canceled"], line["requested"]) == (
            sent["quantity"],
            0,
            0,
            0,
        )
        assert line["status"] == "Unshipped"
    assert store.call("GET", address(told)).json == told


def test_shipping_tax_beside_prices_is_told_as_it_was_given(store) -> None:
    told = store.taken_in(
        prices_include_tax=False,
        shipping={"amount": 500, "tax": 50},
    )

    assert told["shipping"] == {"amount": 500, "tax": 50}


def test_an_order_with_nothing_authorized_is_pending_unless_it_is_free(store) -> None:
    free = [{"sku": "GIFT", "title": "Gift", "quantity": 1, "unit_price": 0}]

    assert store.taken_in(payments=[])["status"] == "Pending"
    assert store.taken_in(payments=[], line_items=free)["status"] == "Unshipped"


def test_a_number_is_taken_once_whatever_the_key(store) -> None:
    given = store.order()
    assert store.call("POST", "/orders", given).status_code == 201

    for again in (given, given | {"hold": True}):
        response = store.call("POST", "/orders", again)
        assert (response.status_code, response.json["code"]) == (409, "already_exists")


@pytest.mark.parametrize("number", ["#536365", "A B", "Ä-1 %?&", "x" * 64])
def test_numbers_are_percent_encoded_in_addresses(store, number) -> None:
    told = store.taken_in(number=number)

    assert store.call("GET", address(told)).json["number"] == number


def test_anothers_order_is_missing(store, a_store) -> None:
    other = a_store().taken_in()

    for method, path, body in (
        ("GET", address(other), None),
        ("GET", f"{address(other)}/eligibility", None),
        ("POST", f"{address(other)}/quote", {}),
        ("POST", f"{address(other)}/cancellations", {}),
        ("POST", f"{address(other)}/shipments", {}),
    ):
        response = store.call(method, path, body)
        assert (response.status_code, response.json["code"]) == (404, "not_found")


def test_a_shipment_without_lines_takes_all_that_is_open(store) -> None:
    order = store.taken_in()

    response = store.call("POST", f"{address(order)}/shipments", {"carrier": "UPS", "tracking": "1Z"})

    assert response.status_code == 201
    assert [units["quantity"] for units in response.json["line_items"]] == [3, 2]
    assert (response.json["carrier"], response.json["tracking"]) == ("UPS", "1Z")
    assert store.call("GET", address(order)).json["status"] == "Shipped"
    again = store.call("POST", f"{address(order)}/shipments", {})
    assert (again.status_code, again.json["code"]) == (409, "not_eligible")


def test_a_shipment_names_lines_by_sku_or_id(store) -> None:
    order = store.taken_in()
    line_id = order["line_items"][1]["id"]

    response = store.call(
        "POST",
        f"{address(order)}/shipments",
        {"line_items": [{"sku": "KETTLE", "quantity": 1}, {"line_item_id": line_id, "quantity": 2}]},
    )

    assert response.status_code == 201
    told = store.call("GET", address(order)).json
    assert [line["shipped"] for line in told["line_items"]] == [1, 2]
    assert [line["status"] for line in told["line_items"]] == ["Partially shipped", "Shipped"]
    assert told["status"] == "Partially shipped"


def test_a_sku_on_two_lines_is_ambiguous(store) -> None:
    line = {"sku": "MUG", "title": "Mug", "quantity": 1, "unit_price": 100}
    order = store.taken_in(line_items=[line, line])

    for path in ("shipments", "cancellations", "quote"):
        response = store.call(
            "POST", f"{address(order)}/{path}", {"line_items": [{"sku": "MUG", "quantity": 1}]}
        )
        assert (response.status_code, response.json["code"]) == (422, "ambiguous_sku")


@pytest.mark.parametrize(
    "line_items",
    [
        [],
        None,
        [{"sku": "NOBODY", "quantity": 1}],
        [{"sku": "MUG", "quantity": 3}],
        [{"sku": "MUG", "quantity": 0}],
        [{"sku": "MUG"}],
        [{"quantity": 1}],
        [{"sku": "MUG", "line_item_id": "x", "quantity": 1}],
        [{"sku": "MUG", "quantity": 1}, {"sku": "MUG", "quantity": 1}],
        [{"line_item_id": "0" * 36, "quantity": 1}],
        [{"sku": None, "quantity": 1}],
    ],
)
def test_wrong_lines_are_wrong_content(store, line_items) -> None:
    order = store.taken_in()

    for path in ("shipments", "cancellations", "quote"):
        response = store.call("POST", f"{address(order)}/{path}", {"line_items": line_items})
        assert response.status_code == 422, response.text
        assert store.call("GET", address(order)).json["cancellations"] == []


def test_eligibility_tells_blockers_and_next_steps_for_either_asker(a_store) -> None:
    store = a_store(Policy(window_hours=1))
    order = store.taken_in()
    store.call("POST", f"{address(order)}/shipments", {"line_items": [{"sku": "MUG", "quantity": 2}]})

    merchant = store.call("GET", f"{address(order)}/eligibility").json
    buyer = store.call("GET", f"{address(order)}/eligibility?requested_by=buyer").json

    assert (merchant["eligible"], merchant["quantity"]) == (True, 3)
    assert merchant["line_items"][1]["blockers"] == [{"code": "already_shipped", "next_step": "return_it"}]
    assert (buyer["eligible"], buyer["quantity"]) == (False, 0)
    assert buyer["line_items"][0]["blockers"] == [{"code": "window_closed", "next_step": "contact"}]
    assert store.call("GET", f"{address(order)}/eligibility?requested_by=me").status_code == 422


def test_a_quote_for_a_canceled_order_is_nothing(store, db) -> None:
    order = store.taken_in(shipping={"amount": 500})
    canceled = store.call("POST", store.cancellations_of(order), {}).json
    execution.execute(db, store.merchant_id, canceled["id"])

    quoted = store.call("POST", f"{address(order)}/quote", {}, key=None)

    assert quoted.status_code == 200
    assert (quoted.json["refund"], quoted.json["payments"], quoted.json["kept"]) == (0, [], [])


def test_a_quote_tells_refund_and_payments_and_changes_nothing(store) -> None:
    order = store.taken_in(shipping={"amount": 500})

    response = store.call(
        "POST", f"{address(order)}/quote", {"line_items": [{"sku": "MUG", "quantity": 1}]}, key=None
    )

    assert response.status_code == 200
    # 22,800 was charged of 23,300 that are due for everything: what is still owed is released first.
    assert response.json["refund"] == 1300
    assert response.json["payments"] == [{"id": order["payments"][0]["id"], "amount": 1300}]
    assert response.json["kept"] == [{"amount": 500, "why": "shipping_with_last_unit"}]
    assert set(response.json) == {"hash", "refund", "kept", "payments", "rate_after"}
    assert store.call("GET", address(order)).json == order


def test_a_quote_for_a_buyer_keeps_the_fee_and_binds_as_their_cancellation(a_store) -> None:
    store = a_store(Policy(fee=Fee(percent=10)))
    order = store.taken_in()
    path = f"{address(order)}/quote"

    mine = store.call("POST", path, {}, key=None).json
    theirs = store.call("POST", path, {"requested_by": "buyer"}, key=None).json

    assert (mine["refund"], theirs["refund"]) == (22800, 20520)
    assert theirs["kept"] == [{"amount": 2280, "why": "fee"}]
    assert store.call("POST", path, {"requested_by": "buyer", "refund": 0}, key=None).status_code == 422
    assert store.call("POST", path, {"requested_by": "store"}, key=None).status_code == 422


def test_a_quote_for_a_buyer_holds_what_a_buyer_may(a_store) -> None:
    store = a_store(Policy(window_hours=1))
    path = f"{address(store.taken_in())}/quote"
    body = {"requested_by": "buyer", "line_items": [{"sku": "MUG", "quantity": 1}]}

    assert store.call("POST", path, body, key=None).json["code"] == "not_eligible"


def test_stock_is_set_and_follows_restocked_units(store, db) -> None:
    order = store.taken_in()

    response = store.call("PUT", "/stock/MUG", {"on_hand": 10})

    assert (response.status_code, response.json) == (200, {"sku": "MUG", "on_hand": 10})
    assert store.call("PUT", "/stock/MUG", {"on_hand": 12}).json["on_hand"] == 12
    assert store.call("PUT", "/stock/MUG", {"on_hand": -1}).json["on_hand"] == -1, "back-ordered"
    assert store.call("PUT", "/stock/MUG", {"on_hand": -(10**13)}).status_code == 422
    assert store.call("PUT", "/stock/MUG", {"on_hand": True}).status_code == 422
    assert store.call("PUT", "/stock/TEA%2FMUG%20%C3%BC", {"on_hand": 3}).json == {
        "sku": "TEA/MUG ü",
        "on_hand": 3,
    }
    assert store.call("GET", address(order)).status_code == 200
    assert invariants.violations_of(db, store.merchant_id) == []

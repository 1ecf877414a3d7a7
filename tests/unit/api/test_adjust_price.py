"""Price adjustments through the API (adjust_price), and refunds of less than was quoted."""

from shared.actions import execution
from tests.unit.api.conftest import address


def shipped(store, **changes):
    order = store.taken_in(**changes)
    assert store.call(
        "POST", f"{address(order)}/shipments", {"line_items": [{"sku": "KETTLE", "quantity": 2}]}
    )
    return order


def adjust(store, order, body, **more):
    return store.call("POST", f"{address(order)}/adjustments", body, **more)


def test_part_of_the_price_goes_back(store) -> None:
    order = shipped(store)
    line = order["line_items"][0]["id"]

    response = adjust(
        store,
        order,
        {"line_items": [{"sku": "KETTLE", "amount": 1500}], "reason": "PricingError", "message": "Sorry"},
    )

    told = response.json
    assert response.status_code == 201
    assert {name: told[name] for name in told if name not in {"id", "adjusted_at"}} == {
        "order_number": order["number"],
        "refund": 1500,
        "line_items": [{"line_item_id": line, "sku": "KETTLE", "amount": 1500}],
        "shipping": 0,
        "reason": "PricingError",
    }
    after = store.call("GET", address(order)).json
    assert after["adjustments"] == [told]
    assert [(refund["amount"], refund["adjustment_id"]) for refund in after["refunds"]] == [
        (1500, told["id"])
    ]
    assert [line["canceled"] for line in after["line_items"]] == [0, 0]


def test_shipping_alone_goes_back_under_the_default_reason(store) -> None:
    order = shipped(
        store,
        shipping={"amount": 500},
        payments=[{"gateway": "manual", "authorized": 23300, "captured": 23300}],
    )

    response = adjust(store, order, {"shipping": 500})

    assert (response.status_code, response.json["refund"], response.json["reason"]) == (
        201,
        500,
        "GeneralAdjustment",
    )


def test_a_repeat_answers_as_the_first_did(store) -> None:
    order = shipped(store)
    first, second = (
        adjust(store, order, {"line_items": [{"sku": "KETTLE", "amount": 1500}]}, key="once")
        for _ in range(2)
    )

    assert first.json == second.json
    assert len(store.call("GET", address(order)).json["adjustments"]) == 1


def test_more_than_is_possible_is_refused_with_how_much_is(store) -> None:
    order = shipped(store)
    refusals = [
        ({"line_items": [{"sku": "KETTLE", "amount": 12801}]}, 409, "Of “Tea kettle” 12800 may go back"),
        ({"line_items": [{"sku": "MUG", "amount": 1}]}, 409, "no unit of it has shipped"),
        ({"shipping": 1}, 409, "Of the shipping 0 may go back"),
        ({}, 422, "at least one amount"),
        ({"line_items": []}, 422, ""),
        ({"line_items": [{"sku": "KETTLE", "amount": 0}]}, 422, ""),
        ({"line_items": [{"sku": "KETTLE", "amount": -5}]}, 422, ""),
        ({"line_items": [{"sku": "KETTLE", "amount": "5"}]}, 422, ""),
        ({"line_items": [{"sku": "NONE", "amount": 5}]}, 422, "There is no line “NONE”"),
        ({"line_items": [{"sku": "KETTLE", "amount": 5}] * 2}, 422, "named twice"),
        ({"shipping": 1, "reason": "OrderedByMistake"}, 422, ""),
        ({"shipping": 1, "colour": "red"}, 422, ""),
    ]

    for body, status, words in refusals:
        response = adjust(store, order, body)
        assert response.status_code == status, (body, response.text)
        assert words in response.json["detail"]
    assert store.call("GET", address(order)).json["refunds"] == []


def test_a_key_that_may_not_cancel_may_not_adjust(a_store) -> None:
    store = a_store(scopes=("read", "ship", "admin"))
    order = shipped(store)

    assert adjust(store, order, {"line_items": [{"sku": "KETTLE", "amount": 1}]}).status_code == 403


def test_a_quote_of_less_says_what_is_withheld(store) -> None:
    order = store.taken_in()

    for wanted, refund in ((0, 0), (100, 100), (99_999, 22800)):
        told = store.call("POST", f"{address(order)}/quote", {"refund": wanted}).json
        kept = [{"amount": 22800 - refund, "why": "withheld"}] if refund < 22800 else []
        assert (told["refund"], told["kept"]) == (refund, kept)


def test_a_cancellation_refunds_at_most_what_was_said(store, db) -> None:
    for wanted, refunds in ((0, []), (100, [100]), (99_999, [22800])):
        order = store.taken_in()
        response = store.call("POST", store.cancellations_of(order), {"refund": wanted})
        execution.execute(db, store.merchant_id, response.json["id"])

        after = store.call("GET", address(order)).json
        assert [refund["amount"] for refund in after["refunds"]] == refunds


def test_a_buyers_quote_stands(store) -> None:
    order = store.taken_in()
    path = store.cancellations_of(order)

    for body in ({"requested_by": "buyer", "refund": 0}, {"refund": -1}, {"refund": 1.5}, {"refund": None}):
        assert store.call("POST", path, body).status_code == 422

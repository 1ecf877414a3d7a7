"""What stores hear of orders that ended, stand still or may not be asked about, while requests come in."""

import json

import pytest

from shared.actions import cancellations, merchants
from shared.actions.merchants import MerchantChanges
from shared.domain.policy import Policy
from shared.domain.reasons import DeclineReason
from shared.queries.invariants import violations_of
from tests.builders import USER, accept, cancel, request
from tests.unit.api.conftest import Store, address
from tests.unit.api.test_change_order import NOW, changed


def asked_by_buyer(store: Store, order: dict, **body: object):
    return store.call("POST", store.cancellations_of(order), {"requested_by": "buyer", **body})


def blockers(response) -> set[str]:
    assert response.status_code == 409, response.text
    return {blocker for line in json.loads(response.text)["blockers"] for blocker in line["blockers"]}


@pytest.mark.parametrize(
    ("change", "blocker"),
    [
        ({"hold": True}, "order_on_hold"),
        ({"disputed": True}, "payment_disputed"),
        ({"in_fulfillment": True}, "in_fulfillment"),
        ({"fulfilled_by": "other"}, "fulfilled_by_other"),
    ],
)
def test_what_a_store_tells_stands_against_a_cancellation_until_it_tells_otherwise(
    store: Store, change: dict, blocker: str
) -> None:
    order = store.taken_in(placed_at=NOW)
    changed(store, order, **change)
    assert blockers(asked_by_buyer(store, order)) == {blocker}

    changed(store, order, **{name: value == "other" and "merchant" for name, value in change.items()})

    assert asked_by_buyer(store, order).status_code == 202


def test_an_order_that_the_shop_canceled_by_itself_is_canceled_here_too(db, store: Store) -> None:
    order = store.taken_in(placed_at=NOW)
    assert asked_by_buyer(store, order).status_code == 202

    told = changed(store, order, canceled=True)

    assert told["status"] == "Canceled"
    assert {(asked["state"], asked["bwp_state"], asked["source"]) for asked in told["cancellations"]} == {
        ("declined", "REJECTED", "store"),
        ("accepted", "SUCCESS", "system"),
    }
    assert [(refund["amount"], refund["state"]) for refund in told["refunds"]] == [(22800, "external")]
    again = store.call("PATCH", address(order), {"canceled": True})
    assert (again.status_code, json.loads(again.text)["code"]) == (409, "not_eligible")
    assert violations_of(db, store.merchant_id) == []


def test_payments_and_the_end_of_an_order_are_told_in_one_call(db, store: Store) -> None:
    payment = {"gateway": "manual", "authorized": 22800, "captured": 22800}
    order = store.taken_in(placed_at=NOW, payments=[])

    told = changed(store, order, payments=[payment], canceled=True, in_fulfillment=False)

    assert [refund["amount"] for refund in told["refunds"]] == [22800]
    assert violations_of(db, store.merchant_id) == []


def test_orders_that_are_canceled_refunded_or_past_their_time_say_so(db, a_store) -> None:
    store = a_store(Policy(window_hours=2))
    canceled, refunded, partly = (store.taken_in(placed_at=NOW) for _ in range(3))
    cancel(db, store.merchant_id, canceled["id"])
    accept(db, store.merchant_id, request(db, store.merchant_id, refunded["id"]))
    accept(db, store.merchant_id, request(db, store.merchant_id, partly["id"], 1))
    expired = store.taken_in()

    assert blockers(asked_by_buyer(store, canceled)) == {"already_canceled"}
    assert blockers(asked_by_buyer(store, refunded)) == {"already_canceled"}
    assert blockers(asked_by_buyer(store, expired)) == {"window_closed"}
    more = asked_by_buyer(store, partly, line_items=[{"sku": "KETTLE", "quantity": 3}])
    assert more.status_code == 409
    rest = asked_by_buyer(store, partly)
    assert [units["quantity"] for units in json.loads(rest.text)["line_items"]] == [2, 2]
    assert store.call("POST", store.cancellations_of(expired), {}).status_code == 202


def test_a_declined_customer_is_told_whether_asking_again_is_open(db, a_store) -> None:
    for ask_again, status in ((True, 202), (False, 409)):
        store = a_store(Policy(ask_again=ask_again))
        order = store.taken_in(placed_at=NOW)
        request_id = request(db, store.merchant_id, order["id"])
        cancellations.decline(db, store.merchant_id, request_id, USER, reason=DeclineReason.OTHER)

        assert asked_by_buyer(store, order).status_code == status


def test_a_shop_without_self_service_still_decides_what_is_open(db, store: Store) -> None:
    order = store.taken_in(placed_at=NOW)
    asked = json.loads(asked_by_buyer(store, order, line_items=[{"sku": "MUG", "quantity": 1}]).text)
    merchants.change(db, store.merchant_id, MerchantChanges(self_service=False))

    assert blockers(asked_by_buyer(store, order)) == {"policy_off"}
    assert store.call("POST", f"/cancellations/{asked['id']}/accept").status_code == 202


def test_a_cancellation_under_a_dispute_is_refused_to_everybody(store: Store) -> None:
    order = store.taken_in(placed_at=NOW, disputed=True)

    assert blockers(store.call("POST", store.cancellations_of(order), {})) == {"payment_disputed"}

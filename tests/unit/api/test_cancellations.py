"""Cancellations through the API: ask, list, decide, and what each answers."""

import re
from typing import get_args

from console.api.payloads import DeclineCode
from shared.actions import execution
from shared.domain.actors import ActorKind
from shared.domain.events import Event
from shared.domain.policy import Fee, Mode, Policy, Warehouse
from shared.domain.reasons import MERCHANT_DECLINE_REASONS, DeclineReason
from shared.queries.orders import order_page
from tests.builders import an_order

from .conftest import address


def ask(store, order, body=None):
    return store.call("POST", store.cancellations_of(order), {} if body is None else body)


def test_an_empty_object_asks_for_all_that_may_go_and_the_merchant_decides_at_once(store, db) -> None:
    order = store.taken_in()

    response = ask(store, order)

    assert response.status_code == 202
    told = response.json
    assert set(told) == {
        "id",
        "order_number",
        "state",
        "bwp_state",
        "source",
        "reason",
        "comments",
        "line_items",
        "requested_at",
        "ended_at",
        "warehouse",
        "message",
        "decline_reason",
        "decline_message",
        "refund",
        "fee",
    }
    assert (told["warehouse"], told["decline_reason"], told["refund"]) == (None, None, 22800)
    assert (told["state"], told["bwp_state"], told["source"]) == ("accepting", "PENDING", "store")
    assert told["order_number"] == order["number"]
    assert [units["quantity"] for units in told["line_items"]] == [3, 2]
    during = store.call("GET", address(order)).json
    assert (during["cancellation_requested"], during["status"]) == (True, "Unshipped")
    assert {line["status"] for line in during["line_items"]} == {"Cancellation requested"}

    execution.execute(db, store.merchant_id, told["id"])

    after = store.call("GET", address(order)).json
    assert (after["status"], after["cancellation_requested"]) == ("Canceled", False)
    assert [refund["amount"] for refund in after["refunds"]] == [22800]
    assert after["refunds"][0]["state"] == "manual"
    ended = store.call("GET", f"/cancellations/{told['id']}").json
    assert (ended["state"], ended["bwp_state"]) == ("accepted", "SUCCESS")
    assert ended["ended_at"] is not None


def test_a_cancellation_tells_its_money_and_what_the_buyer_was_told(a_store) -> None:
    store = a_store(Policy(fee=Fee(percent=10)))
    asked = ask(store, store.taken_in(), {"requested_by": "buyer"}).json
    assert (asked["refund"], asked["fee"], asked["message"]) == (20520, 2280, "")

    body = {"reason": "already_packed", "message": "It is in the box."}
    told = store.call("POST", f"/cancellations/{asked['id']}/decline", body).json

    assert (told["decline_reason"], told["decline_message"]) == ("already_packed", "It is in the box.")
    assert (told["refund"], told["fee"]) == (0, 0)
    assert listed(store, "?state=declined") == [told]


def test_a_refund_that_nobody_knows_yet_is_none(db, store) -> None:
    an_order().with_(number="NP-1", priced=False).taken_in(db, store.merchant_id)

    assert ask(store, {"number": "NP-1"}).json["refund"] is None


def test_an_empty_body_is_malformed(store) -> None:
    order = store.taken_in()

    for path in ("cancellations", "shipments", "quote"):
        for body in (None, b"", b"  "):
            response = store.call("POST", f"{address(order)}/{path}", body)
            assert (response.status_code, response.json["code"]) == (400, "malformed")


def test_for_a_buyer_the_policy_decides(a_store) -> None:
    for mode, state in ((Mode.REVIEW, "requested"), (Mode.AUTOMATIC, "accepting")):
        store = a_store(Policy(mode=mode))
        order = store.taken_in()

        body = {"requested_by": "buyer", "reason": "FoundCheaper", "comments": "Nearer home", "memo": "VIP"}
        told = ask(store, order, body | {"line_items": [{"sku": "MUG", "quantity": 1}]}).json

        assert (told["state"], told["reason"], told["comments"]) == (state, "FoundCheaper", "Nearer home")


def test_a_buyers_eligibility_binds_what_is_asked_for_the_buyer(a_store) -> None:
    store = a_store(Policy(window_hours=1))
    order = store.taken_in()

    response = ask(store, order, {"requested_by": "buyer"})

    assert (response.status_code, response.json["code"]) == (409, "not_eligible")
    blocked = {blocker for line in response.json["blockers"] for blocker in line["blockers"]}
    assert blocked == {"window_closed"}
    assert response.json["detail"]
    assert ask(store, order).status_code == 202


def test_reasons_are_the_catalogues(store) -> None:
    order = store.taken_in()

    assert ask(store, order, {"reason": "Because"}).status_code == 422
    assert ask(store, order, {"requested_by": "buyer", "reason": "NoInventory"}).status_code == 422
    assert ask(store, order, {"requested_by": "store"}).status_code == 422
    assert ask(store, order, {"reason": "NoInventory"}).status_code == 202


def test_more_than_may_go_is_a_conflict(store) -> None:
    order = store.taken_in()
    ask(store, order, {"line_items": [{"sku": "MUG", "quantity": 1}]})

    response = ask(store, order, {"line_items": [{"sku": "MUG", "quantity": 2}]})

    assert (response.status_code, response.json["code"]) == (409, "not_eligible")
    assert response.json["blockers"][0]["quantity"] == 1


def test_a_request_is_accepted_declined_or_withdrawn_once(store) -> None:
    moves = {"accept": "accepting", "decline": "declined", "withdraw": "withdrawn"}
    for move, state in moves.items():
        told = ask(store, store.taken_in(), {"requested_by": "buyer"}).json

        response = store.call("POST", f"/cancellations/{told['id']}/{move}", {})

        assert (response.status_code, response.json["state"]) == (202, state)
        if move != "accept":
            again = store.call("POST", f"/cancellations/{told['id']}/accept", {})
            assert (again.status_code, again.json["code"]) == (409, "already_decided")


def test_a_decision_may_go_without_a_body_and_a_decline_may_say_why(store) -> None:
    first = ask(store, store.taken_in(), {"requested_by": "buyer"}).json
    second = ask(store, store.taken_in(), {"requested_by": "buyer"}).json

    assert store.call("POST", f"/cancellations/{first['id']}/accept").status_code == 202
    path = f"/cancellations/{second['id']}/decline"
    for code in DeclineReason:
        refused = code not in MERCHANT_DECLINE_REASONS
        assert (code not in get_args(DeclineCode)) is refused
        if refused:
            answer = store.call("POST", path, {"reason": code.value})
            assert answer.status_code == 422
            assert not re.search("shipped|by_rule|order_ended", answer.json["detail"])
    assert store.call("POST", path, {"reason": "already_packed", "message": "Sorry"}).status_code == 202


def test_decided_units_do_not_ship(store) -> None:
    order = store.taken_in()
    ask(store, order)

    response = store.call(
        "POST", f"{address(order)}/shipments", {"line_items": [{"sku": "MUG", "quantity": 1}]}
    )

    assert (response.status_code, response.json["code"]) == (409, "under_cancellation")


def test_cancellations_are_listed_by_state_newest_first_and_by_cursor(store) -> None:
    made = [ask(store, store.taken_in(), {"requested_by": "buyer"}).json["id"] for _ in range(3)]
    store.call("POST", f"/cancellations/{made[0]}/withdraw", {})

    assert [told["id"] for told in listed(store, "?state=requested")] == [made[2], made[1]]
    assert [told["id"] for told in listed(store, "?state=withdrawn")] == [made[0]]
    assert listed(store, "?state=accepted") == []
    page = store.call("GET", "/cancellations?limit=2").json
    rest = store.call("GET", f"/cancellations?limit=2&cursor={page['next_cursor']}").json
    assert [told["id"] for told in page["cancellations"] + rest["cancellations"]] == made[::-1]
    assert rest["next_cursor"] is None


def listed(store, query):
    return store.call("GET", f"/cancellations{query}").json["cancellations"]


def test_a_list_refuses_what_it_does_not_know(store) -> None:
    for query in ("state=open", "cursor=%21", "cursor=YWJj", "limit=0", "limit=201", "limit=1_0", "page=2"):
        response = store.call("GET", f"/cancellations?{query}")
        assert (response.status_code, response.json["code"]) == (422, "invalid_content"), query


def test_a_warehouse_answers_once_and_decides_what_becomes_of_it(a_store, db) -> None:
    store = a_store(Policy(mode=Mode.AUTOMATIC, warehouse=Warehouse(answer_minutes=30)))
    for answer, state, outcome in (
        ("stopped", "accepting", "accepted"),
        ("too_late", "declined", "declined"),
    ):
        asked = ask(store, store.taken_in(), {"requested_by": "buyer"}).json
        path = f"/cancellations/{asked['id']}/warehouse"

        response = store.call("POST", path, {"answer": answer}, key=asked["id"])
        again = store.call("POST", path, {"answer": answer}, key=asked["id"])
        late = store.call("POST", path, {"answer": "stopped"})

        assert asked["warehouse"]["state"] == "asked"
        assert (response.status_code, response.json["state"]) == (202, state)
        assert response.json["warehouse"] == {**asked["warehouse"], "state": answer}
        assert again.json == response.json
        assert (late.status_code, late.json["code"]) == (409, "already_decided")
        execution.execute(db, store.merchant_id, asked["id"])
        assert store.call("GET", f"/cancellations/{asked['id']}").json["state"] == outcome


def test_the_warehouses_answer_is_one_of_two_and_needs_the_scope_to_ship(a_store) -> None:
    store = a_store(Policy(warehouse=Warehouse(answer_minutes=30)))
    asked = ask(store, store.taken_in()).json
    path = f"/cancellations/{asked['id']}/warehouse"

    assert store.call("POST", path, {"answer": "maybe"}).status_code == 422
    assert store.call("POST", path, {}).status_code == 422
    assert a_store(scopes=("read", "cancel")).call("POST", path, {"answer": "stopped"}).status_code == 403


def test_a_refused_shipment_is_kept_for_the_merchant_to_see(store, db) -> None:
    order = store.taken_in()
    ask(store, order)
    for _ in range(2):
        response = store.call("POST", f"{address(order)}/shipments", {})
        assert (response.status_code, response.json["code"]) == (409, "under_cancellation")
        assert "canceled: 0; being canceled: 5. Do not ship them." in response.json["detail"]

    timeline = order_page(db, store.merchant_id, order["id"], ActorKind.MERCHANT_USER).timeline
    assert [(row.event, row.units) for row in timeline[:2]] == [
        (Event.SHIPMENT_REFUSED, 5),
        (Event.CANCELLATION_REQUESTED, 5),
    ]


def test_a_shipment_of_all_that_is_open_says_what_is_not(store, db) -> None:
    canceled, asked_for = store.taken_in(), store.taken_in()
    execution.execute(db, store.merchant_id, ask(store, canceled).json["id"])
    ask(store, asked_for, {"requested_by": "buyer"})

    gone = store.call("POST", f"{address(canceled)}/shipments", {})
    undecided = store.call("POST", f"{address(asked_for)}/shipments", {})

    assert (gone.status_code, gone.json["code"]) == (409, "not_eligible")
    assert "Units canceled: 5; being canceled: 0. Do not ship them." in gone.json["detail"]
    assert (undecided.status_code, undecided.json["code"]) == (409, "not_eligible")
    assert "Units asked to be canceled: 5." in undecided.json["detail"]
    assert "Do not ship" not in undecided.json["detail"]
    timeline = order_page(db, store.merchant_id, asked_for["id"], ActorKind.MERCHANT_USER).timeline
    assert timeline[0].event is Event.CANCELLATION_REQUESTED


def test_foreign_missing_and_malformed_ids_answer_alike(store, a_store) -> None:
    other = a_store()
    foreign = ask(other, other.taken_in(), {"requested_by": "buyer"}).json["id"]

    for cancellation_id in (
        foreign,
        "0" * 36,
        "00000000-0000-7000-8000-000000000000",
        "x",
        "{" + foreign + "}",
    ):
        assert store.call("GET", f"/cancellations/{cancellation_id}").status_code == 404
        for move in ("accept", "decline", "withdraw"):
            response = store.call("POST", f"/cancellations/{cancellation_id}/{move}", {})
            assert (response.status_code, response.json["code"]) == (404, "not_found")
    assert listed(other, "?state=requested")[0]["id"] == foreign

"""A call is carried out once under its key; its repeat is told the same."""

import threading
import time

import pytest

from shared.storage.engine import Database
from shared.storage.idempotency import Once, claim

from .conftest import address


def test_a_repeat_is_answered_as_the_first_was(store) -> None:
    given = store.order()

    first = store.call("POST", "/orders", given, key="k-1")
    again = store.call("POST", "/orders", given, key="k-1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.text == first.text
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers


def test_every_changing_call_repeats_alike(store) -> None:
    order = store.taken_in()
    units = {"line_items": [{"sku": "MUG", "quantity": 1}]}
    asked = store.call("POST", store.cancellations_of(order), units | {"requested_by": "buyer"}, key="ask")
    moves = [
        ("POST", store.cancellations_of(order), units | {"requested_by": "buyer"}, "ask"),
        ("POST", f"{address(order)}/shipments", {"line_items": [{"sku": "KETTLE", "quantity": 1}]}, "ship"),
        ("POST", f"/cancellations/{asked.json['id']}/accept", {}, "accept"),
    ]
    for method, path, body, key in moves:
        first = store.call(method, path, body, key=key)
        again = store.call(method, path, body, key=key)
        assert first.status_code in {201, 202}
        assert (again.status_code, again.text) == (first.status_code, first.text)
        assert again.headers["Idempotent-Replayed"] == "true"
    told = store.call("GET", address(order)).json
    assert len(told["cancellations"]) == 1
    assert [line["shipped"] for line in told["line_items"]] == [1, 0]


def test_a_key_belongs_to_one_call(store) -> None:
    store.call("POST", "/orders", store.order(), key="k-2")

    for body in (store.order(), b'{"number": 1}'):
        response = store.call("POST", "/orders", body, key="k-2")
        assert (response.status_code, response.json["code"]) == (422, "idempotency_key_reused")


def test_a_key_is_the_merchants_and_the_routes(store, a_store) -> None:
    order = store.taken_in()

    assert store.call("POST", store.cancellations_of(order), {}, key="same").status_code == 202
    assert store.call("POST", "/orders", store.order(), key="same").status_code == 201
    other = a_store()
    assert other.call("POST", "/orders", other.order(), key="same").status_code == 201


@pytest.mark.parametrize("key", [None, "", "x" * 256, "ä", "a\tb"])
def test_changing_calls_need_a_proper_key(store, key) -> None:
    order = store.taken_in()

    for path in (
        "/orders",
        f"{address(order)}/shipments",
        store.cancellations_of(order),
        "/cancellations/x/accept",
    ):
        response = store.call("POST", path, {}, key=key)
        assert (response.status_code, response.json["code"]) == (400, "malformed")


def test_refusals_are_kept_and_malformed_calls_are_not(store) -> None:
    number = store.order()["number"]

    first = store.call("POST", f"/orders/{number[1:]}/cancellations", {}, key="gone")
    store.taken_in(number=number[1:])
    again = store.call("POST", f"/orders/{number[1:]}/cancellations", {}, key="gone")

    assert (first.status_code, again.status_code) == (404, 404)
    assert again.text == first.text
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.mimetype == "application/problem+json"
    for status, body in ((400, b""), (422, {"colour": "red"})):
        for _ in range(2):
            answer = store.call("POST", "/orders", body, key=f"bad-{status}")
        assert answer.status_code == status
        assert ("Idempotent-Replayed" in answer.headers) == (status == 422)
    assert store.call("POST", "/orders", store.order(), key="bad-400").status_code == 201


def test_twins_at_the_same_moment_are_carried_out_once(store, client_app) -> None:
    order = store.taken_in()
    body = {"line_items": [{"sku": "MUG", "quantity": 1}]}
    barrier = threading.Barrier(2)
    answers = []

    def call() -> None:
        twin = type(store)(client_app.test_client(), store.merchant_id, store.key)
        barrier.wait()
        answers.append(twin.call("POST", store.cancellations_of(order), body, key="twin"))

    threads = [threading.Thread(target=call) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.text for answer in answers}) == 1
    assert sorted("Idempotent-Replayed" in answer.headers for answer in answers) == [False, True]
    assert len(store.call("GET", address(order)).json["cancellations"]) == 1


def test_a_twin_that_takes_too_long_is_a_conflict_to_be_asked_again(store, db: Database) -> None:
    once = Once("POST /api/v1/orders", "slow", b"x", render=lambda _tx, _result: None)
    held, end = threading.Event(), threading.Event()

    def hold() -> None:
        with db.begin(store.merchant_id) as tx:
            claim(tx, once)
            held.set()
            end.wait(30)
            tx.session.rollback()

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(30)
    began = time.monotonic()
    response = store.call("POST", "/orders", store.order(), key="slow")
    end.set()
    holder.join()

    assert (response.status_code, response.json["code"]) == (409, "in_flight")
    assert response.headers["Retry-After"] == "1"
    assert 4 < time.monotonic() - began < 20

"""Stores add, change, rotate, try and remove their webhook endpoints by API."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from standardwebhooks import Webhook

from shared.actions import webhooks
from shared.domain.webhooks import MOST_ENDPOINTS, TOPICS
from shared.sealing import unseal
from shared.settings import Settings
from shared.storage.engine import Database
from tests.unit.api.conftest import KEYS, Store

URL = "https://hooks.shop.example/rescind?shop=7"


def body_of(response) -> dict[str, Any]:
    return json.loads(response.text)


def added(store: Store, **more: object) -> dict[str, Any]:
    response = store.call("POST", "/webhooks", {"url": URL, **more})
    assert response.status_code == 201, response.text
    return body_of(response)


def test_the_secret_is_told_when_it_is_made_and_never_again(store: Store, db: Database) -> None:
    made = added(store, events=["cancellation.requested", "order.taken_in"])

    assert made["secret"].startswith("whsec_")
    Webhook(made["secret"])
    assert {name: made[name] for name in ("url", "events", "state", "last_status", "last_at")} == {
        "url": URL,
        "events": ["cancellation.requested", "order.taken_in"],
        "state": "active",
        "last_status": None,
        "last_at": None,
    }
    shown = body_of(store.call("GET", f"/webhooks/{made['id']}"))
    assert shown == {name: value for name, value in made.items() if name != "secret"}
    assert body_of(store.call("GET", "/webhooks"))["endpoints"] == [shown]
    with db.begin(store.merchant_id) as tx:
        kept = tx.session.execute(text("SELECT secret FROM webhook_endpoints")).scalar_one()
        answers = tx.session.scalars(text("SELECT body FROM answers")).all()
    keys = Settings.read({"RESCIND_MODE": "demo", "RESCIND_SECRET_KEYS": KEYS}).derived_keys(webhooks.SEALING)
    assert unseal(keys, kept) == made["secret"]
    assert all(made["secret"] not in body for body in answers)


def test_a_repeated_call_answers_as_the_first_did(store: Store) -> None:
    wanted = {"url": URL}
    first = store.call("POST", "/webhooks", wanted, key="once")
    second = store.call("POST", "/webhooks", wanted, key="once")

    assert second.headers["Idempotent-Replayed"] == "true"
    assert (second.status_code, body_of(second)) == (201, body_of(first))
    assert len(body_of(store.call("GET", "/webhooks"))["endpoints"]) == 1


def test_a_secret_is_replaced(store: Store) -> None:
    made = added(store)

    response = store.call("POST", f"/webhooks/{made['id']}/rotate")

    assert response.status_code == 200
    fresh = body_of(response)
    assert fresh["secret"].startswith("whsec_")
    assert fresh["secret"] != made["secret"]
    assert fresh["id"] == made["id"]


def test_an_endpoint_is_changed_paused_and_switched_on(store: Store) -> None:
    path = f"/webhooks/{added(store)['id']}"

    changed = body_of(store.call("PATCH", path, {"events": ["refund.sent"], "state": "paused"}))
    assert (changed["events"], changed["state"], changed["url"]) == (["refund.sent"], "paused", URL)
    assert store.call("POST", f"{path}/test").status_code == 409
    moved = body_of(
        store.call("PATCH", path, {"url": "https://b.shop.example/", "state": "active"}, key=None)
    )
    assert (moved["url"], moved["state"], moved["events"]) == (
        "https://b.shop.example/",
        "active",
        ["refund.sent"],
    )


@pytest.mark.parametrize(
    "wanted",
    [
        {"url": "http://shop.example/"},
        {"url": "https://127.0.0.1/"},
        {"url": "https://shop.example:8443/"},
        {"url": "https://user:word@shop.example/"},
        {"url": "nowhere"},
    ],
)
def test_an_address_that_is_not_called_is_refused_by_name(store: Store, wanted: dict[str, str]) -> None:
    made = added(store)
    for response in (
        store.call("POST", "/webhooks", wanted),
        store.call("PATCH", f"/webhooks/{made['id']}", wanted),
    ):
        assert response.status_code == 422
        assert body_of(response)["code"] == "bad_address"
        assert body_of(response)["detail"]


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"url": ""},
        {"url": URL, "events": ["cancellation.requested", "cancellation.requested"]},
        {"url": URL, "events": ["cancellation_requested"]},
        {"url": URL, "events": ["everything"]},
        {"url": URL, "secret": "whsec_x"},
    ],
)
def test_what_is_wrong_is_refused(store: Store, wanted: dict[str, object]) -> None:
    response = store.call("POST", "/webhooks", wanted)

    assert (response.status_code, body_of(response)["code"]) == (422, "invalid_content")


def test_a_demo_may_call_its_own_machine(store: Store) -> None:
    assert added(store, url="http://127.0.0.1:9000/")["url"] == "http://127.0.0.1:9000/"


def test_there_is_an_end_to_endpoints(store: Store) -> None:
    for _ in range(MOST_ENDPOINTS):
        made = added(store)

    assert store.call("POST", "/webhooks", {"url": URL}).status_code == 422
    assert store.call("DELETE", f"/webhooks/{made['id']}").status_code == 200
    added(store)


def test_a_removed_endpoint_is_gone_for_every_call(store: Store) -> None:
    path = f"/webhooks/{added(store)['id']}"

    assert body_of(store.call("DELETE", path)) == {"id": path.rpartition("/")[2]}

    assert [
        store.call(method, f"{path}{more}", body).status_code
        for method, more, body in (
            ("GET", "", None),
            ("PATCH", "", {"state": "paused"}),
            ("DELETE", "", None),
            ("POST", "/rotate", None),
            ("POST", "/test", None),
            ("GET", "/deliveries", None),
        )
    ] == [404] * 6


def test_foreign_missing_and_malformed_ids_are_answered_alike(store: Store, a_store) -> None:
    foreign = added(a_store())["id"]

    for more in ("", "/deliveries"):
        answers = [store.call("GET", f"/webhooks/{one}{more}") for one in (foreign, uuid4(), "x", "0" * 32)]
        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.text for answer in answers}) == 1
    assert store.call("DELETE", f"/webhooks/{foreign}").status_code == 404
    assert body_of(store.call("GET", "/webhooks"))["endpoints"] == []


def test_a_trial_stands_among_the_deliveries(store: Store) -> None:
    path = f"/webhooks/{added(store)['id']}"

    sent = [body_of(store.call("POST", f"{path}/test")) for _ in range(3)]

    assert {one["type"] for one in sent} == {"webhook.test"}
    assert {one["state"] for one in sent} == {"ready"}
    first = body_of(store.call("GET", f"{path}/deliveries?limit=2"))
    second = body_of(store.call("GET", f"{path}/deliveries?limit=2&cursor={first['next_cursor']}"))
    listed = [*first["deliveries"], *second["deliveries"]]
    assert [one["id"] for one in listed] == [one["id"] for one in reversed(sent)]
    assert second["next_cursor"] is None
    assert store.call("GET", f"{path}/deliveries?order=up").status_code == 422
    assert store.call("GET", f"{path}/deliveries?cursor=x").status_code == 422


def test_only_a_key_that_may_do_everything_sees_endpoints(a_store) -> None:
    store = a_store(scopes=("read", "cancel", "ship"))

    assert store.call("GET", "/webhooks").status_code == 403
    assert store.call("POST", "/webhooks", {"url": URL}).status_code == 403


def test_what_is_heard_is_described(client_app, store: Store) -> None:
    described = json.loads(client_app.test_client().get("/api/v1/openapi.json").text)
    page = client_app.test_client().get("/api/v1/docs").text

    assert set(described["webhooks"]) == {*TOPICS, "webhook.test"}
    for name in described["webhooks"]:
        assert name in page
    assert "WebhookBody" in described["components"]["schemas"]
    assert added(store)["events"] == []

"""Feeds through the API: handed in as the body, followed, answered with their report."""

from io import BytesIO

import pytest

from shared.domain.ids import new_id
from shared.feeds import running
from shared.storage.engine import Database
from tests.unit.feeds.making import acknowledge, cancel, envelope

TEXT = {"Content-Type": "text/tab-separated-values"}


def send(store, content: str, query: str = "", **more):
    return store.call("POST", f"/feeds{query}", content.encode(), **{**TEXT, **more})


def carried_out(db: Database, store, feed_id: str) -> dict:
    running.take_turn(db, store.merchant_id, feed_id)
    return store.call("GET", f"/feeds/{feed_id}").json


def test_a_feed_is_taken_in_carried_out_and_reported(db: Database, store) -> None:
    order = store.taken_in()
    content = cancel((order["number"], "NoInventory", "KETTLE"), ("nobody-1", "", ""))

    sent = send(store, content, "?type=order_cancellation")
    assert sent.status_code == 202, sent.text
    assert sent.json | {"id": ""} == {
        "id": "", "type": "order_cancellation", "filename": "feed", "state": "queued", "dry_run": False,
        "rows": 0, "done": 0, "warnings": 0, "errors": 0, "orders": 0, "orders_dealt_with": 0, "units": 0,
        "refunded": {}, "released": {}, "per_second": None, "seconds_left": None, "report": None,
    }  # fmt: skip
    told = carried_out(db, store, sent.json["id"])

    assert (told["state"], told["rows"], told["done"], told["errors"]) == ("done", 2, 1, 1)
    assert (told["units"], told["refunded"]) == (3, {"USD": 19200})
    assert told["report"] == f"/api/v1/feeds/{told['id']}/report"
    report = store.call("GET", f"/feeds/{told['id']}/report")
    assert report.mimetype == "text/tab-separated-values"
    assert report.text.splitlines()[1:3] == [
        "\tNumber of records processed\t\t2",
        "\tNumber of records successful\t\t1",
    ]
    assert report.text.splitlines()[5].startswith("4\tnobody-1\t\t18028\tError\t")


def test_the_type_is_told_from_the_content_and_known_by_foreign_names(db: Database, store) -> None:
    content = envelope("OrderAcknowledgement", acknowledge(1))

    assert send(store, content).json["type"] == "order_acknowledgement"
    named = send(store, content, "?type=POST_PAYMENT_ADJUSTMENT_DATA").json
    assert named["type"] == "order_adjustment"
    told = carried_out(db, store, named["id"])

    assert told["state"] == "refused"
    report = store.call("GET", f"/feeds/{told['id']}/report")
    assert report.mimetype == "application/xml"
    assert "<ResultMessageCode>90017</ResultMessageCode>" in report.text


def test_the_same_file_again_is_the_first_feed(store) -> None:
    content = cancel(("nobody-1", "", ""))
    first = send(store, content, key="one")

    again = send(store, content, key="one")
    other = send(store, content, key="two")
    dry = send(store, content, "?dry_run=true")

    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json["id"] == other.json["id"] == first.json["id"]
    assert (dry.json["dry_run"], dry.json["id"] != first.json["id"]) == (True, True)
    assert send(store, content + "x\t\t\n", key="one").json["code"] == "idempotency_key_reused"


def test_a_feed_is_its_merchants_alone(store, a_store) -> None:
    feed_id = send(store, cancel(("nobody-1", "", ""))).json["id"]

    for path in (f"/feeds/{feed_id}", f"/feeds/{feed_id}/report"):
        assert store.call("GET", path).status_code == 200
        assert a_store().call("GET", path).json["code"] == "not_found"
    for unknown in (str(new_id()), "nothing"):
        assert store.call("GET", f"/feeds/{unknown}").status_code == 404
        assert store.call("GET", f"/feeds/{unknown}/report").status_code == 404


@pytest.mark.parametrize(
    ("query", "content", "headers", "status"),
    [
        ("", "", {}, 400),
        ("", "x", {"Content-Encoding": "gzip"}, 415),
        ("?type=orders", "x", {}, 422),
        ("?dry_run=perhaps", "x", {}, 422),
        ("?test=1", "x", {}, 422),
    ],
)
def test_what_is_no_feed_is_not_taken(store, query, content, headers, status) -> None:
    refused = send(store, content, query, **headers)

    assert refused.status_code == status
    assert refused.mimetype == "application/problem+json"


def test_a_feed_takes_the_scope_to_cancel_and_is_not_larger_than_may_be(store, a_store, monkeypatch) -> None:
    assert send(a_store(scopes=("read",)), "x").status_code == 403
    monkeypatch.setattr("console.api.feeds.MAX_BYTES", 10)
    assert send(store, "x" * 11).status_code == 413
    assert send(store, "x" * 9).status_code == 202


def test_the_twenty_first_file_of_an_hour_waits(store, monkeypatch) -> None:
    monkeypatch.setattr("shared.feeds.submitting.submit.__kwdefaults__", {"most_an_hour": 1, "once": None})
    send(store, "a")

    refused = send(store, "b")

    assert (refused.status_code, refused.json["code"]) == (429, "too_many_requests")


def test_a_body_without_a_length_is_read_as_well(client_app, store) -> None:
    content = cancel(("nobody-1", "", "")).encode()

    sent = client_app.test_client().post(
        "/api/v1/feeds",
        input_stream=BytesIO(content),
        content_length=len(content),
        headers={"Authorization": f"Bearer {store.key}"},
    )

    assert sent.status_code == 202

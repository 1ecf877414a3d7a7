"""The test kit's calls, as contract names them."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest

from console.api.routes import blueprint as api
from shared import links
from shared.queries import merchants
from shared.settings import Settings
from shared.storage.engine import open_database
from shared.testkit.routes import blueprint
from shared.web.app import build_app

KEYS = "a-secret-key-of-the-tests-0123456789"
ORDER = {
    "number": "#1001",
    "placed_at": datetime.now(UTC).isoformat(timespec="seconds"),
    "currency": "USD",
    "prices_include_tax": True,
    "buyer": {"email": "ana@example.com"},
    "line_items": [{"sku": "KETTLE", "title": "Tea kettle", "quantity": 2, "unit_price": 6400}],
    "payments": [{"gateway": "manual", "authorized": 12800, "captured": 12800}],
}


@pytest.fixture(scope="module")
def settings(app_url, owner_url) -> Settings:
    return Settings.read(
        {
            "RESCIND_MODE": "demo",
            "RESCIND_TESTKIT": "1",
            "RESCIND_DATABASE_URL": app_url,
            "RESCIND_DATABASE_OWNER_URL": owner_url,
            "RESCIND_SECRET_KEYS": KEYS,
        }
    )


@pytest.fixture(scope="module")
def kit_app(settings, app_url):
    database = open_database(app_url, testkit=True)
    yield build_app(settings, database, [api, blueprint])
    database.close()


@pytest.fixture
def kit(kit_app):
    client = kit_app.test_client()
    assert client.post("/testkit/reset").status_code == 200
    yield client
    assert client.post("/testkit/reset").status_code == 200


def made(response):
    assert response.status_code == 201, response.text
    return response.json


def a_shop(kit, **more):
    return made(kit.post("/testkit/merchants", json={"name": "Northlight Home", **more}))


def an_order(kit, shop, **changes):
    return made(kit.post("/testkit/orders", json={"merchant": shop["slug"], **ORDER, **changes}))


def test_a_merchant_gets_a_slug_an_owner_and_a_key(kit) -> None:
    first, second = a_shop(kit), a_shop(kit)

    assert (first["slug"], second["slug"]) == ("northlight-home", "northlight-home-2")
    assert first["email"] != second["email"]
    headers = {"Authorization": f"Bearer {first['api_key']}"}
    assert kit.get("/api/v1/cancellations", headers=headers).json == {
        "cancellations": [],
        "next_cursor": None,
    }


def test_a_policy_is_taken_whole_or_refused_by_name(kit, kit_app) -> None:
    policy = {
        "mode": "automatic",
        "window_hours": 24,
        "window_from": "paid",
        "pending": False,
        "silence_hours": 48,
        "silence_outcome": "decline",
        "undo_minutes": 5,
        "shipping": "pro_rata",
        "discount": "reprice",
        "fee": {"fixed": 100, "percent": 5},
        "rules": [{"decision": "decline", "reasons": ["FoundCheaper"]}],
    }
    shop = a_shop(kit, policy=policy)
    kept = merchants.find(kit_app.extensions["rescind"].db, shop["slug"]).policy

    assert (kept.mode, kept.window_hours, kept.undo_minutes, kept.shipping, kept.discount) == (
        "automatic",
        24,
        5,
        "pro_rata",
        "reprice",
    )
    assert (kept.fee.fixed_minor, kept.fee.percent) == (100, 5)
    assert [(rule.decision, rule.reasons) for rule in kept.rules] == [("decline", ("FoundCheaper",))]
    for field, value in (
        ("mode", "sometimes"),
        ("rules", [{"minutes": 5}]),
        ("discount", "forget"),
        ("fee", {"fixed": -1}),
        ("undo_minutes", -1),
        ("window", 5),
    ):
        response = kit.post("/testkit/merchants", json={"name": "X", "policy": {field: value}})
        assert response.status_code == 422
        assert response.json["errors"][0]["field"].startswith(f"policy.{field}")


def test_an_order_has_a_link_and_mails_its_confirmation(kit, settings) -> None:
    shop = a_shop(kit)

    order = an_order(kit, shop)
    assert kit.post("/testkit/worker/drain").json["unfinished"] == 0

    assert set(order) == {"id", "number", "order_link"}
    address = urlsplit(order["order_link"])
    assert order["order_link"].startswith(f"{settings.base_url}/o/")
    token = links.read(address.path.removeprefix("/o/"), settings.derived_keys("order-links"))
    assert len(token.link_id) == 16
    mails = kit.get("/testkit/mail?to=ana@example.com").json
    assert [mail["event"] for mail in mails] == ["order_confirmed"]
    assert mails[0]["links"]["View order details"].startswith(f"{settings.base_url}/o/")
    assert {"to", "subject", "text", "html"} <= set(mails[0])
    assert kit.get("/testkit/mail?to=nobody@example.com").json == []


def test_an_order_ships_whole_or_in_part(kit) -> None:
    shop = a_shop(kit)
    first, second = an_order(kit, shop), an_order(kit, shop, number="#1002")

    assert kit.post(f"/testkit/orders/{first['id']}/ship").status_code == 201
    part = {"line_items": [{"sku": "KETTLE", "quantity": 1}]}
    assert kit.post(f"/testkit/orders/{second['id']}/ship", json=part).status_code == 201
    assert kit.post(f"/testkit/orders/{first['id']}/ship", json={}).json["code"] == "not_eligible"
    for missing in ("x", "00000000-0000-7000-8000-000000000000"):
        assert kit.post(f"/testkit/orders/{missing}/ship", json={}).status_code == 404


def test_the_clock_moves_what_is_due_and_reset_gives_real_time_back(kit) -> None:
    shop = a_shop(kit, policy={"silence_hours": 24})
    an_order(kit, shop)
    headers = {"Authorization": f"Bearer {shop['api_key']}", "Idempotency-Key": "k"}
    asked = kit.post(
        "/api/v1/orders/%231001/cancellations", json={"requested_by": "buyer"}, headers=headers
    ).json
    assert asked["state"] == "requested"
    kit.post("/testkit/worker/drain")

    def state() -> str:
        return kit.get(f"/api/v1/cancellations/{asked['id']}", headers=headers).json["state"]

    assert state() == "requested"
    assert kit.post("/testkit/clock", json={"advance_seconds": 24 * 3600 + 1}).status_code == 200
    kit.post("/testkit/worker/drain")
    assert state() == "accepted"
    assert kit.get("/testkit/invariants").json == []
    told = kit.post("/testkit/clock", json={"now": "2031-05-01T12:00:00Z"}).json
    assert told["now"].startswith("2031-05-01T12:00:0")
    assert (
        kit.post("/testkit/clock", json={"advance_seconds": -3600})
        .json["now"]
        .startswith("2031-05-01T11:00:0")
    )
    assert datetime.fromisoformat(kit.post("/testkit/clock", json={"now": None}).json["now"]).year < 2031
    kit.post("/testkit/clock", json={"now": "2031-05-01T12:00:00Z"})
    assert datetime.fromisoformat(kit.post("/testkit/reset").json["now"]).year < 2031


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"now": "noon"},
        {"now": None, "advance_seconds": 1},
        {"advance_seconds": 1.5},
        {"advance_seconds": None},
    ],
)
def test_a_bad_clock_is_refused(kit, body) -> None:
    assert kit.post("/testkit/clock", json=body).status_code == 422


def test_errors_have_one_shape(kit) -> None:
    for response in (
        kit.post("/testkit/merchants", data=b""),
        kit.post("/testkit/merchants", json={}),
        kit.post("/testkit/orders", json={"merchant": "nobody", **ORDER}),
        kit.post("/testkit/nothing"),
    ):
        assert response.status_code in {400, 404, 422}
        assert response.mimetype == "application/problem+json"
        assert {"status", "code", "detail"} <= set(json.loads(response.text))


def test_reset_without_the_owners_address_says_what_to_set(settings, kit_app) -> None:
    app = build_app(replace(settings, database_owner_url=None), kit_app.extensions["rescind"].db, [blueprint])

    response = app.test_client().post("/testkit/reset")

    assert (response.status_code, response.json["setting"]) == (503, "RESCIND_DATABASE_OWNER_URL")


def test_what_is_told_by_webhook_is_listed_and_the_kit_hears_it(kit) -> None:
    shop = a_shop(kit)
    headers = {"Authorization": f"Bearer {shop['api_key']}", "Idempotency-Key": "hook"}
    url = "http://127.0.0.1:9/testkit/webhooks"
    made(kit.post("/api/v1/webhooks", json={"url": url}, headers=headers))
    order = an_order(kit, shop)
    assert kit.get("/testkit/webhooks").json == []

    made(kit.post(f"/testkit/orders/{order['id']}/ship", json={}))

    told = kit.get("/testkit/webhooks").json
    assert [(one["merchant"], one["url"], one["state"], one["attempts"]) for one in told] == [
        (shop["slug"], url, "ready", 0)
    ]
    assert told[0]["body"]["type"] == "order.shipped"
    assert told[0]["body"]["data"]["order_number"] == "#1001"
    assert kit.post("/testkit/webhooks", json=told[0]["body"]).status_code == 204

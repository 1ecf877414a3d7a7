"""Who may call: bearer keys, their scopes, their end."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from shared.actions import keys, merchants

from .conftest import address


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Bearer rsk_wrong", "Basic dXNlcjpwdw==", "rsk_x"]
)
def test_without_a_valid_key_nothing_is_told(store, header) -> None:
    order = store.taken_in()
    headers = {} if header is None else {"Authorization": header}

    for method, path in (("GET", address(order)), ("POST", "/orders"), ("GET", "/cancellations")):
        response = store.client.open(f"/api/v1{path}", method=method, headers=headers)
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"].startswith("Bearer")
        assert response.mimetype == "application/problem+json"
        assert "Set-Cookie" not in response.headers


def test_a_revoked_key_is_refused_at_its_next_call(store, db) -> None:
    assert store.call("GET", "/cancellations").status_code == 200
    key = keys.use(db, store.key)
    merchants.revoke_api_key(db, store.merchant_id, key.id)

    assert store.call("GET", "/cancellations").status_code == 401


@pytest.mark.parametrize("scope", merchants.SCOPES)
def test_a_key_does_what_its_scopes_say(a_store, scope) -> None:
    store = a_store(scopes=(scope,))
    calls = {
        ("POST", "/orders"): "admin",
        ("PUT", "/stock/MUG"): "admin",
        ("GET", "/orders"): "read",
        ("GET", "/orders/X"): "read",
        ("GET", "/orders/X/eligibility"): "read",
        ("POST", "/orders/X/quote"): "read",
        ("GET", "/cancellations"): "read",
        ("GET", "/cancellations/X"): "read",
        ("POST", "/orders/X/shipments"): "ship",
        ("POST", "/orders/X/cancellations"): "cancel",
        ("POST", "/cancellations/X/accept"): "cancel",
        ("POST", "/cancellations/X/decline"): "cancel",
        ("POST", "/cancellations/X/withdraw"): "cancel",
    }
    for (method, path), needed in calls.items():
        response = store.call(method, path, {} if method != "GET" else None)
        assert (response.status_code == 403) == (needed != scope), (method, path)


def test_the_last_use_is_noted_at_most_once_a_minute(store, db) -> None:
    def last_used() -> datetime:
        with db.begin(store.merchant_id) as tx:
            return tx.session.connection().execute(text("SELECT last_used_at FROM api_keys")).scalar_one()

    def wind_back(seconds: int) -> datetime:
        at = datetime.now(UTC) - timedelta(seconds=seconds)
        with db.begin(store.merchant_id) as tx:
            tx.session.connection().execute(text("UPDATE api_keys SET last_used_at = :at"), {"at": at})
        return at

    at = wind_back(30)
    keys.use(db, store.key)
    assert last_used() == at
    at = wind_back(61)
    keys.use(db, store.key)
    assert last_used() > at


def test_a_key_is_counted_six_hundred_times_a_minute(store, monkeypatch) -> None:
    monkeypatch.setattr("console.api.auth.RATE", "2/minute")

    answers = [store.call("GET", "/cancellations") for _ in range(3)]

    assert [response.status_code for response in answers] == [200, 200, 429]
    assert answers[-1].headers["Retry-After"] == "60"
    assert answers[-1].json["code"] == "too_many_requests"


def test_unknown_addresses_and_methods_answer_as_problems(store) -> None:
    missing = store.call("GET", "/nothing")
    wrong = store.call("DELETE", "/cancellations")

    assert (missing.status_code, missing.json["code"]) == (404, "not_found")
    assert (wrong.status_code, wrong.json["code"]) == (405, "method_not_allowed")

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

PUBLIC = {"RESCIND_BASE_URL": "https://shop.example"}
OLD = "b" * 40
NEW = "c" * 40


def _get(client: FlaskClient, path: str, base: str = "http://127.0.0.1") -> str:
    return client.get(path, base_url=base).text


def test_buyers_and_merchants_have_cookies_of_their_own(app: Flask) -> None:
    client = app.test_client()
    client.get("/remember")

    assert _get(client, "/recall", "http://localhost") == "kept"
    assert _get(client, "/console/recall", "http://localhost") == "nothing"


def test_the_api_neither_reads_nor_sets_a_cookie(app: Flask) -> None:
    client = app.test_client()
    client.get("/remember")

    assert client.get("/api/recall").text == "nothing"
    assert "Set-Cookie" not in client.get("/api/remember").headers


def test_a_cookie_on_the_loopback_is_plain_and_shut(app: Flask) -> None:
    cookie = app.test_client().get("/remember").headers["Set-Cookie"]

    assert cookie.startswith("buyer=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Max-Age=3600" in cookie
    assert "Secure" not in cookie


def test_a_cookie_on_a_public_host_belongs_to_that_host_alone(build: Callable[..., Flask]) -> None:
    client = build(**PUBLIC).test_client()
    buyer = client.get("/remember", base_url="https://shop.example").headers["Set-Cookie"]
    console = client.get("/console/remember", base_url="https://shop.example").headers["Set-Cookie"]

    assert buyer.startswith("__Host-buyer=")
    assert console.startswith("__Host-console=")
    assert "Secure" in buyer
    assert "Domain" not in buyer
    assert "Max-Age=43200" in console


def test_a_buyers_cookie_is_renewed_by_use_and_a_merchants_is_not(app: Flask) -> None:
    client = app.test_client()
    client.get("/remember")
    client.get("/console/remember")

    assert "Set-Cookie" in client.get("/recall").headers
    assert "Set-Cookie" not in client.get("/console/recall").headers


def test_a_head_request_sets_no_cookie(app: Flask) -> None:
    assert "Set-Cookie" not in app.test_client().head("/remember").headers


def test_an_emptied_session_removes_its_cookie(app: Flask) -> None:
    client = app.test_client()
    client.get("/remember")

    assert "Max-Age=0" in client.get("/forget").headers["Set-Cookie"]
    assert client.get("/recall").text == "nothing"


def test_a_forged_cookie_counts_as_none(app: Flask) -> None:
    client = app.test_client()
    client.set_cookie("buyer", "eyJuYW1lIjoia2VwdCJ9.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb")

    assert client.get("/recall").text == "nothing"


def test_one_faces_cookie_is_worth_nothing_under_the_others_name(app: Flask) -> None:
    client = app.test_client()
    client.get("/remember")
    stolen = client.get_cookie("buyer")
    assert stolen is not None
    client.set_cookie("console", stolen.value)

    assert client.get("/console/recall").text == "nothing"


def test_a_new_key_still_reads_what_the_old_one_signed(build: Callable[..., Flask]) -> None:
    before = build(RESCIND_SECRET_KEYS=OLD).test_client()
    before.get("/remember")
    cookie = before.get_cookie("buyer")
    assert cookie is not None
    after = build(RESCIND_SECRET_KEYS=f"{NEW},{OLD}").test_client()
    after.set_cookie("buyer", cookie.value)
    dropped = build(RESCIND_SECRET_KEYS=NEW).test_client()
    dropped.set_cookie("buyer", cookie.value)

    assert after.get("/recall").text == "kept"
    assert dropped.get("/recall").text == "nothing"

import re
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from threading import Event, Thread

import pytest
from flask import Flask
from flask.testing import FlaskClient
from waitress.server import create_server


def _token(client: FlaskClient, path: str = "/page") -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(path).text)
    assert found
    return found.group(1)


@pytest.mark.parametrize("path", ["/page", "/console/page", "/act"])
def test_a_post_without_the_token_changes_nothing_and_says_so(app: Flask, path: str) -> None:
    answer = app.test_client().post(path, data={"units": "1", "words": ""})

    assert answer.status_code == 400
    assert "This page was open too long; nothing was changed." in answer.text
    assert answer.text.count('role="alert"') == 1
    assert answer.text.count("<h1") == 1


def test_the_page_that_held_the_form_is_offered_again(app: Flask) -> None:
    headers = {"Referer": "http://localhost/page"}
    answer = app.test_client().post("/act", data={"units": "1"}, headers=headers)

    assert 'href="/page"' in answer.text


def test_a_page_that_holds_its_own_form_is_shown_again(app: Flask) -> None:
    headers = {"Referer": "http://localhost/page"}
    answer = app.test_client().post("/page", data={"units": "1", "words": "Kept."}, headers=headers)

    assert (answer.status_code, answer.text.count("<h1>A page</h1>")) == (400, 1)
    assert "This page was open too long; nothing was changed." in answer.text
    asked_by_script = {**headers, "X-Fragment": "quote"}
    assert "<h1>A page</h1>" not in app.test_client().post("/page", headers=asked_by_script).text


def test_a_foreign_page_is_never_offered(app: Flask) -> None:
    headers = {"Referer": "http://evil.example/trap"}
    answer = app.test_client().post("/page", data={"units": "1"}, headers=headers)

    assert "/trap" not in answer.text


def test_a_post_with_the_token_goes_through(app: Flask) -> None:
    client = app.test_client()
    token = _token(client)

    assert client.post("/page", data={"csrf_token": token, "units": "1", "words": ""}).status_code == 303


def test_a_token_of_one_face_does_not_open_the_other(app: Flask) -> None:
    client = app.test_client()
    token = _token(client, "/page")

    assert client.post("/console/page", data={"csrf_token": token, "units": "1"}).status_code == 400


def test_over_https_the_referrer_must_be_our_own(build: Callable[..., Flask]) -> None:
    client = build(RESCIND_BASE_URL="https://shop.example").test_client()
    page = client.get("/page", base_url="https://shop.example").text
    token = page.split('name="csrf_token" type="hidden" value="')[1].split('"')[0]
    sent = {"csrf_token": token, "units": "1", "words": ""}
    own = {"Referer": "https://shop.example/page"}
    foreign = {"Referer": "https://evil.example/"}

    assert (
        client.post("/page", data=sent, base_url="https://shop.example", headers=foreign).status_code == 400
    )
    assert client.post("/page", data=sent, base_url="https://shop.example", headers=own).status_code == 303


def test_where_no_cookie_is_read_no_token_is_needed(app: Flask) -> None:
    assert app.test_client().post("/api/v1/take").text == "taken"


def test_a_view_that_acts_for_no_session_needs_none(app: Flask) -> None:
    assert app.test_client().post("/find", data={"number": "1"}).text == "looked for"


def test_a_repeated_field_is_refused(app: Flask) -> None:
    client = app.test_client()
    sent = {"csrf_token": _token(client), "units": ["1", "2"], "words": ""}

    assert client.post("/page", data=sent).status_code == 400


def test_an_unknown_field_is_refused(app: Flask) -> None:
    client = app.test_client()
    sent = {"csrf_token": _token(client), "units": "1", "words": "", "price": "0"}

    assert client.post("/page", data=sent).status_code == 400


def test_a_form_that_is_too_large_is_refused(app: Flask) -> None:
    client = app.test_client()
    sent = {"csrf_token": _token(client), "units": "1", "words": "x" * 300_000}

    assert client.post("/page", data=sent).status_code == 413


@pytest.fixture
def served(app: Flask) -> Iterator[int]:
    """Serve the application as it really is served, in a thread that ends before anything is closed."""
    server = create_server(app, host="127.0.0.1", port=0)
    over = Event()

    def serve() -> None:
        while not over.is_set():
            server.asyncore.loop(timeout=0.1, map=server._map, count=1)

    thread = Thread(target=serve)
    thread.start()
    yield server.effective_port
    over.set()
    thread.join()
    server.task_dispatcher.shutdown()
    for channel in list(server._map.values()):
        channel.close()


def test_a_form_that_is_too_large_is_answered_by_the_real_server_too(served: int) -> None:
    client = HTTPConnection("127.0.0.1", served)
    try:
        for _again in range(2):
            client.request("POST", "/page", body="words=" + "x" * 300_000)
            answer = client.getresponse()
            answer.read()
            assert answer.status == 413
    finally:
        client.close()

import pytest
from flask import Flask

from shared.web.security import HEADERS

EVERY_KIND = [
    ("/page", 200),
    ("/nothing/here", 404),
    ("/api/nothing", 404),
    ("/fail/400", 400),
    ("/fail/403", 403),
    ("/fail/410", 410),
    ("/fail/429", 429),
    ("/break", 500),
    ("/lose", 503),
    ("/readyz", 503),
    ("/healthz", 200),
    ("/robots.txt", 200),
    ("/favicon.ico", 200),
]


@pytest.mark.parametrize(("path", "status"), EVERY_KIND)
def test_every_answer_carries_every_header(app: Flask, path: str, status: int) -> None:
    answer = app.test_client().get(path)

    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "Server" not in answer.headers


def test_a_static_file_carries_them_and_may_be_kept_for_good(app: Flask) -> None:
    address = app.jinja_env.globals["static_url"]("app.css")  # type: ignore[operator]
    answer = app.test_client().get(address)

    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]


def test_a_redirect_of_ours_and_of_the_router_carry_them(app: Flask) -> None:
    client = app.test_client()
    client.get("/page")

    assert client.get("//page").headers["X-Frame-Options"] == "DENY"


def test_pages_are_never_stored(app: Flask) -> None:
    assert app.test_client().get("/page").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/page", "/api/nothing", "/robots.txt", "/nothing"])
def test_every_text_names_its_charset(app: Flask, path: str) -> None:
    assert app.test_client().get(path).content_type.endswith("; charset=utf-8")


def test_another_host_name_is_refused(app: Flask) -> None:
    assert app.test_client().get("/page", headers={"Host": "evil.example"}).status_code == 400


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere() -> None:
    policy = HEADERS["Content-Security-Policy"]

    assert "unsafe" not in policy
    assert "http" not in policy
    assert "frame-ancestors 'none'" in policy


def test_only_a_page_that_brings_its_own_policy_is_left_with_it(app: Flask) -> None:
    answer = app.test_client().get("/framed")

    assert answer.headers["Content-Security-Policy"] == "default-src 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"

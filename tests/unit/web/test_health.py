from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace

from flask import Flask

from shared.web.services import EXTENSION, Services


class Answering:
    @contextmanager
    def begin_untenanted(self) -> Iterator[SimpleNamespace]:
        yield SimpleNamespace(now=None)


def test_the_process_says_that_it_is_alive(app: Flask) -> None:
    assert app.test_client().get("/healthz").text == "ok\n"


def test_without_a_database_it_is_not_ready(app: Flask) -> None:
    answer = app.test_client().get("/readyz")

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"


def test_with_a_database_it_is_ready(build: Callable[..., Flask]) -> None:
    app = build()
    settings = app.extensions[EXTENSION].settings
    app.extensions[EXTENSION] = Services(settings, Answering())  # type: ignore[arg-type]

    assert app.test_client().get("/readyz").status_code == 200


def test_robots_are_asked_to_stay_away(app: Flask) -> None:
    assert "Disallow: /" in app.test_client().get("/robots.txt").text

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace

from flask import Flask

from shared.storage.engine import Database
from shared.web.services import EXTENSION, Services
from tests.builders import a_merchant, an_order, automatic, request


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


def figures(app: Flask) -> dict[str, float]:
    answer = app.test_client().get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    lines = [line.rpartition(" ") for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in lines}


def test_what_is_answered_is_counted(build: Callable[..., Flask]) -> None:
    app = build()
    for _ in range(2):
        app.test_client().get("/healthz")
    app.test_client().get("/nowhere")
    app.test_client().open("/healthz", method="BREW")

    found = figures(app)

    assert found['rescind_http_requests_total{method="GET",status="200"}'] == 2
    assert found['rescind_http_requests_total{method="GET",status="404"}'] == 1
    assert found['rescind_http_requests_total{method="other",status="405"}'] == 1
    assert found["rescind_http_request_seconds_total"] > 0


def test_without_a_database_the_figures_say_so(app: Flask) -> None:
    found = figures(app)

    assert found["rescind_database_up"] == 0
    assert not any(name.startswith("rescind_jobs") for name in found)


def test_what_waits_in_the_queue_is_told(db: Database, build: Callable[..., Flask]) -> None:
    app = build()
    app.extensions[EXTENSION] = Services(app.extensions[EXTENSION].settings, db)
    waiting = 'rescind_jobs{queue="core",state="due"}'
    merchant_id = a_merchant(db, automatic())
    order_id = an_order().taken_in(db, merchant_id)
    before = figures(app).get(waiting, 0)

    request(db, merchant_id, order_id)

    found = figures(app)
    assert (found["rescind_database_up"], found["rescind_workers"]) == (1, 0)
    assert found[waiting] == before + 1


def test_robots_are_asked_to_stay_away(app: Flask) -> None:
    assert "Disallow: /" in app.test_client().get("/robots.txt").text

"""Count what this process answers, and write it down with the queue's state as Prometheus reads it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from threading import Lock
from time import perf_counter

from flask import Flask, Response, g, request

from shared.queries.queue_state import QueueState

MIMETYPE = "text/plain; version=0.0.4; charset=utf-8"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Meter:
    """How many requests this process answered, by method and status, and how long that took."""

    def __init__(self) -> None:
        """Begin at zero."""
        self._lock = Lock()
        self._answers: Counter[tuple[str, int]] = Counter()
        self._seconds = 0.0

    def count(self, method: str, status: int, seconds: float) -> None:
        """Count one answer; methods that nobody knows count as one, since anybody may make them up."""
        with self._lock:
            self._answers[method if method in _METHODS else "other", status] += 1
            self._seconds += seconds

    def lines(self) -> Iterator[str]:
        """Write the counts down."""
        with self._lock:
            answers, seconds = sorted(self._answers.items()), self._seconds
        yield from _metric(
            "rescind_http_requests_total",
            "counter",
            "Requests that this process answered.",
            ((f'{{method="{method}",status="{status}"}}', count) for (method, status), count in answers),
        )
        took = "Time that this process took for its answers."
        yield from _metric("rescind_http_request_seconds_total", "counter", took, [("", round(seconds, 6))])


def mount_meter(app: Flask, meter: Meter) -> None:
    """Count every request of an application."""

    @app.before_request
    def begin() -> None:
        g.began = perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        meter.count(request.method, response.status_code, perf_counter() - g.get("began", perf_counter()))
        return response


def exposition(meter: Meter, queue: QueueState | None) -> str:
    """Write all figures down; without a queue the database does not answer."""
    return "".join(f"{line}\n" for line in (*meter.lines(), *_of_database(queue)))


def _of_database(queue: QueueState | None) -> Iterator[str]:
    yield from _metric(
        "rescind_database_up", "gauge", "Whether the database answers.", [("", int(queue is not None))]
    )
    if queue is None:
        return
    yield from _metric(
        "rescind_workers", "gauge", "Workers that were heard of lately.", [("", queue.workers)]
    )
    yield from _metric(
        "rescind_jobs",
        "gauge",
        "Jobs that wait, run or were given up.",
        ((f'{{queue="{row.queue}",state="{row.state}"}}', row.jobs) for row in queue.jobs),
    )


def _metric(name: str, kind: str, about: str, values: Iterable[tuple[str, float]]) -> Iterator[str]:
    yield f"# HELP {name} {about}"
    yield f"# TYPE {name} {kind}"
    yield from (f"{name}{labels} {value}" for labels, value in values)

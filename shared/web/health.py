"""What operators and robots ask: is the process alive, does the database answer, how much is there to do."""

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from shared.queries import present, queue_state
from shared.web.meter import MIMETYPE, exposition
from shared.web.services import services

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> ResponseReturnValue:
    """Say that the process is alive."""
    return _plain("ok\n")


@blueprint.get("/readyz")
def readyz() -> ResponseReturnValue:
    """Say whether the database answers, and so whether pages can."""
    try:
        present.now(services().db)
    except SQLAlchemyError:
        response = _plain("the database does not answer\n")
        response.headers["Retry-After"] = "5"
        return response, 503
    return _plain("ready\n")


@blueprint.get("/metrics")
def metrics() -> ResponseReturnValue:
    """Tell what this process answered and how the queue is, for Prometheus; nothing of any merchant."""
    try:
        queue = queue_state.state(services().db)
    except SQLAlchemyError:
        queue = None
    return Response(exposition(services().meter, queue), content_type=MIMETYPE)


@blueprint.get("/robots.txt")
def robots() -> ResponseReturnValue:
    """Ask robots to stay away: every page here is somebody's own."""
    return _plain("User-agent: *\nDisallow: /\n")


def _plain(text: str) -> Response:
    return Response(text, mimetype="text/plain")

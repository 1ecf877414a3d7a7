"""What operators and robots ask: is the process alive, does the database answer, may pages be indexed."""

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from shared.queries import present
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


@blueprint.get("/robots.txt")
def robots() -> ResponseReturnValue:
    """Ask robots to stay away: every page here is somebody's own."""
    return _plain("User-agent: *\nDisallow: /\n")


def _plain(text: str) -> Response:
    return Response(text, mimetype="text/plain")

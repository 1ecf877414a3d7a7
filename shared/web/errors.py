"""Turn refusals and failures into a page that says what to do next, or into problem+json for machines."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from flask import Flask, Response, current_app, json, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError  # type: ignore[import-untyped]
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from werkzeug.exceptions import HTTPException

from shared.domain.errors import InvalidContent, NotFound, NotPermitted, Refusal, TooMany
from shared.links import DeadLink
from shared.rendering import N_
from shared.rendering import gettext as _
from shared.storage.idempotency import KeyReused
from shared.web.stale_forms import came_from, shown_again, texts_sent

_STATUSES: dict[type[Refusal], int] = {
    NotFound: 404,
    NotPermitted: 403,
    InvalidContent: 422,
    KeyReused: 422,
    DeadLink: 410,
    TooMany: 429,
}
_CODES = {
    400: "malformed",
    401: "not_signed_in",
    403: "not_permitted",
    404: "not_found",
    405: "method_not_allowed",
    409: "refused",
    410: "gone",
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid_content",
    429: "too_many_requests",
    500: "internal_error",
    503: "unavailable",
}
_PAGES = {
    400: (
        N_("We could not read that"),
        N_("Something in this request was not in order. Nothing was changed."),
    ),
    403: (N_("You may not do that"), N_("Your role does not allow it. Ask an owner of the account.")),
    404: (N_("Page not found"), N_("There is nothing at this address, or it is not yours to see.")),
    405: (N_("That does not work here"), N_("This address takes no such request. Nothing was changed.")),
    409: (N_("That is no longer possible"), N_("The order has changed in the meantime. Nothing was done.")),
    410: (N_("This link has expired"), N_("For your safety, order links stop working after a while.")),
    413: (N_("That is too large"), N_("Send less at once. Nothing was changed.")),
    422: (N_("We could not accept that"), N_("Something in it is not possible. Nothing was changed.")),
    429: (N_("Please wait a moment"), N_("That was a lot in a short time. Try again in a minute.")),
    503: (N_("We will be right back"), N_("Our database does not answer just now. Try again in a moment.")),
}
_FAILED = (N_("Something went wrong"), N_("The mistake is ours. Please try again."))
_KEPT_HEADERS = ("Allow", "Retry-After", "WWW-Authenticate")
_FOR_MACHINES = ("/api/", "/testkit/")


@dataclass(frozen=True, slots=True)
class Step:
    """What to do next: an address and the words of its link."""

    href: str
    words: str


def status_of(refusal: Refusal) -> int:
    """Choose the status a refusal is answered with; what is not told otherwise is a conflict."""
    for kind, status in _STATUSES.items():
        if isinstance(refusal, kind):
            return status
    return 409


def problem(status: int, code: str, detail: str, **facts: object) -> Response:
    """Make the one error shape of machines: application/problem+json with a stable `code` (RFC 9457)."""
    document = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        **facts,
    }
    return Response(json.dumps(document), status, mimetype="application/problem+json")


def mount_errors(app: Flask) -> None:
    """Answer every failure in the look of the product, or as problem+json under the API."""
    app.register_error_handler(CSRFError, _open_too_long)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Refusal, _refused)
    for lost in (OperationalError, InterfaceError, PoolExhausted):
        app.register_error_handler(lost, _database_lost)


def _http_error(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    response = _answer(status, _CODES.get(status, "refused"), error.description or "")
    made = error.get_response()
    for name in _KEPT_HEADERS:
        if name in made.headers:
            response.headers[name] = made.headers[name]
    return response


def _refused(refusal: Refusal) -> ResponseReturnValue:
    return _answer(status_of(refusal), refusal.code, refusal.detail)


def _database_lost(error: Exception) -> ResponseReturnValue:
    current_app.logger.error("the database did not answer: %s", type(error).__name__)
    response = _answer(503, "unavailable", "The database does not answer. Try again in a moment.")
    response.headers["Retry-After"] = "5"
    return response


def _open_too_long(_error: CSRFError) -> ResponseReturnValue:
    again = shown_again()
    if again is not None:
        return again
    words = _("This page was open too long; nothing was changed.")
    hint = _("Open it again, check what it shows now, and press the button once more.")
    back = Step(came_from(), _("Open the page again")) if came_from() else _way_out()
    return _page(400, _("Please try again"), words, hint, back, texts_sent())


def _answer(status: int, code: str, detail: str) -> Response:
    if request.path.startswith(_FOR_MACHINES):
        return problem(status, code, detail)
    title, words = _words(status)
    return _page(status, title, words, "", _way_out())


def _page(
    status: int, title: str, words: str, hint: str, step: Step | None, texts: Sequence[str] = ()
) -> Response:
    body = render_template("errors/error.html", title=title, words=words, hint=hint, step=step, texts=texts)
    return Response(body, status, mimetype="text/html")


def _words(status: int) -> tuple[str, str]:
    title, words = _PAGES.get(status, _FAILED)
    return _(title), _(words)


def _way_out() -> Step | None:
    if request.path.startswith("/console"):
        step = Step("/console/orders", _("Go to Orders"))
    else:
        step = Step("/find", _("Send me my link again"))
    return step if current_app.url_map.bind("").test(step.href) else None

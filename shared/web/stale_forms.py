"""A form whose page was open too long is shown again with what was typed; nothing of it is carried out.

Its token may have ended with its session, or another tab has begun a new one. The view is asked once more as
if the page were only opened, which changes nothing by law, while its form finds what was sent.
"""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Response, current_app, g, get_flashed_messages, request

from shared.rendering import gettext as _
from shared.web.notices import not_done

View = TypeVar("View", bound=Callable[..., Any])

_KEEPS_FORM = "keeps_form"
_SHOWN_AGAIN = "shown_again"
_IS_PAGE = frozenset({200, 422})
_LONG_TEXTS = ("comments", "message", "memo", "body", "intro", "footer")


def keeps_form(view: View) -> View:
    """Mark a view that takes nothing but posts, and shows its page again when its form was not in order."""
    setattr(view, _KEEPS_FORM, True)
    return view


def is_shown_again() -> bool:
    """Say whether this request only shows a stale form again."""
    return bool(g.get(_SHOWN_AGAIN))


def shown_again() -> Response | None:
    """Show the page whose form was sent with a token that counts no more; None where that is not possible."""
    if not _may_be_shown():
        return None
    setattr(g, _SHOWN_AGAIN, True)
    request.method = "GET"
    not_done(
        _("This page was open too long; nothing was changed."),
        _("What you typed is still here. Check it, then press the button once more."),
    )
    response = _opened()
    if response.status_code in _IS_PAGE:
        response.status_code = 400
        return response
    # Whoever is signed out, or at another shop, is led elsewhere; the message belongs to no page then.
    get_flashed_messages()
    return None


def texts_sent() -> list[str]:
    """List the longer texts that were sent from a page of ours, for their author to copy."""
    if not came_from():
        return []
    sent = (request.form.get(name, "").strip() for name in _LONG_TEXTS)
    return [text for text in sent if text]


def came_from() -> str:
    """Give the path of the page that held the form, if it was one of ours."""
    parts = urlsplit(request.referrer or "")
    return parts.path if parts.netloc == request.host else ""


def _may_be_shown() -> bool:
    """Leave aside what comes from elsewhere, what a script asks by itself, and views that would act."""
    if not came_from() or request.headers.get("X-Fragment") or request.url_rule is None:
        return False
    view = current_app.view_functions[request.url_rule.endpoint]
    return "GET" in (request.url_rule.methods or ()) or getattr(view, _KEEPS_FORM, False)


def _opened() -> Response:
    try:
        answer = current_app.dispatch_request()
    except Exception as refusal:  # noqa: BLE001 - it is answered as it would be without us
        answer = current_app.handle_user_exception(refusal)
    return current_app.make_response(answer)

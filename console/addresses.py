"""Where to go after an action or a sign-in: only ever to an address of our own."""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID

from flask import abort, redirect, request, url_for
from werkzeug.wrappers import Response

from shared.domain.reasons import Reason

# A browser reads "//" and "/\" as another host, and drops tabs and line ends before it looks.
_OWN_PATH = re.compile(r"/[^/\\\x00-\x20\x7f][^\\\x00-\x20\x7f]*")
_MERCHANT = "merchant"
_LISTS = frozenset(
    {"/console/orders", "/console/requests", "/console/requests/warehouse", "/console/refunds"}
)


def is_own_path(path: str) -> bool:
    """Say whether a path stays on this host, however a browser reads it."""
    if _OWN_PATH.fullmatch(path) is None:
        return False
    parts = urlsplit(path)
    return not parts.scheme and not parts.netloc


def named_merchant(path: str) -> UUID | None:
    """Tell which merchant an address of an e-mail names; None for one that names none, or is not ours."""
    named = dict(parse_qsl(urlsplit(path).query)).get(_MERCHANT) if is_own_path(path) else None
    try:
        return UUID(named) if named else None
    except ValueError:
        return None


def without_merchant(path: str) -> str:
    """Give an address as it reads at its merchant's."""
    parts = urlsplit(path)
    kept = urlencode([(name, value) for name, value in parse_qsl(parts.query) if name != _MERCHANT])
    return f"{parts.path}?{kept}" if kept else parts.path


def back_to(order_id: UUID) -> Response:
    """Go back to the list whose row was acted on, as it was filtered; else to the order's page."""
    parts = urlsplit(request.referrer or "")
    if parts.netloc == request.host and parts.path in _LISTS:
        return redirect(f"{parts.path}?{parts.query}" if parts.query else parts.path, code=303)
    return redirect(url_for("console.order_detail", order_id=order_id), code=303)


def contact_about(order_id: UUID, reason: Reason | None = None) -> str:
    """Give the address of Contact us with an order, its items and the reason filled in."""
    return url_for("console.contact_operator", order=order_id, reason=reason)


def case_asked() -> UUID | None:
    """Tell which case something is done from, as the address of its window says."""
    try:
        return UUID(request.args["case"]) if "case" in request.args else None
    except ValueError:
        abort(404)


def back_to_case() -> Response | None:
    """Go back to the case that something was done from; None when it was done from none."""
    case_id = case_asked()
    return redirect(url_for("console.support_case", case_id=case_id), code=303) if case_id else None

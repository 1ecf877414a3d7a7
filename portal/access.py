"""From the signed link of an e-mail to a session that opens one order, and the guard before its pages."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from uuid import UUID

from flask import Response, abort, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from portal.forms import FindOrderForm
from shared.domain.ids import MerchantId, OrderId
from shared.links import PATH, DeadLink, ForgedLink
from shared.queries import branding, links
from shared.queries.links import Grant
from shared.queries.order_values import OrderPage
from shared.web.brand import stylesheet_url
from shared.web.frames import PortalFrame
from shared.web.limits import within_limit
from shared.web.services import services

MOST_GRANTS = 5
POSTS = "30/minute"
QUOTES = "120/minute"
_GRANTS = "grants"
_CSRF_TOKEN = "csrf_token"  # noqa: S105 - the name it stands under
_GONE = 410


@dataclass(frozen=True, slots=True)
class OpenedOrder:
    """An order whose link the visitor holds: what the guard hands to every view."""

    merchant_id: MerchantId
    page: OrderPage

    @property
    def frame(self) -> PortalFrame:
        """The frame of the shop it was bought in."""
        brand = branding.read(services().db, self.merchant_id)
        return PortalFrame(brand.merchant_name, brand, stylesheet_url(brand))


View = Callable[..., ResponseReturnValue]


def open_link(token: str) -> ResponseReturnValue:
    """Exchange the token of an e-mail for a session, and leave it behind: the next address is no secret."""
    grant = links.exchange(services().db, services().settings.derived_keys("order-links"), token)
    held = _grants()
    others = [other for other in held if other.order_id != grant.order_id]
    csrf_token = session.get(_CSRF_TOKEN)
    session.clear()
    session[_GRANTS] = [_written(each) for each in (grant, *others[: MOST_GRANTS - 1])]
    if held and csrf_token:
        # Somebody who is in already may be writing in another tab: its form stays good.
        session[_CSRF_TOKEN] = csrf_token
    response = make_response(redirect(url_for("portal.order_detail", order_id=grant.order_id), code=303))
    return _without_referrer(response)


def opens_order(view: View, *, limit: str = POSTS) -> View:
    """Put the guard before a page of an order; the link's row is read anew each time."""

    @wraps(view)
    def guarded(order_id: str, **parts: str | UUID) -> ResponseReturnValue:
        grant = _grant_for(order_id)
        if request.method == "POST" and not within_limit(limit, view.__name__, str(grant.row_id)):
            abort(429)
        page = links.open_page(services().db, grant, grant.order_id)
        return view(OpenedOrder(grant.merchant_id, page), **parts)

    return guarded


def no_such_page(_refusal: ForgedLink) -> ResponseReturnValue:
    """Answer a forged link, and an order that this visitor holds no link to, all alike."""
    return _way_back(404)


def link_expired(_refusal: DeadLink) -> ResponseReturnValue:
    """Answer a genuine link that opens nothing any more."""
    return _way_back(_GONE)


def _way_back(status: int) -> Response:
    # A form without what was sent here: the fields of another page mean nothing in it.
    form = FindOrderForm(formdata=None)
    page = render_template(
        "portal/link_expired.html", frame=PortalFrame(), form=form, is_expired=status == _GONE
    )
    response = make_response(page, status)
    return _without_referrer(response) if request.path.startswith(PATH) else response


def _without_referrer(response: Response) -> Response:
    # This answer's address is the secret; no page, image or style that follows it may be told.
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _grant_for(order_id: str) -> Grant:
    for grant in _grants():
        if str(grant.order_id) == order_id:
            return grant
    raise ForgedLink


def _grants() -> list[Grant]:
    return [_read(written) for written in session.get(_GRANTS, [])]


def _written(grant: Grant) -> list[str | int]:
    return [str(grant.merchant_id), str(grant.row_id), str(grant.order_id), grant.epoch]


def _read(written: list[str | int]) -> Grant:
    merchant_id, row_id, order_id, epoch = written
    return Grant(
        MerchantId(UUID(str(merchant_id))), UUID(str(row_id)), OrderId(UUID(str(order_id))), int(epoch)
    )

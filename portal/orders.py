"""The order's page, and a new link for who has lost theirs."""

import hashlib

from flask import render_template
from flask.typing import ResponseReturnValue

from portal.access import OpenedOrder
from portal.forms import FindOrderForm
from portal.support import reading_of
from portal.support_forms import AnswerForm
from shared.actions import links
from shared.queries.hindrances import beside, hindrances
from shared.queries.order_values import OrderPage
from shared.rendering import gettext as _
from shared.web.frames import PortalFrame
from shared.web.limits import visitor_network, within_limit
from shared.web.security import without_csrf
from shared.web.services import services

_PER_NETWORK = "5/hour"
_PER_ADDRESS = "20/hour"
_HIDDEN = "•••"


def order_detail(order: OpenedOrder) -> ResponseReturnValue:
    """Show the order: its items, what may still be canceled or why not, its money and what happened."""
    return render_template(
        "portal/order_detail.html",
        frame=order.frame,
        order=order.page,
        name=short_name(order.page.buyer_name),
        email=masked(order.page.buyer_email),
        hindrances=hindrances(order.page),
        beside=beside,
        waiting=_waiting(order.page),
        answer=AnswerForm.made() if order.page.cases else None,
        reading=reading_of(order),
    )


@without_csrf
def find_order() -> ResponseReturnValue:
    """Send a new link to the address on file, and answer the same whether there is such an order or not."""
    form = FindOrderForm()
    is_sent = form.submitted()
    if is_sent and _is_within_limits(form.email.data):
        links.ask_again(services().db, form.number.data, form.email.data)
    page = render_template("portal/find_order.html", frame=PortalFrame(), form=form, is_sent=is_sent)
    return page, 422 if form.errors else 200


def masked(address: str) -> str:
    """Hide most of an address: enough for its owner to know it, since links get forwarded."""
    local, _at, domain = address.rpartition("@")
    return f"{local[:1]}{_HIDDEN}@{domain}" if local else _HIDDEN


def short_name(name: str) -> str:
    """Shorten a name to the first one and an initial, for the same reason."""
    first, *others = name.split() or [""]
    return f"{first} {others[-1][:1]}." if others else first


def _waiting(page: OrderPage) -> str:
    if any(request.can_be_decided for request in page.open_requests):
        return _("Waiting for %(merchant)s") % {"merchant": page.merchant_name}
    asked = any(request.awaits_warehouse for request in page.open_requests)
    return _("Waiting for the warehouse") if asked else ""


def _is_within_limits(email: str) -> bool:
    whose = hashlib.sha256(email.casefold().encode()).hexdigest()
    return within_limit(_PER_NETWORK, "find", visitor_network()) and within_limit(_PER_ADDRESS, "find", whose)

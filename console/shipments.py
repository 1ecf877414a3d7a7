"""Confirm shipment: which units left the house, with whom."""

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID, uuid4

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from console import words
from console.access import actor
from console.forms import ShipmentForm
from console.pages import show
from shared.actions import shipments
from shared.actions.shipments import Shipment
from shared.domain.actors import ActorKind
from shared.domain.errors import NotEligible, UnderCancellation
from shared.domain.ids import LineItemId
from shared.queries.order_values import ItemView, OrderPage
from shared.queries.orders import order_page
from shared.queries.sign_in import Member
from shared.rendering import gettext as _
from shared.rendering import ngettext
from shared.storage.idempotency import Answer, Once, Replayed
from shared.web.notices import done, not_done
from shared.web.services import services


@dataclass(frozen=True, slots=True)
class Claims:
    """What requests claim of a line: units whose shipment ends a request, and units that must not leave.

    `decided` says who canceled the latter, a sentence for each request.
    """

    yielding: int
    held: int
    decided: tuple[str, ...]


def confirm_shipment(member: Member, order_id: UUID) -> ResponseReturnValue:
    """Show what is left to ship; record what was shipped."""
    page = order_page(services().db, member.merchant_id, order_id, ActorKind.MERCHANT_USER)
    claims = claims_on(page)
    form = ShipmentForm.for_items(page.items, {line_id: claim.held for line_id, claim in claims.items()})
    if request.method != "POST":
        form.nonce.data = str(uuid4())
        return _window(member, page, form) if page.unshipped_units else _nothing_left(page)
    if not _in_order(form):
        return _window(member, page, form, status=422)
    shipment = Shipment(form.quantities(), carrier=form.carrier.data, tracking=form.tracking.data)
    try:
        # A second press of the button was answered by the first one.
        with suppress(Replayed):
            shipments.ship(
                services().db,
                member.merchant_id,
                order_id,
                shipment,
                actor(member),
                once=_once(form.nonce.data),
            )
    except UnderCancellation:
        trouble = _("Some of these units are being canceled. Do not ship them; nothing was recorded.")
        return _refused(member, order_id, form, trouble)
    except NotEligible:
        trouble = _("Fewer units are left than you entered. Do not ship more; nothing was recorded.")
        return _refused(member, order_id, form, trouble)
    done(_("Shipment confirmed."))
    return redirect(url_for("console.order_detail", order_id=order_id), code=303)


def claims_on(page: OrderPage) -> dict[LineItemId, Claims]:
    """Tell what open requests claim of each line that has not left."""
    return {item.id: _claims_on(page, item) for item in page.items if item.unshipped}


def _claims_on(page: OrderPage, item: ItemView) -> Claims:
    claims = [
        (request, units.quantity)
        for request in page.open_requests
        for units in request.left
        if units.line_item_id == item.id
    ]
    return Claims(
        yielding=sum(quantity for request, quantity in claims if request.may_ship),
        held=sum(quantity for request, quantity in claims if not request.may_ship),
        decided=tuple(
            words.who_cancels(page, request) for request, _quantity in claims if not request.may_ship
        ),
    )


def _in_order(form: ShipmentForm) -> bool:
    if not form.submitted():
        return False
    if not form.quantities():
        form.refuse(form.carrier, _("Choose at least one unit to ship."))
        return False
    return True


def _refused(member: Member, order_id: UUID, form: ShipmentForm, trouble: str) -> ResponseReturnValue:
    page = order_page(services().db, member.merchant_id, order_id, ActorKind.MERCHANT_USER)
    if not page.unshipped_units:
        return _nothing_left(page)
    who = " ".join(sentence for claim in claims_on(page).values() for sentence in claim.decided)
    return _window(member, page, form, trouble=f"{trouble} {who}".rstrip(), status=409)


def _window(
    member: Member, page: OrderPage, form: ShipmentForm, *, trouble: str = "", status: int = 200
) -> ResponseReturnValue:
    body = show(
        member,
        "console/confirm_shipment.html",
        order=page,
        form=form,
        claims=claims_on(page),
        trouble=trouble,
    )
    return body, status


def _nothing_left(page: OrderPage) -> ResponseReturnValue:
    canceled = sum(item.canceled for item in page.items)
    sentences = [_("Nothing of this order is left to ship.")]
    if canceled:
        sentences.append(
            ngettext(
                "%(num)s unit is canceled; do not ship it.",
                "%(num)s units are canceled; do not ship them.",
                canceled,
            )
            % {"num": canceled}
        )
    not_done(" ".join(sentences))
    return redirect(url_for("console.order_detail", order_id=page.id), code=303)


def _once(nonce: str) -> Once | None:
    if not nonce:
        return None
    return Once(
        route="console.confirm_shipment",
        key=nonce,
        fingerprint=hashlib.sha256(nonce.encode()).digest(),
        render=lambda _tx, _shipment: Answer(303, ""),
    )

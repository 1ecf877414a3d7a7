"""What is offered from a case beside a refund: store credit, a replacement."""

from uuid import UUID

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from console.access import actor
from console.pages import show
from console.support_forms import OfferCreditForm, ReplacementForm
from shared.actions import case_offers
from shared.domain.actors import ActorKind
from shared.domain.errors import InvalidContent, NotFound
from shared.queries import support
from shared.queries.order_values import OrderPage
from shared.queries.orders import order_page
from shared.queries.sign_in import Member
from shared.rendering import gettext as _
from shared.web.notices import done
from shared.web.services import services


def offer_credit(member: Member, case_id: UUID) -> ResponseReturnValue:
    """Show the window; give store credit once it is confirmed."""
    order = _order_of(member, case_id)
    form = OfferCreditForm.made(order.currency)
    if not form.submitted():
        return _credit_window(member, case_id, order, form), 422 if form.errors else 200
    try:
        case_offers.give_credit(services().db, member.merchant_id, case_id, form.credit(), actor(member))
    except InvalidContent:
        form.refuse(form.code, _("Use 3 to 40 capital letters, digits and hyphens."))
        return _credit_window(member, case_id, order, form), 422
    done(
        _("Store credit given."),
        _("The customer has been told. Set the code up in your store, then say so here."),
    )
    return _to_case(case_id)


def set_up_credit(member: Member, offer_id: UUID) -> ResponseReturnValue:
    """Note that the store knows the code now."""
    case_id = case_offers.set_up_credit(services().db, member.merchant_id, offer_id, actor(member))
    done(_("Noted: the store knows the code."))
    return _to_case(case_id)


def send_replacement(member: Member, case_id: UUID) -> ResponseReturnValue:
    """Show the window; take in an order at no price once it is confirmed."""
    order = _order_of(member, case_id)
    form = ReplacementForm.of(order.items)
    if not form.submitted():
        return _replacement_window(member, case_id, order, form), 422 if form.errors else 200
    try:
        case_offers.send_replacement(
            services().db, member.merchant_id, case_id, form.replacement(), actor(member)
        )
    except InvalidContent:
        form.refuse(form.quantity_field(order.items[0].id), _("Choose at least one unit to send."))
        return _replacement_window(member, case_id, order, form), 422
    done(
        _("Replacement made."),
        _("It is an order of its own, at no price; ship it like any other. The customer has been told."),
    )
    return _to_case(case_id)


def _order_of(member: Member, case_id: UUID) -> OrderPage:
    case = support.case_view(services().db, member.merchant_id, case_id)
    if case.order_id is None:
        raise NotFound("There is no such case.")
    return order_page(services().db, member.merchant_id, case.order_id, ActorKind.MERCHANT_USER)


def _credit_window(member: Member, case_id: UUID, order: OrderPage, form: OfferCreditForm) -> str:
    return show(member, "console/offer_credit.html", case_id=case_id, order=order, form=form)


def _replacement_window(member: Member, case_id: UUID, order: OrderPage, form: ReplacementForm) -> str:
    return show(member, "console/send_replacement.html", case_id=case_id, order=order, form=form)


def _to_case(case_id: UUID) -> ResponseReturnValue:
    return redirect(url_for("console.support_case", case_id=case_id), code=303)

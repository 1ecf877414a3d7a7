"""The Cancel order window, what happens when the buyer confirms it, and taking a request back."""

from uuid import UUID, uuid4

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access import OpenedOrder
from portal.forms import CancelOrderForm
from shared import wording
from shared.actions import cancellations
from shared.domain.actors import BUYER, ActorKind
from shared.domain.cancellation import Move, RequestState, may
from shared.domain.catalogue import Giver
from shared.domain.errors import AlreadyDecided, NotEligible, NotPermitted, QuoteChanged
from shared.domain.ids import RequestId
from shared.domain.reasons import Reason
from shared.queries import cancellations as quotes
from shared.queries import orders
from shared.queries.order_values import OrderPage
from shared.queries.quote_values import QuoteView
from shared.queries.reasons import offered
from shared.queries.request_values import RequestView
from shared.rendering import gettext as _
from shared.web import notices
from shared.web.app import wanted_fragment
from shared.web.services import services


def cancel_order(order: OpenedOrder) -> ResponseReturnValue:
    """Show the window; file the request once it is confirmed."""
    form = _form(order)
    if not form.submitted():
        return _window(order, form, status=422 if form.errors else 200)
    ask = cancellations.Ask(
        quantities=form.quantities(),
        reason=Reason(form.reason.data) if form.reason.data else None,
        comments=form.comments.data,
        for_buyer=True,
        seen=form.quote_hash.data,
        nonce=form.nonce.data or None,
    )
    try:
        request_id = cancellations.request(services().db, order.merchant_id, order.page.id, ask, BUYER)
    except (QuoteChanged, NotEligible) as refusal:
        return _refused(order, form, is_stale=isinstance(refusal, QuoteChanged))
    _tell(order, request_id)
    return _to_order(order)


def cancel_quote(order: OpenedOrder) -> ResponseReturnValue:
    """Work out the refund for the quantities as they stand; nothing is filed."""
    if request.method != "POST":
        return redirect(url_for("portal.cancel_order", order_id=order.page.id), code=303)
    form = _form(order)
    form.submitted()
    form.refuse_excess(order.page)
    if wanted_fragment() != "quote":
        return _window(order, form, status=422 if form.errors else 200)
    page = render_template(
        "components/quote_parts.html",
        order=order.page,
        quote=_quote(order, form),
        update_url=url_for("portal.cancel_quote", order_id=order.page.id),
        merchant=False,
    )
    return page, 422 if form.errors else 200


def withdraw_request(order: OpenedOrder, request_id: str) -> ResponseReturnValue:
    """Take a request of this order back, as long as it is not carried out."""
    found = _request_of(order.page, request_id)
    if found is None:
        abort(404)
    try:
        cancellations.withdraw(services().db, order.merchant_id, found.id, BUYER)
    except (AlreadyDecided, NotPermitted):
        _tell_too_late(_read_again(order), found)
    else:
        notices.done(_("Request withdrawn."), _("Your order goes on as before."))
    return _to_order(order)


def _form(order: OpenedOrder) -> CancelOrderForm:
    reasons = offered(services().db, order.merchant_id, Giver.BUYER)
    return CancelOrderForm.of(order.page, reasons)


def _window(order: OpenedOrder, form: CancelOrderForm, status: int = 200) -> ResponseReturnValue:
    if not order.page.can_cancel:
        if request.method == "POST":
            _tell_not_possible(order.page)
        return _to_order(order)
    quote = _quote(order, form)
    form.quote_hash.data = quote.quote.hash
    form.nonce.data = form.nonce.data or str(uuid4())
    page = render_template(
        "portal/cancel_order.html", frame=order.frame, order=order.page, form=form, quote=quote
    )
    return page, status


def _quote(order: OpenedOrder, form: CancelOrderForm) -> QuoteView:
    most = {item.id: item.cancelable_quantity for item in order.page.items}
    wanted = {line_id: min(units, most[line_id]) for line_id, units in form.quantities().items()}
    return quotes.quote_for(services().db, order.merchant_id, order.page.id, ActorKind.BUYER, wanted)


def _refused(order: OpenedOrder, form: CancelOrderForm, *, is_stale: bool) -> ResponseReturnValue:
    fresh = _read_again(order)
    if not fresh.page.can_cancel:
        return _window(fresh, form)
    if not is_stale:
        form.has_units(fresh.page)
        form.refuse_excess(fresh.page)
        return _window(fresh, form, status=422)
    detail = _("This is what the refund would be now. Check it, then confirm again.")
    if form.keep_within(fresh.page):
        detail = _("Fewer units can be canceled now. Check the numbers and the refund, then confirm again.")
    notices.not_done(_("The order has changed since you opened this window."), detail)
    return _window(fresh, form, status=409)


def _read_again(order: OpenedOrder) -> OpenedOrder:
    page = orders.order_page(services().db, order.merchant_id, order.page.id, ActorKind.BUYER)
    return OpenedOrder(order.merchant_id, page)


def _to_order(order: OpenedOrder) -> ResponseReturnValue:
    return redirect(url_for("portal.order_detail", order_id=order.page.id), code=303)


def _request_of(page: OrderPage, request_id: UUID | str) -> RequestView | None:
    return next((found for found in page.requests if str(found.id) == str(request_id)), None)


def _tell(order: OpenedOrder, request_id: RequestId) -> None:
    state = quotes.state_of(services().db, order.merchant_id, request_id)
    if not may(state, Move.WITHDRAW):
        notices.done(_("Your request was received before."), _("This page shows what has become of it."))
    elif may(state, Move.ACCEPT):
        answer = _("%(merchant)s answers by e-mail.") % {"merchant": order.page.merchant_name}
        notices.done(_("Cancellation requested."), answer)
    else:
        notices.done(_("Cancellation requested."), _("You get an e-mail as soon as it is carried out."))


def _tell_not_possible(page: OrderPage) -> None:
    why = wording.blocker(page.blockers[0]) if page.blockers else ""
    notices.not_done(_("Nothing was canceled."), why)


def _tell_too_late(order: OpenedOrder, wanted: RequestView) -> None:
    found = _request_of(order.page, wanted.id)
    if found is not None and found.state is RequestState.WITHDRAWN:
        notices.done(_("Request withdrawn."), _("Your order goes on as before."))
    else:
        notices.not_done(
            _("It is too late to withdraw."), _("This page shows what has become of the request.")
        )

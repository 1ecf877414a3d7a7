"""The Cancel order window of the console; accept and decline a customer's request."""

from uuid import UUID, uuid4

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from console import words
from console.access import actor
from console.addresses import back_to, back_to_case, case_asked, contact_about
from console.forms import CancelOrderForm, DeclineForm
from console.orders import can_be_stopped
from console.pages import show
from shared import wording
from shared.actions import cancellations, warehouse
from shared.domain.actors import ActorKind
from shared.domain.cancellation import RequestState
from shared.domain.errors import AlreadyDecided, NotEligible, QuoteChanged
from shared.domain.permissions import Permission, holds
from shared.domain.policy import WarehouseAnswer
from shared.queries.cancellations import quote_for
from shared.queries.hindrances import hindered
from shared.queries.order_values import OrderPage
from shared.queries.orders import order_page
from shared.queries.quote_values import QuoteView
from shared.queries.reasons import keeping, offered
from shared.queries.request_values import RequestView
from shared.queries.sign_in import Member
from shared.queries.stock import on_hand
from shared.rendering import gettext as _
from shared.rendering import ngettext
from shared.web.app import wanted_fragment
from shared.web.notices import done, not_done
from shared.web.services import services


def cancel_order(member: Member, order_id: UUID) -> ResponseReturnValue:
    """Show the window; cancel what was chosen once it is confirmed."""
    page = _read(member, order_id)
    form = _window_form(member, page)
    if request.method != "POST":
        return _window(member, page, form) if page.can_cancel else _nothing_left(page)
    if not _in_order(form):
        return _window(member, page, form, status=422)
    if _hides(member, page, form):
        return _window(member, page, form, trouble=kept_by_reason(), status=422)
    try:
        cancellations.request(
            services().db, member.merchant_id, order_id, form.ask(), actor(member), case_id=case_asked()
        )
    except (QuoteChanged, NotEligible):
        return _changed_meanwhile(member, order_id, form)
    done(
        _("Cancellation requested."),
        _("Order %(number)s is being canceled; the customer gets an e-mail when it is done.")
        % {"number": page.number},
    )
    return back_to_case() or back_to(order_id)


def cancel_order_quote(member: Member, order_id: UUID) -> ResponseReturnValue:
    """Quote what is chosen: two parts of the window for the script, else the window again."""
    page = _read(member, order_id)
    form = _window_form(member, page)
    in_order = form.only_quantities()
    if wanted_fragment() != "quote":
        return _window(member, page, form, status=200 if in_order else 422)
    quote = _quote(member, page, form) if in_order else None
    if quote is None:
        abort(422)
    return show(
        member,
        "components/quote_parts.html",
        quote=quote,
        order=page,
        update_url=_quote_url(page),
        merchant=True,
    )


def accept_request(member: Member, order_id: UUID, request_id: UUID) -> ResponseReturnValue:
    """Accept a request at once."""
    asked = _find(_read(member, order_id), request_id)
    try:
        cancellations.accept(services().db, member.merchant_id, asked.id, actor(member))
    except AlreadyDecided:
        _tell_who_was_faster(member, asked)
    else:
        done(_("Request accepted."), _what_follows(_find(_read(member, order_id), request_id)))
    return back_to(order_id)


def answer_for_warehouse(member: Member, order_id: UUID, request_id: UUID) -> ResponseReturnValue:
    """Pass on what the warehouse says: it has stopped the units, or they have left."""
    asked = _find(_read(member, order_id), request_id)
    answer = _answer_given()
    try:
        warehouse.answer(services().db, member.merchant_id, asked.id, answer, actor(member))
    except AlreadyDecided:
        page = _read(member, order_id)
        not_done(_("No answer is awaited any more; nothing was changed."), words.who_answered(page, asked))
    else:
        done(*_told_by_warehouse(asked, answer))
    return back_to(order_id)


def decline_request(member: Member, order_id: UUID, request_id: UUID) -> ResponseReturnValue:
    """Show the window that asks why; decline, or stop what was accepted, once it is confirmed."""
    asked = _find(_read(member, order_id), request_id)
    stops = can_be_stopped(member, asked)
    form = DeclineForm.made(asked.state, stops=stops)
    if request.method != "POST" and not (stops or asked.can_be_decided):
        _tell_who_was_faster(member, asked)
        return _to_detail(asked.order_id)
    if not form.submitted():
        return _decline_window(member, form, asked, stops=stops), 422 if form.errors else 200
    try:
        cancellations.decline(
            services().db,
            member.merchant_id,
            asked.id,
            actor(member),
            reason=form.chosen_reason(),
            message=form.message.data,
            seen=form.seen(),
        )
    except AlreadyDecided:
        return _decided_meanwhile(member, asked, form.seen())
    fact = _("Cancellation stopped.") if stops else _("Request declined.")
    done(fact, _("The order goes on as before; the customer gets an e-mail."))
    return back_to(order_id)


def _decline_window(
    member: Member, form: DeclineForm, asked: RequestView, *, stops: bool, trouble: str = ""
) -> str:
    return show(member, "console/decline_request.html", form=form, asked=asked, stops=stops, trouble=trouble)


def _decided_meanwhile(member: Member, asked: RequestView, seen: RequestState) -> ResponseReturnValue:
    """Show the window anew where what was accepted can still be stopped; else say who was faster."""
    page = _read(member, asked.order_id)
    asked = _find(page, asked.id)
    if asked.state is seen or not can_be_stopped(member, asked):
        _tell_who_was_faster(member, asked)
        return back_to(asked.order_id)
    form = DeclineForm.made(asked.state, stops=True)
    form.state.data = asked.state.value
    trouble = _("%(who_accepted)s Nothing was declined. You can still stop it: check this window again.") % {
        "who_accepted": words.who_decided(page, asked)
    }
    return _decline_window(member, form, asked, stops=True, trouble=trouble), 409


def _answer_given() -> WarehouseAnswer:
    try:
        return WarehouseAnswer(request.form.get("answer", ""))
    except ValueError:
        abort(422)


def _told_by_warehouse(asked: RequestView, answer: WarehouseAnswer) -> tuple[str, str]:
    units = {"units": _units(asked), "number": asked.order_number}
    if answer is WarehouseAnswer.STOPPED:
        return _("Stopped."), _("%(units)s of order %(number)s will be canceled.") % units
    return (
        _("Too late."),
        _("%(units)s of order %(number)s go out as ordered; the customer gets an e-mail.") % units,
    )


def _what_follows(accepted: RequestView) -> str:
    units = {"units": _units(accepted), "number": accepted.order_number}
    if accepted.awaits_warehouse:
        return _("The warehouse is asked to stop %(units)s of order %(number)s.") % units
    return _("%(units)s of order %(number)s will be canceled.") % units


def _units(asked: RequestView) -> str:
    return ngettext("%(num)s unit", "%(num)s units", asked.quantity) % {"num": asked.quantity}


def _window_form(member: Member, page: OrderPage) -> CancelOrderForm:
    reasons = offered(services().db, member.merchant_id)
    kept = keeping(services().db, member.merchant_id)
    return CancelOrderForm.for_merchant(page.items, page.currency, reasons, kept)


def _in_order(form: CancelOrderForm) -> bool:
    if not form.submitted():
        return False
    chosen = form.chosen()
    if chosen is not None and not chosen:
        form.refuse(form.scope, _("Choose at least one unit to cancel."))
        return False
    return True


def kept_by_reason() -> str:
    """Say that nothing was canceled yet, since the reason keeps money back and no quote had told so."""
    return _("For this reason nothing goes back unless you choose otherwise. Check the refund, then confirm.")


def _hides(member: Member, page: OrderPage, form: CancelOrderForm) -> bool:
    quote = _quote(member, page, form)
    return quote is not None and form.hides(quote.quote)


def _changed_meanwhile(member: Member, order_id: UUID, form: CancelOrderForm) -> ResponseReturnValue:
    """Show the window anew with what was typed, for the order as it is now."""
    page = _read(member, order_id)
    if not page.can_cancel:
        return _nothing_left(page)
    form.keep_within(page.items)
    trouble = _(
        "The order has changed since this window was opened. Nothing was canceled yet: check it again."
    )
    return _window(member, page, form, trouble=trouble, status=409)


def _window(
    member: Member, page: OrderPage, form: CancelOrderForm, *, trouble: str = "", status: int = 200
) -> ResponseReturnValue:
    quote = _quote(member, page, form) or _quote(member, page, None)
    if quote is None:
        return _nothing_left(page)
    if request.method != "POST" or trouble:
        form.quote_hash.data = quote.quote.hash
        form.nonce.data = str(uuid4())
    body = show(
        member,
        "console/cancel_order.html",
        form=form,
        order=page,
        quote=quote,
        trouble=trouble,
        quote_url=_quote_url(page),
        reason_hint=_reason_hint(member, page),
        contact_url=_contact_url(member, page, form),
    )
    return body, status


def _reason_hint(member: Member, page: OrderPage) -> str:
    """Say who reads the reason, and beside it what No inventory asks for in the stock."""
    skus = [item.sku for item in page.items if item.cancelable_quantity]
    sold_out = words.stock_to_clear(on_hand(services().db, member.merchant_id, skus))
    return " ".join(filter(None, (_("Only your team sees this."), sold_out)))


def _contact_url(member: Member, page: OrderPage, form: CancelOrderForm) -> str:
    """Lead to who can help with what may not be canceled; "" where there is no such thing."""
    if not hindered(page) or not holds(member.role, Permission.REPLY):
        return ""
    return contact_about(page.id, form.chosen_reason())


def _quote(member: Member, page: OrderPage, form: CancelOrderForm | None) -> QuoteView | None:
    """Quote what a form asks for, or all that may go; None when it asks for more than that."""
    try:
        return quote_for(
            services().db,
            member.merchant_id,
            page.id,
            ActorKind.MERCHANT_USER,
            form.chosen() if form else None,
            reason=form.chosen_reason() if form else None,
            most_minor=form.most_minor() if form else None,
            all_back=form.all_back if form else True,
        )
    except NotEligible:
        return None


def _nothing_left(page: OrderPage) -> ResponseReturnValue:
    why = " ".join(wording.blocker(blocker, to_merchant=True) for blocker in page.blockers)
    not_done(_("Nothing of this order can be canceled."), why)
    return _to_detail(page.id)


def _tell_who_was_faster(member: Member, asked: RequestView) -> None:
    """Say what became of a request that somebody else has decided meanwhile."""
    page = _read(member, asked.order_id)
    not_done(_("This request is no longer open; nothing was changed."), words.who_decided(page, asked))


def _find(page: OrderPage, request_id: UUID) -> RequestView:
    found = next((request for request in page.requests if request.id == request_id), None)
    return found or abort(404)


def _read(member: Member, order_id: UUID) -> OrderPage:
    return order_page(services().db, member.merchant_id, order_id, ActorKind.MERCHANT_USER)


def _to_detail(order_id: UUID) -> ResponseReturnValue:
    return redirect(url_for("console.order_detail", order_id=order_id), code=303)


def _quote_url(page: OrderPage) -> str:
    return url_for("console.cancel_order_quote", order_id=page.id)

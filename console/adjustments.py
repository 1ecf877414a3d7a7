"""Refund part of the price of what has shipped."""

from uuid import UUID, uuid4

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from console.access import actor
from console.addresses import back_to_case, case_asked
from console.money_forms import AdjustPriceForm
from console.pages import show
from shared.actions import adjustments
from shared.actions.adjustments import Adjustment
from shared.domain.actors import ActorKind
from shared.domain.adjustments import Amounts
from shared.domain.errors import NotEligible, QuoteChanged
from shared.queries.adjustments import AdjustmentSum, AdjustmentView, adjustment_sum, adjustment_view
from shared.queries.orders import order_page
from shared.queries.reasons import offered
from shared.queries.sign_in import Member
from shared.rendering import gettext as _
from shared.web.app import wanted_fragment
from shared.web.notices import done, not_done
from shared.web.services import services


def adjust_price(member: Member, order_id: UUID) -> ResponseReturnValue:
    """Show what may go back; refund what was chosen once it is confirmed."""
    view = _read(member, order_id)
    form = AdjustPriceForm.of(view, offered(services().db, member.merchant_id))
    if request.method != "POST":
        return _window(member, order_id, view, form)
    if not _in_order(form, view):
        return _window(member, order_id, view, form, status=422)
    wanted = form.wanted()
    adjustment = Adjustment(
        amounts=wanted.lines,
        shipping_minor=wanted.shipping_minor,
        reason=form.chosen_reason(),
        memo=form.memo.data,
        message=form.message.data,
        nonce=form.nonce.data or None,
        seen=form.quote_hash.data or "",
    )
    try:
        adjustments.adjust(
            services().db, member.merchant_id, order_id, adjustment, actor(member), case_id=case_asked()
        )
    except (QuoteChanged, NotEligible) as refusal:
        return _refused(member, order_id, form, is_stale=isinstance(refusal, QuoteChanged))
    done(_("Refund noted."), _("The customer gets an e-mail when it is sent."))
    return back_to_case() or redirect(url_for("console.order_detail", order_id=order_id), code=303)


def adjust_price_quote(member: Member, order_id: UUID) -> ResponseReturnValue:
    """Add up what was typed: two parts of the window for the script, else the window again."""
    view = _read(member, order_id)
    form = AdjustPriceForm.of(view, offered(services().db, member.merchant_id))
    in_order = form.only_amounts() and not form.refuse_excess(view)
    if wanted_fragment() != "quote":
        return _window(member, order_id, view, form, status=200 if in_order else 422)
    if not in_order:
        abort(422)
    return show(
        member,
        "components/adjustment_parts.html",
        view=view,
        sum=_sum(member, order_id, form),
        update_url=_quote_url(order_id),
    )


def _in_order(form: AdjustPriceForm, view: AdjustmentView) -> bool:
    if not form.submitted():
        return False
    if form.wanted().whole_minor == 0:
        first = form.amount_field(view.lines[0].id) if view.lines else form.shipping_field
        form.refuse(first, _("Enter at least one amount."))
        return False
    return True


def _refused(member: Member, order_id: UUID, form: AdjustPriceForm, *, is_stale: bool) -> ResponseReturnValue:
    """Show the window anew with what was typed, for the order as it is now."""
    view = _read(member, order_id)
    if form.refuse_excess(view):
        return _window(member, order_id, view, form, is_new=True, status=409 if is_stale else 422)
    trouble = _(
        "The order has changed since this window was opened. Nothing was refunded yet: check it again."
    )
    return _window(member, order_id, view, form, is_new=True, trouble=trouble, status=409)


def _window(
    member: Member,
    order_id: UUID,
    view: AdjustmentView,
    form: AdjustPriceForm,
    *,
    is_new: bool = False,
    trouble: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    if not view.is_possible:
        return _nothing_left(order_id)
    if request.method != "POST" or is_new:
        form.quote_hash.data = view.hash
        form.nonce.data = str(uuid4())
    body = show(
        member,
        "console/adjust_price.html",
        order=order_page(services().db, member.merchant_id, order_id, ActorKind.MERCHANT_USER),
        form=form,
        view=view,
        sum=_sum(member, order_id, form),
        trouble=trouble,
        quote_url=_quote_url(order_id),
    )
    return body, status


def _sum(member: Member, order_id: UUID, form: AdjustPriceForm) -> AdjustmentSum:
    """Add up what was typed; nothing while it is more than may go back."""
    try:
        return adjustment_sum(services().db, member.merchant_id, order_id, form.wanted())
    except NotEligible:
        return AdjustmentSum(Amounts(), ())


def _nothing_left(order_id: UUID) -> ResponseReturnValue:
    not_done(
        _("Nothing of the price can be refunded."),
        _("Only the price of what has shipped can, as far as money of it is left."),
    )
    return redirect(url_for("console.order_detail", order_id=order_id), code=303)


def _read(member: Member, order_id: UUID) -> AdjustmentView:
    return adjustment_view(services().db, member.merchant_id, order_id)


def _quote_url(order_id: UUID) -> str:
    return url_for("console.adjust_price_quote", order_id=order_id)

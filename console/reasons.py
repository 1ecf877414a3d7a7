"""The catalogue of reasons: who may give each, in which words and order, and what follows from it."""

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from console.access import actor
from console.pages import show
from console.reason_forms import ReasonForm
from console.settings import settings_tabs
from shared import wording
from shared.actions import reasons as actions
from shared.domain.errors import NoReasonLeft
from shared.domain.reasons import BUYER_REASONS, MERCHANT_REASONS, Reason
from shared.feeds.codes import Code
from shared.queries.reasons import catalogue, foreign_codes
from shared.queries.sign_in import Member
from shared.rendering import gettext as _
from shared.web.notices import done, not_done
from shared.web.services import services


def reasons(member: Member) -> ResponseReturnValue:
    """List every reason in the order in which people choose from them."""
    found = catalogue(services().db, member.merchant_id)
    return show(member, "console/reasons.html", entries=found.entries, sections=settings_tabs(member))


def edit_reason(member: Member, code: str) -> ResponseReturnValue:
    """Show what holds for a reason; put what was typed in force."""
    reason = _known(code)
    terms = catalogue(services().db, member.merchant_id).of(reason)
    form = ReasonForm.of(terms)
    if not form.submitted():
        return _form(member, form, reason, status=422 if form.errors else 200)
    try:
        is_new = actions.change(services().db, member.merchant_id, form.terms(reason), actor(member))
    except NoReasonLeft:
        form.refuse(form.for_merchants, _("Your team must be left at least one reason to give."))
        return _form(member, form, reason, status=422)
    if is_new:
        done(_("Saved."), _("Requests that were made before keep their words and terms."))
    else:
        not_done(_("Nothing has changed."), _("This is what holds already."))
    return redirect(url_for("console.reasons"), code=303)


def move_reason(member: Member, code: str) -> ResponseReturnValue:
    """Move a reason one place up or down."""
    reason, way = _known(code), request.form.get("way")
    if way not in {"up", "down"}:
        abort(400)
    actions.move(services().db, member.merchant_id, reason, actor(member), up=way == "up")
    return redirect(url_for("console.reasons", _anchor=reason.value), code=303)


def _known(code: str) -> Reason:
    try:
        return Reason(code)
    except ValueError:
        abort(404)


def _form(member: Member, form: ReasonForm, reason: Reason, *, status: int) -> ResponseReturnValue:
    page = show(
        member,
        "console/edit_reason.html",
        form=form,
        code=reason.value,
        product_words=wording.reason(reason),
        is_for_buyers=reason in BUYER_REASONS,
        is_for_merchants=reason in MERCHANT_REASONS,
        codes=foreign_codes(services().db, member.merchant_id).coming_in_as(reason),
        switched_off=Code.REASON_SWITCHED_OFF.value,
        sections=settings_tabs(member),
    )
    return page, status

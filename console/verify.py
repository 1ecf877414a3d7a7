"""Prove again who one is, before what only the owner of a session may do: then it counts for minutes."""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from console.origins import origin
from console.pages import show
from console.people_forms import VerifyForm
from console.second_step import passkey_user
from console.sign_in import RATE, onward, passkey_host, too_many
from shared.actions import sign_in as actions
from shared.queries import second_factors
from shared.queries.sign_in import Member
from shared.rendering import gettext as _
from shared.web.limits import forget, visitor_network, within_limit
from shared.web.notices import done, not_done
from shared.web.services import services


def verify(member: Member) -> ResponseReturnValue:
    """Ask for the password once more, and go on to what was wanted."""
    form = VerifyForm.made()
    if request.method != "POST":
        return _page(member, form)
    if not form.submitted():
        return _page(member, form), 422
    who = ("sign-in", member.email, visitor_network())
    if not within_limit(RATE, *who):
        return _page(member, form, too_many()), 429, {"Retry-After": "60"}
    if actions.check(services().db, member.email, form.password.data or "", origin()) is None:
        return _page(member, form, _("That is not your password. Try again.")), 422
    forget(RATE, *who)
    return _go_on(member)


def verify_with_passkey(member: Member) -> ResponseReturnValue:
    """Take a passkey of the member in place of the password."""
    asked = request.args
    if passkey_user() != member.user_id:
        not_done(_("This passkey is not yours."), _("Enter your password instead."))
        return redirect(url_for("console.verify", next=asked.get("next"), again=asked.get("again")), code=303)
    return _go_on(member)


def _go_on(member: Member) -> ResponseReturnValue:
    actions.note_verified(services().db, member.merchant_id, member.session_id)
    if request.args.get("again"):
        done(_("Thank you."), _("Please press the button once more."))
    return redirect(onward(), code=303)


def _page(member: Member, form: VerifyForm, trouble: str = "") -> str:
    return show(
        member,
        "console/verify.html",
        form=form,
        trouble=trouble,
        factors=second_factors.of_user(services().db, member.user_id),
        wanted=request.args.get("next"),
        again=request.args.get("again"),
        passkey_host=passkey_host(),
    )

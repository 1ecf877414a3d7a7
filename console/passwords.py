"""A new password: asked for by e-mail, set through the link, or changed by who knows the present one."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from console.access import actor, leave
from console.account import account_page
from console.one_use_links import followed, open_link
from console.origins import origin
from console.people_forms import ChangePasswordForm, ForgotForm, NewPasswordForm
from console.sign_in import RATE, too_many
from shared.actions import passwords as actions
from shared.domain.errors import NotFound
from shared.queries.sign_in import Member
from shared.rendering import gettext as _
from shared.storage.doors import Door
from shared.web.limits import visitor_network, within_limit
from shared.web.notices import done
from shared.web.services import services

RATE_OF_VISITOR = "5/hour"
RATE_OF_ADDRESS = "20/hour"


def forgot_password() -> ResponseReturnValue:
    """Take the address; the answer is the same for known and unknown ones, and for too many."""
    form = ForgotForm.made()
    if request.method != "POST":
        return render_template("console/forgot_password.html", form=form, sent=False)
    if not form.submitted():
        return render_template("console/forgot_password.html", form=form, sent=False), 422
    email = (form.email.data or "").strip().lower()
    if within_limit(RATE_OF_VISITOR, "forgot", visitor_network()) and within_limit(
        RATE_OF_ADDRESS, "forgot", email
    ):
        actions.ask_reset(services().db, email)
    return render_template("console/forgot_password.html", form=form, sent=True)


def open_reset(token: str) -> ResponseReturnValue:
    """Take the link's secret out of the address; nothing is used up by looking."""
    return open_link(Door.PASSWORD_RESET, token, "console.reset_password")


def reset_password() -> ResponseReturnValue:
    """Set a new password through the link, end every session, and lead to signing in."""
    way = followed(Door.PASSWORD_RESET)
    email = actions.email_of_reset(services().db, *way) if way else None
    if way is None or email is None:
        return render_template("console/link_ended.html", is_reset=True), 410
    form = NewPasswordForm.made()
    if request.method != "POST":
        return render_template("console/reset_password.html", form=form, email=email)
    if not form.is_in_order(email):
        return render_template("console/reset_password.html", form=form, email=email), 422
    try:
        actions.reset(services().db, *way, form.password.data or "", origin())
    except NotFound:
        return render_template("console/link_ended.html", is_reset=True), 410
    leave()
    done(_("Your new password is set."), _("Sign in with it."))
    return redirect(url_for("console.sign_in"), code=303)


def change_password(member: Member) -> ResponseReturnValue:
    """Change one's own password; other browsers have to sign in again."""
    form = ChangePasswordForm.made()
    if not form.is_in_order(member.email):
        return account_page(member, form), 422
    if not within_limit(RATE, "sign-in", member.email, visitor_network()):
        form.refuse(form.current, too_many())
        return account_page(member, form), 429, {"Retry-After": "60"}
    here = (member.merchant_id, member.session_id)
    current, new = form.current.data or "", form.new.data or ""
    if not actions.change(services().db, here, current, new, actor(member)):
        form.refuse(form.current, _("That is not your current password."))
        return account_page(member, form), 422
    done(_("Your password is changed."), _("Your other sessions have ended."))
    return redirect(url_for("console.account"), code=303)

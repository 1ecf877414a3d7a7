"""What belongs to a person and not to a shop: second factors, and where they are signed in."""

from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from console.access import actor, enter
from console.origins import device_of, origin
from console.pages import show
from console.people_forms import ChangePasswordForm, PasskeyForm
from console.sign_in import onward, passkey_host
from shared.actions import sessions as actions
from shared.actions.sign_in import Entry
from shared.domain.errors import NotFound
from shared.domain.ids import MerchantId
from shared.queries import second_factors, sessions
from shared.queries.sign_in import Member, teams
from shared.rendering import gettext as _
from shared.rendering import ngettext
from shared.web.notices import done
from shared.web.services import services


def account(member: Member) -> ResponseReturnValue:
    """Show what one signs in with, and where one is signed in."""
    return account_page(member, ChangePasswordForm.made())


def account_page(member: Member, form: ChangePasswordForm) -> str:
    """Render the page with the form for a new password as it stands."""
    return show(
        member,
        "console/account.html",
        form=form,
        factors=second_factors.of_user(services().db, member.user_id),
        sessions=sessions.of_user(services().db, member.user_id),
        passkey_form_fields=PasskeyForm.made(device_of(request.user_agent.string)),
        passkey_host=passkey_host(),
    )


def end_session(member: Member, session_id: UUID) -> ResponseReturnValue:
    """End one of one's own sessions."""
    actions.end(services().db, member.user_id, session_id, actor(member))
    done(_("The session is ended."), _("That browser has to sign in again."))
    return redirect(url_for("console.account"), code=303)


def end_other_sessions(member: Member) -> ResponseReturnValue:
    """End all of one's sessions save this one."""
    count = actions.end_others(services().db, member.user_id, member.session_id, actor(member))
    done(
        ngettext("%(num)s other session is ended.", "%(num)s other sessions are ended.", count)
        % {"num": count}
    )
    return redirect(url_for("console.account"), code=303)


def switch_merchant(member: Member) -> ResponseReturnValue:
    """Go over to another of one's shops; offer it first to who followed a link that leads there."""
    if request.method != "POST":
        return _offer_switch(member)
    merchant_id = MerchantId(_asked_merchant(request.form.get("merchant", "")))
    entry = Entry(origin(), merchant_id=merchant_id, since=member.since)
    here = (member.merchant_id, member.session_id)
    enter(actions.switch(services().db, member.user_id, here, merchant_id, entry))
    return redirect(onward(), code=303)


def _offer_switch(member: Member) -> ResponseReturnValue:
    asked = _asked_merchant(request.args.get("to", ""))
    found = next((team for team in teams(services().db, member.user_id) if team.merchant_id == asked), None)
    if found is None:
        raise NotFound("There is no such merchant.")
    return show(member, "console/switch_merchant.html", shop=found, wanted=request.args.get("next"))


def _asked_merchant(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("There is no such merchant.") from None

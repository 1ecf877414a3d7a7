"""The team: who is in it and as what, who was asked to join, and whether all need a second factor."""

from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from console.access import actor
from console.pages import show
from console.people_forms import InviteForm, RoleForm
from console.settings import settings_tabs
from shared import wording
from shared.actions import invitations
from shared.actions import team as actions
from shared.domain.errors import AlreadyExists, NotFound, StillNeeded
from shared.domain.permissions import Role
from shared.queries import team as queries
from shared.queries.sign_in import Member
from shared.queries.team import MemberView
from shared.rendering import gettext as _
from shared.web.limits import within_limit
from shared.web.notices import done, not_done
from shared.web.services import services

RATE = "50/hour"


def team(member: Member) -> ResponseReturnValue:
    """List the team and open invitations."""
    return _page(member, InviteForm.made())


def invite_member(member: Member) -> ResponseReturnValue:
    """Mail somebody a link into the team."""
    form = InviteForm.made()
    if not form.submitted():
        return _page(member, form), 422
    if not within_limit(RATE, "invite", str(member.merchant_id)):
        form.refuse(form.email, _("Too many invitations within the hour. Try again later."))
        return _page(member, form), 429
    email = form.email.data or ""
    try:
        invitations.invite(services().db, member.merchant_id, email, Role(form.role.data), actor(member))
    except AlreadyExists:
        form.refuse(form.email, _("This person is in the team already. Change their role below instead."))
        return _page(member, form), 422
    done(
        _("The invitation is on its way to %(email)s.") % {"email": email},
        _("Its link works for seven days."),
    )
    return _back()


def resend_invitation(member: Member, invitation_id: UUID) -> ResponseReturnValue:
    """Mail an invitation once more."""
    if not within_limit(RATE, "invite", str(member.merchant_id)):
        not_done(_("Too many invitations within the hour."), _("Try again later."))
        return _back()
    email = invitations.resend(services().db, member.merchant_id, invitation_id, actor(member))
    done(
        _("The invitation is on its way to %(email)s.") % {"email": email},
        _("Its link works for seven days."),
    )
    return _back()


def revoke_invitation(member: Member, invitation_id: UUID) -> ResponseReturnValue:
    """End an invitation."""
    invitations.revoke(services().db, member.merchant_id, invitation_id, actor(member))
    done(_("The invitation is revoked."), _("Its link opens nothing any more."))
    return _back()


def change_role(member: Member, member_id: UUID) -> ResponseReturnValue:
    """Give a member another role."""
    form = RoleForm.made()
    _person(member, member_id)
    if not form.submitted():
        not_done(_("The role stays as it is."), _("Choose a role."))
        return _back()
    role = Role(form.role.data)
    try:
        name = actions.change_role(services().db, member.merchant_id, member_id, role, actor(member))
    except StillNeeded as refusal:
        _tell_needed(refusal)
    else:
        words = _("%(name)s is now %(role)s.") % {"name": name, "role": wording.role(role)}
        done(words, _("They have to sign in again."))
    return _back()


def remove_member(member: Member, member_id: UUID) -> ResponseReturnValue:
    """Ask whether to take a member out of the team; then do it."""
    person = _person(member, member_id)
    if request.method != "POST":
        return show(member, "console/remove_member.html", person=person)
    try:
        name = actions.remove(services().db, member.merchant_id, member_id, actor(member))
    except StillNeeded as refusal:
        _tell_needed(refusal)
    else:
        done(_("%(name)s is no longer in the team.") % {"name": name}, _("Their sessions here have ended."))
    return _back()


def require_second_factor(member: Member) -> ResponseReturnValue:
    """Ask everybody for a second factor, or ask no more."""
    wanted = request.form.get("wanted") == "1"
    try:
        actions.require_second_factor(services().db, member.merchant_id, wanted=wanted, actor=actor(member))
    except StillNeeded:
        not_done(_("Nothing was changed."), _("Set up a second factor of your own first, in your account."))
        return _back()
    if wanted:
        done(_("Everybody now needs a second factor."), _("Who has none is led to set one up."))
    else:
        done(_("A second factor is now up to each of you."))
    return _back()


def _person(member: Member, member_id: UUID) -> MemberView:
    members = queries.team(services().db, member.merchant_id).members
    found = next((one for one in members if one.id == member_id), None)
    if found is None:
        raise NotFound("There is no such member.")
    return found


def _tell_needed(refusal: StillNeeded) -> None:
    if refusal.facts.get("why") == "self":
        not_done(
            _("Nobody changes their own place in the team."),
            _("That way nobody locks themselves out. Ask another owner to do it."),
        )
        return
    not_done(_("A team needs an owner."), _("Make somebody else an owner first."))


def _page(member: Member, form: InviteForm) -> str:
    return show(
        member,
        "console/team.html",
        form=form,
        team=queries.team(services().db, member.merchant_id),
        roles=[(role.value, wording.role(role)) for role in Role],
        sections=settings_tabs(member),
    )


def _back() -> ResponseReturnValue:
    return redirect(url_for("console.team"), code=303)

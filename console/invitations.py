"""Follow an invitation into a team: with a new account, or with the one somebody has."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from console.access import current_member, enter
from console.one_use_links import Way, followed, open_link
from console.origins import origin
from console.people_forms import JoinForm
from console.sign_in import RATE, admit, too_many
from shared import wording
from shared.actions import invitations as actions
from shared.actions import sign_in
from shared.actions.invitations import Invitation, NewUser
from shared.actions.sign_in import Entry
from shared.domain.errors import AlreadyExists, NotFound
from shared.domain.ids import UserId
from shared.domain.sign_in import Proof
from shared.queries.sign_in import Member
from shared.rendering import gettext as _
from shared.storage.doors import Door
from shared.web.limits import visitor_network, within_limit
from shared.web.notices import done
from shared.web.services import services


def open_invitation(token: str) -> ResponseReturnValue:
    """Take the link's secret out of the address; nothing is used up by looking."""
    return open_link(Door.INVITATION, token, "console.join_team")


def join_team() -> ResponseReturnValue:
    """Show who invites to what; let in who says who they are."""
    way = followed(Door.INVITATION)
    invitation = actions.read(services().db, *way) if way else None
    if way is None or invitation is None:
        return _ended()
    member = current_member()
    form = JoinForm.made()
    if request.method != "POST":
        return _page(form, invitation, member)
    try:
        if member is not None and member.user_id == invitation.user_id:
            return _join_signed_in(way, invitation, member)
        if invitation.user_id is None:
            return _join_new(form, way, invitation)
        return _join_known(form, way, invitation, invitation.user_id)
    except (NotFound, AlreadyExists):
        return _ended()


def _join_signed_in(way: Way, invitation: Invitation, member: Member) -> ResponseReturnValue:
    user_id = actions.join(services().db, *way, origin())
    secret = sign_in.begin(
        services().db, user_id, Entry(origin(), (Proof.INVITATION,), merchant_id=way[0], since=member.since)
    )
    return _enter(secret, invitation)


def _join_new(form: JoinForm, way: Way, invitation: Invitation) -> ResponseReturnValue:
    if not form.is_in_order(invitation.email, is_new=True):
        return _page(form, invitation, None), 422
    new = NewUser(form.name.data or "", form.password.data or "")
    user_id = actions.join(services().db, *way, origin(), new)
    secret = sign_in.begin(
        services().db, user_id, Entry(origin(), (Proof.INVITATION, Proof.PASSWORD), merchant_id=way[0])
    )
    return _enter(secret, invitation)


def _join_known(form: JoinForm, way: Way, invitation: Invitation, user_id: UserId) -> ResponseReturnValue:
    if not form.is_in_order(invitation.email, is_new=False):
        return _page(form, invitation, None), 422
    if not within_limit(RATE, "sign-in", invitation.email, visitor_network()):
        return _page(form, invitation, None, too_many()), 429, {"Retry-After": "60"}
    if sign_in.check(services().db, invitation.email, form.password.data or "", origin()) != user_id:
        return _page(form, invitation, None, _("That is not your password. Try again.")), 422
    actions.join(services().db, *way, origin())
    # Whoever has a second factor is asked for it before anything opens.
    return admit(user_id) or _ended()


def _enter(secret: str | None, invitation: Invitation) -> ResponseReturnValue:
    if secret is None:
        return _ended()
    enter(secret)
    words = _("You are now %(role)s of %(shop)s.")
    done(words % {"role": wording.role(invitation.role), "shop": invitation.merchant_name})
    return redirect(url_for("console.orders"), code=303)


def _page(form: JoinForm, invitation: Invitation, member: Member | None, trouble: str = "") -> str:
    return render_template(
        "console/join_team.html",
        form=form,
        invitation=invitation,
        is_new=invitation.user_id is None,
        is_signed_in=member is not None and member.user_id == invitation.user_id,
        trouble=trouble,
    )


def _ended() -> ResponseReturnValue:
    return render_template("console/link_ended.html", is_reset=False), 410

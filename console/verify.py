"""Prove again who one is, before what only the owner of a session may do: then it counts for minutes.

A form that has to wait for that comes along, and goes on to where it was sent once the proof is given.
"""

from flask import redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import ImmutableMultiDict

from console import pending
from console.access import PROOF
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
from shared.web.services import services

Carried = list[tuple[str, str]]

_OWN_FIELDS = frozenset({"csrf_token", "own_password", "credential"})


def verify(member: Member) -> ResponseReturnValue:
    """Ask for the password once more, and go on to what was wanted."""
    carried = _set_apart()
    form = VerifyForm.made()
    if form.own_password.name not in request.form:
        return _page(member, form, carried)
    if not form.submitted():
        return _page(member, form, carried), 422
    who = ("sign-in", member.email, visitor_network())
    if not within_limit(RATE, *who):
        return _page(member, form, carried, too_many()), 429, {"Retry-After": "60"}
    if actions.check(services().db, member.email, form.own_password.data or "", origin()) is None:
        return _page(member, form, carried, _("That is not your password. Try again.")), 422
    forget(RATE, *who)
    return _go_on(member)


def verify_with_passkey(member: Member) -> ResponseReturnValue:
    """Take a passkey of the member in place of the password."""
    carried = _set_apart()
    if passkey_user() != member.user_id:
        words = _("This passkey is not yours. Enter your password instead.")
        return _page(member, VerifyForm.made(), carried, words), 422
    return _go_on(member)


def _go_on(member: Member) -> ResponseReturnValue:
    actions.note_verified(services().db, member.merchant_id, member.session_id)
    waiting = pending.held_form(request.args.get("held", ""))
    # With this status browsers send the form on as it is.
    return redirect(onward(), code=303) if waiting is None else redirect(waiting, code=307)


def _way() -> dict[str, str]:
    """Give the parts of the address that say what comes after the proof."""
    return {name: value for name in ("next", "held") if (value := request.args.get(name))}


def _set_apart() -> Carried:
    """Leave the fields of the proof alone in the request; give those of the form that waits."""
    sent = list(request.form.items(multi=True))
    request.form = ImmutableMultiDict((name, value) for name, value in sent if name in _OWN_FIELDS)
    return [(name, value) for name, value in sent if name not in {*_OWN_FIELDS, PROOF}]


def _page(member: Member, form: VerifyForm, carried: Carried, trouble: str = "") -> str:
    return show(
        member,
        "console/verify.html",
        form=form,
        trouble=trouble,
        factors=second_factors.of_user(services().db, member.user_id),
        way=_way(),
        carried=carried,
        passkey_host=passkey_host(),
    )

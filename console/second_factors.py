"""Add and remove one's own second factors: an authenticator app, passkeys, recovery codes."""

from uuid import UUID

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from console import pending
from console.access import actor
from console.pages import show
from console.people_forms import CodeForm, PasskeyForm
from console.second_step import RATE
from console.sign_in import too_many
from shared import passkeys, totp
from shared.actions import second_factors as actions
from shared.domain.errors import AlreadyExists, NotFound, StillNeeded
from shared.passkeys import BadPasskey, Place
from shared.queries import second_factors as queries
from shared.queries.sign_in import Member
from shared.rendering import gettext as _
from shared.web.limits import within_limit
from shared.web.notices import done, not_done
from shared.web.services import services


def authenticator(member: Member) -> ResponseReturnValue:
    """Show the secret for an app, as a code to scan and as text; keep it once a first code is right."""
    form = CodeForm.made()
    secret = pending.held_totp()
    if request.method != "POST" or secret is None:
        secret = secret or totp.new_secret()
        pending.hold_totp(secret)
        return _authenticator(member, form, secret)
    if not form.submitted():
        return _authenticator(member, form, secret), 422
    if not within_limit(RATE, "authenticator", str(member.user_id)):
        return _authenticator(member, form, secret, too_many()), 429, {"Retry-After": "60"}
    keys = services().settings.derived_keys(actions.SEALING)
    code = "".join((form.code.data or "").split())
    if not actions.add_totp(services().db, member.merchant_id, secret, code, keys, actor(member)):
        form.refuse(form.code, _("That code is wrong. Enter the one that the app shows now."))
        return _authenticator(member, form, secret), 422
    pending.drop_totp()
    return _added(member, _("Your authenticator app is set up."))


def remove_authenticator(member: Member) -> ResponseReturnValue:
    """Forget the app."""
    try:
        actions.remove_totp(services().db, member.merchant_id, actor(member))
    except StillNeeded as refusal:
        _tell_needed(refusal)
    except NotFound:
        not_done(_("There is no authenticator app to remove."))
    else:
        done(_("The authenticator app is removed."))
    return _back()


def new_passkey(member: Member) -> ResponseReturnValue:
    """Tell the script what to ask the browser for."""
    factors = queries.of_user(services().db, member.user_id)
    question = passkeys.question_for_new(
        _place(),
        member.user_id,
        member.email,
        member.user_name,
        [passkey.credential_id for passkey in factors.passkeys],
        pending.new_challenge(),
    )
    return Response(question, mimetype="application/json")


def add_passkey(member: Member) -> ResponseReturnValue:
    """Keep the passkey that the browser has made."""
    form = PasskeyForm.made()
    # A form that is not in order answers nothing, which is no passkey either.
    answer = form.answer() if form.submitted() else ""
    try:
        passkey = passkeys.registered(_place(), answer, pending.take_challenge() or b"")
        name = form.name.data or _("Passkey")
        actions.add_passkey(services().db, member.merchant_id, passkey, name, actor(member))
    except (BadPasskey, AlreadyExists):
        not_done(_("No passkey was added."), _("Try again; if it keeps failing, use an authenticator app."))
        return _back()
    return _added(member, _("The passkey is added."))


def remove_passkey(member: Member, passkey_id: UUID) -> ResponseReturnValue:
    """Forget a passkey."""
    try:
        actions.remove_passkey(services().db, member.merchant_id, passkey_id, actor(member))
    except StillNeeded as refusal:
        _tell_needed(refusal)
    else:
        done(_("The passkey is removed."), _("Delete it in your browser or phone, too."))
    return _back()


def recovery_codes(member: Member) -> ResponseReturnValue:
    """Show how many codes are left; make a new set when asked to."""
    if request.method != "POST":
        return _codes(member, ())
    if not queries.of_user(services().db, member.user_id).has_any:
        not_done(_("Recovery codes stand in for a second factor."), _("Set one up first."))
        return _back()
    key = services().settings.derived_keys(actions.HASHING)[0]
    codes = actions.make_recovery_codes(services().db, member.merchant_id, key, actor(member))
    return _codes(member, codes, _("These are your new recovery codes."))


def _added(member: Member, fact: str) -> ResponseReturnValue:
    """Go on after a second factor was added: the first one brings recovery codes along."""
    key = services().settings.derived_keys(actions.HASHING)[0]
    codes = actions.make_recovery_codes(
        services().db, member.merchant_id, key, actor(member), unless_left=True
    )
    if codes:
        return _codes(member, codes, fact)
    done(fact)
    return _back()


def _codes(member: Member, codes: tuple[str, ...], fact: str = "") -> str:
    factors = queries.of_user(services().db, member.user_id)
    return show(member, "console/recovery_codes.html", factors=factors, codes=codes, fact=fact)


def _authenticator(member: Member, form: CodeForm, secret: str, trouble: str = "") -> str:
    # The drawing is made here, of the secret and the user's own address, and holds shapes alone.
    drawing = Markup(totp.drawing_of(secret, member.email))  # noqa: S704 - as above
    return show(
        member, "console/authenticator.html", form=form, secret=secret, drawing=drawing, trouble=trouble
    )


def _tell_needed(refusal: StillNeeded) -> None:
    words = _("%(shop)s asks for a second factor. Add another one first.")
    not_done(_("It stays."), words % {"shop": refusal.facts["merchant"]})


def _place() -> Place:
    return Place.of(services().settings.base_url)


def _back() -> ResponseReturnValue:
    return redirect(url_for("console.account"), code=303)

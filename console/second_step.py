"""The second step of signing in: a code, or a passkey, which does without a first one as well."""

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import pending
from console.origins import origin
from console.people_forms import CodeForm, PasskeyForm
from console.sign_in import admit, passkey_host, too_many
from shared import passkeys
from shared.actions import second_factors as actions
from shared.actions import sign_in
from shared.domain.ids import UserId
from shared.domain.sign_in import Proof
from shared.passkeys import BadPasskey, Place
from shared.queries import second_factors as queries
from shared.rendering import gettext as _
from shared.web.limits import visitor_network, within_limit
from shared.web.notices import not_done
from shared.web.services import services

RATE = "5/minute"
# Whoever guesses codes knows the password: from many networks at once it still takes years.
RATE_FOR_ALL = "30/hour"
PASSKEY_RATE = "20/minute"


def second_step() -> ResponseReturnValue:
    """Ask who knew the password for a code; let them in who have the right one."""
    user_id = pending.held_user()
    if user_id is None:
        return redirect(url_for("console.sign_in", next=request.args.get("next")), code=303)
    form = CodeForm.made()
    if request.method != "POST":
        return _page(user_id, form)
    if not form.submitted():
        return _page(user_id, form), 422
    if not _may_try(user_id):
        return _page(user_id, form, too_many()), 429, {"Retry-After": "60"}
    proof = _used(user_id, form.code.data or "")
    answer = None if proof is None else admit(user_id, Proof.PASSWORD, proof)
    if answer is None:
        sign_in.note_failed_step(services().db, user_id, origin())
        return _page(user_id, form, _("That code is wrong, or it was used before. Try the next one.")), 422
    return answer


def passkey_question() -> ResponseReturnValue:
    """Tell the script what to ask the browser's passkeys for."""
    place = Place.of(services().settings.base_url)
    return Response(passkeys.question(place, pending.new_challenge()), mimetype="application/json")


def sign_in_with_passkey() -> ResponseReturnValue:
    """Let in who shows a passkey of theirs; nothing else is asked for."""
    user_id = passkey_user()
    answer = None if user_id is None else admit(user_id, Proof.PASSKEY)
    if answer is None:
        not_done(_("This passkey does not open an account here."), _("Sign in with your password instead."))
        return redirect(url_for("console.sign_in", next=request.args.get("next")), code=303)
    return answer


def passkey_user() -> UserId | None:
    """Tell whose passkey has signed our challenge; None for nobody's."""
    form = PasskeyForm.made()
    challenge = pending.take_challenge()
    if not form.submitted() or challenge is None:
        return None
    if not within_limit(PASSKEY_RATE, "passkey", visitor_network()):
        return None
    place = Place.of(services().settings.base_url)
    try:
        return actions.use_passkey(services().db, place, form.answer(), challenge)
    except BadPasskey:
        return None


def _may_try(user_id: UserId) -> bool:
    here = within_limit(RATE, "second-step", str(user_id), visitor_network())
    return here and within_limit(RATE_FOR_ALL, "second-step", str(user_id))


def _used(user_id: UserId, code: str) -> Proof | None:
    keys = services().settings.derived_keys
    return actions.use_code(
        services().db, user_id, code, sealing=keys(actions.SEALING), hashing=keys(actions.HASHING)
    )


def _page(user_id: UserId, form: CodeForm, trouble: str = "") -> str:
    return render_template(
        "console/second_step.html",
        form=form,
        trouble=trouble,
        factors=queries.of_user(services().db, user_id),
        wanted=request.args.get("next"),
        passkey_host=passkey_host(),
    )

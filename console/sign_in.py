"""Sign in and sign out."""

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import pending
from console.access import current_member, enter, leave
from console.addresses import is_own_path, named_merchant
from console.agent_access import admit_agent, current_agent, leave_as_agent
from console.origins import origin
from console.people_forms import SignInForm
from shared.actions import sign_in as actions
from shared.actions.sign_in import Entry
from shared.domain.ids import MerchantId, UserId
from shared.domain.sign_in import Proof
from shared.passkeys import Place
from shared.queries import agents, second_factors
from shared.rendering import gettext as _
from shared.web.limits import forget, visitor_network, within_limit
from shared.web.services import services

RATE = "5/minute"


def sign_in() -> ResponseReturnValue:
    """Show the form; let in whoever knows the password, and say no more than that to anybody else."""
    form = SignInForm.made()
    if request.method != "POST":
        place = _place_of_visitor()
        return redirect(place) if place else _page(form)
    if not form.submitted():
        return _page(form), 422
    email = (form.email.data or "").lower()
    who = ("sign-in", email, visitor_network())
    if not within_limit(RATE, *who):
        if within_limit("1/minute", "locked", *who):
            actions.note_locked(services().db, email, origin())
        return _page(form, too_many()), 429, {"Retry-After": "60"}
    user_id = actions.check(services().db, email, form.password.data or "", origin())
    answer = None if user_id is None else admit(user_id)
    if answer is None:
        return _page(form, _("That e-mail and password do not match. Check both, then try again.")), 422
    forget(RATE, *who)
    return answer


def sign_out() -> ResponseReturnValue:
    """End the session here and in its row, and have the browser forget what it kept."""
    leave_as_agent()
    leave()
    # The cookies go with this answer, so the next page is told by its address what was done.
    response = make_response(redirect(url_for("console.sign_in", signed="out"), code=303))
    response.headers["Clear-Site-Data"] = '"cache","cookies","storage"'
    return response


def admit(user_id: UserId, *proofs: Proof) -> ResponseReturnValue | None:
    """Let in who knew the password, or ask for the second factor; None for somebody who is in no team.

    `proofs` are what was shown; without any it was the password alone.
    """
    if not proofs and second_factors.of_user(services().db, user_id).has_any:
        pending.hold_user(user_id)
        return redirect(url_for("console.second_step", next=request.args.get("next")), code=303)
    if agents.is_agent(services().db, user_id):
        return admit_agent(user_id, *proofs)
    # A link of an e-mail names its merchant: whoever is in that team is let in there.
    named = named_merchant(request.args.get("next", ""))
    entry = Entry(origin(), proofs or (Proof.PASSWORD,), MerchantId(named) if named else None)
    secret = actions.begin(services().db, user_id, entry)
    if secret is None:
        return None
    enter(secret)
    return redirect(onward(), code=303)


def onward() -> str:
    """Tell where somebody wanted to be, if that is a page of ours; else it begins at the orders."""
    wanted = request.args.get("next", "")
    return wanted if is_own_path(wanted) else url_for("console.orders")


def too_many() -> str:
    """Say that it was tried too often."""
    return _("Too many attempts. Wait a minute, then try again.")


def passkey_host() -> str:
    """Name the host that passkeys are bound to; the script offers them there alone."""
    return Place.of(services().settings.base_url).host


def _place_of_visitor() -> str:
    """Tell where somebody belongs who is signed in; "" for anybody else."""
    if current_agent() is not None:
        return url_for("console.agents")
    return onward() if current_member() is not None else ""


def _page(form: SignInForm, trouble: str = "") -> str:
    return render_template(
        "console/sign_in.html",
        form=form,
        trouble=trouble,
        signed_out=request.method == "GET" and request.args.get("signed") == "out",
        wanted=request.args.get("next"),
        passkey_host=passkey_host(),
    )

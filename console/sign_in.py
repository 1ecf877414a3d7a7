"""Sign in and sign out."""

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from console.access import current_member, enter, leave
from console.addresses import is_own_path
from console.forms import SignInForm
from shared.actions import sign_in as actions
from shared.rendering import gettext as _
from shared.web.limits import forget, visitor_network, within_limit
from shared.web.services import services

RATE = "5/minute"
_LONGEST_PASSWORD = 1_000


def sign_in() -> ResponseReturnValue:
    """Show the form; let in whoever knows the password, and say no more than that to anybody else."""
    if request.method != "POST" and current_member() is not None:
        return redirect(_onward())
    form = SignInForm.made()
    if request.method != "POST":
        return _page(form)
    if not form.submitted():
        return _page(form), 422
    email, password = (form.email.data or "").lower(), form.password.data or ""
    who = ("sign-in", email, visitor_network())
    if not within_limit(RATE, *who):
        words = _("Too many attempts. Wait a minute, then try again.")
        return _page(form, words), 429, {"Retry-After": "60"}
    secret = actions.sign_in(services().db, email, password) if len(password) <= _LONGEST_PASSWORD else None
    if secret is None:
        return _page(form, _("That e-mail and password do not match. Check both, then try again.")), 422
    forget(RATE, *who)
    enter(secret)
    return redirect(_onward(), code=303)


def sign_out() -> ResponseReturnValue:
    """End the session here and in its row, and have the browser forget what it kept."""
    leave()
    # The cookies go with this answer, so the next page is told by its address what was done.
    response = make_response(redirect(url_for("console.sign_in", signed="out"), code=303))
    response.headers["Clear-Site-Data"] = '"cache","cookies","storage"'
    return response


def _page(form: SignInForm, trouble: str = "") -> str:
    return render_template(
        "console/sign_in.html",
        form=form,
        trouble=trouble,
        signed_out=request.method == "GET" and request.args.get("signed") == "out",
        wanted=request.args.get("next"),
    )


def _onward() -> str:
    wanted = request.args.get("next", "")
    return wanted if is_own_path(wanted) else url_for("console.orders")

"""Who is signed in, kept in a server-side session, and the guard in front of every page of the console."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from urllib.parse import urlsplit
from uuid import UUID

from flask import Blueprint, abort, redirect, request, session, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user, login_user, logout_user
from werkzeug.datastructures import ImmutableMultiDict

from console import pending
from console.addresses import is_own_path, named_merchant, without_merchant
from shared.actions import sign_in
from shared.domain.actors import Actor, ActorKind
from shared.domain.permissions import Permission, holds
from shared.queries import sign_in as signed_in
from shared.queries.sign_in import Member
from shared.web.app import wanted_fragment
from shared.web.services import services

# Beside a form that was held up by asking for it: the name of the field that held the proof.
PROOF = "proof"

View = Callable[..., ResponseReturnValue]


@dataclass(frozen=True, slots=True)
class Visitor:
    """A signed-in member as Flask-Login knows them: the session's secret stands for the id."""

    member: Member
    secret: str
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        return self.secret


@dataclass(frozen=True, slots=True)
class Terms:
    """What a page asks of who opens it.

    `sudo` asks to have proved within minutes who one is; `during_setup` lets in also who still has to add
    the second factor that the merchant wants.
    """

    may: Permission
    sudo: bool = False
    during_setup: bool = False


_logins = LoginManager()
# A session is one random secret checked against its row; hashing the browser's name beside it adds nothing.
_logins.session_protection = None


@_logins.user_loader  # type: ignore[untyped-decorator]  # the library has no types
def _visitor(secret: str) -> Visitor | None:
    member = signed_in.member(services().db, secret)
    if member is None:
        return None
    # What a page asks by itself is no sign of anybody being there.
    if member.is_unnoted and wanted_fragment() != "live":
        sign_in.note_visit(services().db, member.merchant_id, member.session_id)
    return Visitor(member, secret)


def mount_logins(blueprint: Blueprint) -> None:
    """Let the application that takes the blueprint in know who is signed in."""

    @blueprint.record_once
    def mount(state: BlueprintSetupState) -> None:
        _logins.init_app(state.app, add_context_processor=False)


def current_member() -> Member | None:
    """Return who is signed in, read from the session's row in this very request."""
    return current_user.member if current_user.is_authenticated else None


def enter(secret: str) -> None:
    """Let a browser in under a new session; whatever it brought along is dropped."""
    before = current_member()
    if before is not None:
        sign_in.drop(services().db, before.merchant_id, before.session_id)
        logout_user()
    session.clear()
    member = signed_in.member(services().db, secret)
    if member is not None:
        login_user(Visitor(member, secret))


def leave() -> None:
    """End the browser's session, here and in its row."""
    member = current_member()
    if member is not None:
        sign_in.sign_out(services().db, member.merchant_id, member.session_id, actor(member))
        logout_user()
    session.clear()


def guarded(view: View, terms: Terms) -> View:
    """Put the guard before a page, who hands it a signed-in member that meets its terms."""

    @wraps(view)
    def guard(**parts: UUID) -> ResponseReturnValue:
        member = current_member()
        if member is None:
            return redirect(url_for("console.sign_in", next=wanted_page()), code=303)
        if named := named_merchant(request.full_path):
            return _to_merchant(member, named)
        if not holds(member.role, terms.may):
            abort(403)
        if member.lacks_second_factor and not terms.during_setup:
            return redirect(url_for("console.account"), code=303)
        if terms.sudo and not member.is_verified:
            return _to_proof()
        if terms.sudo and PROOF in request.form:
            _drop_proof()
        return view(member, **parts)

    return guard


def actor(member: Member) -> Actor:
    """Name the member as the one who acts."""
    return Actor(ActorKind.MERCHANT_USER, member.user_id, member.user_name, request.remote_addr or "")


def wanted_page() -> str | None:
    """Tell where to go on after signing in: this page, or the one whose form or script asked."""
    if request.method in {"GET", "HEAD"} and not wanted_fragment():
        parts = urlsplit(request.full_path.removesuffix("?"))
    else:
        parts = urlsplit(request.referrer or "")
        if parts.netloc != request.host:
            return None
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return path if is_own_path(path) else None


def _to_merchant(member: Member, named: UUID) -> ResponseReturnValue:
    """Go on where a link leads that names its merchant, over a switch if need be.

    A merchant that is none of theirs is answered like one that does not exist.
    """
    path = without_merchant(request.full_path)
    if named == member.merchant_id:
        return redirect(path, code=303)
    if all(team.merchant_id != named for team in signed_in.teams(services().db, member.user_id)):
        abort(404)
    return redirect(url_for("console.switch_merchant", to=named, next=path), code=303)


def _drop_proof() -> None:
    """Take the proof out of a form that comes on from there: views take their own fields alone."""
    proof = {PROOF, request.form[PROOF]}
    kept = (field for field in request.form.items(multi=True) if field[0] not in proof)
    request.form = ImmutableMultiDict(kept)


def _to_proof() -> ResponseReturnValue:
    """Ask first who it is. What a form held goes along, and from there to where it was sent."""
    if request.method == "POST":
        held = pending.hold_form(request.path)
        return redirect(url_for("console.verify", next=wanted_page(), held=held), code=307)
    return redirect(url_for("console.verify", next=wanted_page()), code=303)

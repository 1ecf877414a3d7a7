"""An application with a small face of its own, and no database behind it."""

from collections.abc import Callable

import pytest
from flask import Blueprint, Flask, abort, redirect, render_template_string, session
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import OperationalError

from shared.domain.errors import NotEligible, NotFound
from shared.settings import Settings
from shared.web import notices
from shared.web.app import build_app
from shared.web.forms import LongTextField, PageForm, QuantityField
from shared.web.security import without_csrf

KEYS = "a" * 40
PAGE = (
    '{% extends "layouts/lone.html" %}{% block title %}A page{% endblock %}'
    '{% block main %}<h1>A page</h1><form method="post">{{ form.csrf_token }}</form>{% endblock %}'
)


class NoDatabase:
    """Stands where a database would; it never answers."""

    def begin_untenanted(self) -> None:
        """Fail as a database does that is not there."""
        raise OperationalError("SELECT 1", {}, Exception("gone"))


class SampleForm(PageForm):
    """A form with one field of each strict kind."""

    units = QuantityField("Units", most=3)
    words = LongTextField("Words", limit=20)


def _page() -> ResponseReturnValue:
    form = SampleForm()
    if form.submitted():
        notices.done("Done.", "For good.")
        return redirect("/page", code=303)
    return render_template_string(PAGE, form=form), 422 if form.errors else 200


def _fail(code: int) -> ResponseReturnValue:
    abort(code)


def _break() -> ResponseReturnValue:
    raise RuntimeError("a mistake of ours")


def _lose() -> ResponseReturnValue:
    raise OperationalError("SELECT 1", {}, Exception("gone"))


def _refuse(kind: str) -> ResponseReturnValue:
    raise {"unknown": NotFound, "late": NotEligible}[kind]("no")


def _remember() -> ResponseReturnValue:
    session["name"] = "kept"
    return "kept"


def _framed() -> ResponseReturnValue:
    return "a mail", {"Content-Security-Policy": "default-src 'none'", "X-Frame-Options": "SAMEORIGIN"}


def _late() -> ResponseReturnValue:
    notices.not_done("Too late.", "It has shipped.")
    return redirect("/page", code=303)


def _recall() -> ResponseReturnValue:
    return str(session.get("name", "nothing"))


def _forget() -> ResponseReturnValue:
    session.clear()
    return "gone"


def _face() -> Blueprint:
    face = Blueprint("face", __name__)
    for path, view, methods in (
        ("/page", _page, ["GET", "POST"]),
        ("/console/page", _page, ["GET", "POST"]),
        ("/fail/<int:code>", _fail, ["GET"]),
        ("/framed", _framed, ["GET"]),
        ("/late", _late, ["GET"]),
        ("/break", _break, ["GET"]),
        ("/lose", _lose, ["GET"]),
        ("/api/v1/lose", _lose, ["GET"]),
        ("/refuse/<kind>", _refuse, ["GET"]),
        ("/api/v1/refuse/<kind>", _refuse, ["GET"]),
        ("/api/v1/take", lambda: "taken", ["POST"]),
        ("/find", without_csrf(lambda: "looked for"), ["GET", "POST"]),
        ("/act", lambda: "done", ["POST"]),
    ):
        face.add_url_rule(path, f"view_{path.strip('/').replace('/', '_')}", view, methods=methods)
    for prefix in ("", "/console", "/api"):
        for name, view in (("remember", _remember), ("recall", _recall), ("forget", _forget)):
            face.add_url_rule(f"{prefix}/{name}", f"{name}{prefix.strip('/')}", view)
    return face


@pytest.fixture
def build() -> Callable[..., Flask]:
    """Give a builder of applications that takes settings of the environment."""

    def build_with(**environ: str) -> Flask:
        given = {"RESCIND_SECRET_KEYS": KEYS, **environ}
        return build_app(Settings.read(given), NoDatabase(), [_face()])  # type: ignore[arg-type]

    return build_with


@pytest.fixture
def app(build: Callable[..., Flask]) -> Flask:
    """Give an application on the loopback, as a laptop runs it."""
    return build()

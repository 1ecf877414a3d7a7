"""Headers, session cookies and request forgery: what protects every answer and every form."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Request, Response, abort, current_app, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask_wtf.csrf import CSRFProtect  # type: ignore[import-untyped]
from itsdangerous import BadSignature, URLSafeTimedSerializer

from shared.settings import Settings

FORM_LIMIT = 256 * 1024
FILE_LIMIT = 100_000_000
PICTURES_LIMIT = 26_000_000
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
# Where no cookie is read none can be abused: these doors are opened by a key, or open nothing.
_WITHOUT_COOKIES = (
    "/api/",
    "/testkit/",
    "/static/",
    "/brand/",
    "/healthz",
    "/readyz",
    "/metrics",
    "/robots.txt",
    "/favicon.ico",
)
_CSRF_FREE = "csrf_free"
MOST_BYTES = "most_bytes"
View = TypeVar("View", bound=Callable[..., Any])

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    ),
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), camera=(), display-capture=(), fullscreen=(), geolocation=(), gyroscope=(), "
        "magnetometer=(), microphone=(), midi=(), payment=(), publickey-credentials-create=(self), "
        "publickey-credentials-get=(self), usb=()"
    ),
    "X-Robots-Tag": "noindex, nofollow",
}
# An e-mail is shown in a frame, under a policy of its own, and a logo anywhere; nothing else brings these.
_UNLESS_OWN = frozenset({"Content-Security-Policy", "X-Frame-Options", "Cross-Origin-Resource-Policy"})
_UNLESS_SET = {"Referrer-Policy": "same-origin", "Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class Jar:
    """One session cookie: its name, how long it lives, and whether each answer renews it."""

    name: str
    lifetime: timedelta
    renewed: bool


class SessionByPath(SecureCookieSessionInterface):
    """Keep buyers and merchant users in cookies of their own, so that neither face ever reads the other's."""

    salt = "session/v1"
    key_derivation = "hmac"
    digest_method = staticmethod(sha256)

    def __init__(self, settings: Settings) -> None:
        self._secure = settings.base_url.startswith("https:")
        prefix = "__Host-" if self._secure else ""
        self._keys = list(reversed(settings.derived_keys("cookies")))  # itsdangerous signs with the last
        self._buyer = Jar(f"{prefix}buyer", timedelta(minutes=60), renewed=True)
        self._console = Jar(f"{prefix}console", timedelta(hours=12), renewed=False)

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession:  # noqa: ARG002 - Flask hands it over
        """Read the cookie that belongs to the path; a forged or stale one counts as none."""
        jar = self._jar(request.path)
        value = request.cookies.get(jar.name) if jar else None
        if jar is None or not value:
            return self.session_class()
        try:
            age = int(jar.lifetime.total_seconds())
            return self.session_class(self._serializer(jar).loads(value, max_age=age))
        except BadSignature:
            return self.session_class()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:  # noqa: ARG002 - as above
        """Write, renew or remove the path's cookie; a HEAD request never changes one."""
        jar = self._jar(request.path)
        if jar is None or request.method == "HEAD":
            return
        if session.accessed:
            response.vary.add("Cookie")
        if not session:
            if session.modified:
                response.delete_cookie(jar.name, path="/", secure=self._secure, httponly=True, samesite="Lax")
            return
        # An answer that refuses something lengthens no session: a dead link leaves no cookie behind.
        if session.modified or (jar.renewed and response.status_code < HTTPStatus.BAD_REQUEST):
            response.set_cookie(
                jar.name,
                self._serializer(jar).dumps(dict(session)),
                max_age=jar.lifetime,
                path="/",
                secure=self._secure,
                httponly=True,
                samesite="Lax",
            )

    def _jar(self, path: str) -> Jar | None:
        if path.startswith(_WITHOUT_COOKIES):
            return None
        return self._console if path == "/console" or path.startswith("/console/") else self._buyer

    def _serializer(self, jar: Jar) -> URLSafeTimedSerializer:
        signing = {"key_derivation": self.key_derivation, "digest_method": sha256}
        return URLSafeTimedSerializer(
            self._keys, salt=f"{self.salt}/{jar.name}", serializer=self.serializer, signer_kwargs=signing
        )


def without_csrf(view: View) -> View:
    """Mark a view that acts for no session, so that a foreign page gains nothing by posting to it."""
    setattr(view, _CSRF_FREE, True)
    return view


def takes_file(view: View) -> View:
    """Mark a view that is sent files: for who is signed in its bodies may be as large as a file."""
    setattr(view, MOST_BYTES, FILE_LIMIT)
    return view


def takes_pictures(view: View) -> View:
    """Mark a view that is sent a few pictures along with its form."""
    setattr(view, MOST_BYTES, PICTURES_LIMIT)
    return view


def secure(app: Flask, settings: Settings) -> None:
    """Put every protection in front of and behind every view."""
    host = urlsplit(settings.base_url).hostname or ""
    app.config.update(
        SECRET_KEY=settings.derived_keys("csrf")[0],
        TRUSTED_HOSTS=sorted(_LOOPBACK) if host in _LOOPBACK else [host],
        MAX_CONTENT_LENGTH=FORM_LIMIT,
        MAX_FORM_MEMORY_SIZE=FORM_LIMIT,
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_I18N_ENABLED=False,
        # A token lives as long as its session: who stops to think must not lose what they typed.
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.session_interface = SessionByPath(settings)
    csrf = CSRFProtect(app)

    @app.before_request
    def make_room_for_files() -> None:
        view: Any = current_app.view_functions.get(request.endpoint or "")
        most = getattr(view, MOST_BYTES, 0)
        if most and session:
            request.max_content_length = most + FORM_LIMIT

    @app.before_request
    def refuse_forgery() -> None:
        if not _needs_csrf():
            return
        csrf.protect()
        if any(len(values) > 1 for _, values in request.form.lists()):
            abort(400)

    app.after_request(_add_headers)


def _needs_csrf() -> bool:
    if request.endpoint is None or request.path.startswith(_WITHOUT_COOKIES):
        return False
    view: Any = current_app.view_functions.get(request.endpoint)
    return not getattr(view, _CSRF_FREE, False)


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        if name not in _UNLESS_OWN or name not in response.headers:
            response.headers[name] = value
    for name, value in _UNLESS_SET.items():
        response.headers.setdefault(name, value)
    if response.mimetype and "charset" not in response.mimetype_params and _is_text(response.mimetype):
        response.content_type = f"{response.mimetype}; charset=utf-8"
    return response


def _is_text(mimetype: str) -> bool:
    return mimetype.startswith("text/") or mimetype.endswith(("json", "xml", "javascript"))

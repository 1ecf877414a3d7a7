"""What a browser carries between two steps of proving who somebody is: signed in its cookie, for minutes."""

import secrets
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import UUID

from flask import session

from shared.domain.ids import UserId
from shared.web.limits import within_limit

_USER = "second_step"
_CHALLENGE = "challenge"
_TOTP = "totp"
_FORM = "held_form"
_STEP_SECONDS = 600
_CHALLENGE_SECONDS = 300
_CHALLENGE_BYTES = 32
_NAME_BYTES = 12


def hold_user(user_id: UserId) -> None:
    """Remember who knew the password and still has to show the second factor."""
    session.clear()
    session[_USER] = [str(user_id), int(time.time())]


def held_user() -> UserId | None:
    """Tell who that is; None after ten minutes, or when nobody is on the way."""
    match session.get(_USER):
        case [str(user_id), int(at)] if 0 <= time.time() - at <= _STEP_SECONDS:
            return UserId(UUID(user_id))
        case _:
            return None


def new_challenge() -> bytes:
    """Make what a passkey is to sign, and remember it."""
    challenge = secrets.token_bytes(_CHALLENGE_BYTES)
    session[_CHALLENGE] = [urlsafe_b64encode(challenge).decode(), int(time.time())]
    return challenge


def take_challenge() -> bytes | None:
    """Give what a passkey was to sign, once and for five minutes."""
    match session.pop(_CHALLENGE, None):
        case [str(text), int(at)] if 0 <= time.time() - at <= _CHALLENGE_SECONDS:
            # A copy of the cookie still holds it; a second use is told apart here.
            return urlsafe_b64decode(text) if within_limit("1/hour", "challenge", text) else None
        case _:
            return None


def hold_form(path: str) -> str:
    """Remember where a form was sent to that needs proof first; give the name by which it is found again."""
    name = secrets.token_urlsafe(_NAME_BYTES)
    session[_FORM] = [name, path, int(time.time())]
    return name


def held_form(name: str) -> str | None:
    """Tell where that form was sent to; None after ten minutes, or when another has been held since."""
    match session.get(_FORM):
        case [str(known), str(path), int(at)] if known == name and 0 <= time.time() - at <= _STEP_SECONDS:
            return path
        case _:
            return None


def hold_totp(secret: str) -> None:
    """Remember the secret that an app is being set up with."""
    session[_TOTP] = secret


def held_totp() -> str | None:
    """Give that secret."""
    held = session.get(_TOTP)
    return held if isinstance(held, str) else None


def drop_totp() -> None:
    """Forget that secret."""
    session.pop(_TOTP, None)

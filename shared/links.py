"""Signed order links: write a token, and read one back under the key that made it."""

import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from itsdangerous import BadData, URLSafeSerializer

from shared.domain.errors import NotFound, Refusal

LONGEST_LIFE = timedelta(days=400)
CLOCK_SKEW = timedelta(seconds=300)
PATH = "/o/"
_SALT = "buyer-order-link/v1"
_PURPOSE = "order"
_ID_BYTES = 16
_TOKEN = re.compile(r"[A-Za-z0-9_.-]{1,256}", re.ASCII)


class ForgedLink(NotFound):
    """The token was not made by us, or not as it stands; it is told apart from no other missing page."""


class DeadLink(Refusal):
    """The link is genuine and no longer opens anything: expired, revoked or replaced."""

    code = "gone"


@dataclass(frozen=True, slots=True)
class Token:
    """What a token says: the link's 128 random bits, and between which instants (UTC) it may open at all."""

    link_id: bytes
    issued_at: datetime
    expires_at: datetime


def new_token(now: datetime) -> Token:
    """Make the contents of a fresh link, which may open for as long as any link may."""
    issued_at = now.replace(microsecond=0)
    return Token(secrets.token_bytes(_ID_BYTES), issued_at, issued_at + LONGEST_LIFE)


def write(token: Token, keys: Sequence[str]) -> str:
    """Sign a token with the newest key, the first."""
    payload = [
        _PURPOSE,
        _text(token.link_id),
        int(token.issued_at.timestamp()),
        int(token.expires_at.timestamp()),
    ]
    return _dumps(_serializer(keys[0]), payload)


def read(text: str, keys: Sequence[str]) -> Token:
    """Read a token that any of the keys has signed; raises ForgedLink.

    Base64 ignores bits at the end of a text, so several texts carry one signature: only what we wrote counts.
    """
    if _TOKEN.fullmatch(text) is None:
        raise ForgedLink
    for key in keys:
        serializer = _serializer(key)
        try:
            payload = serializer.loads(text)
        except BadData:
            continue
        if _dumps(serializer, payload) == text:
            return _token(payload)
    raise ForgedLink


def check_times(token: Token, *, now: datetime) -> None:
    """Refuse a token that was minted ahead of time (ForgedLink) or has outlived every link (DeadLink)."""
    if token.issued_at > now + CLOCK_SKEW or token.expires_at > token.issued_at + LONGEST_LIFE:
        raise ForgedLink
    if now >= token.expires_at:
        raise DeadLink


def address(base_url: str, text: str) -> str:
    """Write the address that goes into an e-mail; the base comes from the settings, never from a request."""
    return f"{base_url}{PATH}{text}"


def _serializer(key: str) -> URLSafeSerializer:
    return URLSafeSerializer(
        key, salt=_SALT, signer_kwargs={"digest_method": sha256, "key_derivation": "hmac"}
    )


def _dumps(serializer: URLSafeSerializer, payload: object) -> str:
    return str(serializer.dumps(payload))


def _token(payload: object) -> Token:
    match payload:
        case [purpose, str(link_id), int(issued), int(expires)] if purpose == _PURPOSE:
            return Token(_bytes(link_id), _instant(issued), _instant(expires))
        case _:
            raise ForgedLink


def _text(link_id: bytes) -> str:
    return urlsafe_b64encode(link_id).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    try:
        link_id = urlsafe_b64decode(f"{text}==")
    except ValueError:
        raise ForgedLink from None
    if len(link_id) != _ID_BYTES or _text(link_id) != text:
        raise ForgedLink
    return link_id


def _instant(seconds: int) -> datetime:
    if isinstance(seconds, bool):
        raise ForgedLink
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise ForgedLink from None

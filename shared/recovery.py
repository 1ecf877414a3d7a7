"""Recovery codes: a way in for who has lost the second factor, each good once."""

import base64
import hmac
import secrets
from collections.abc import Sequence
from uuid import UUID

COUNT = 10
_BYTES = 10


def new_codes() -> tuple[str, ...]:
    """Make a set of codes of 80 random bits each, in groups of four."""
    return tuple(_grouped(base64.b32encode(secrets.token_bytes(_BYTES)).decode()) for _ in range(COUNT))


def digest(key: str, user_id: UUID, code: str) -> bytes:
    """Hash a user's code under a key of ours, since its bits alone are too few for a plain hash."""
    return hmac.digest(bytes.fromhex(key), user_id.bytes + plain(code).encode(), "sha256")


def digests(keys: Sequence[str], user_id: UUID, code: str) -> tuple[bytes, ...]:
    """Hash a code under each key that it may have been kept with."""
    return tuple(digest(key, user_id, code) for key in keys)


def plain(code: str) -> str:
    """Take away what people add when they copy a code."""
    return "".join(mark for mark in code.upper() if mark.isalnum())


def _grouped(text: str) -> str:
    return "-".join(text[place : place + 4] for place in range(0, len(text), 4))

"""Hash and check passwords (Argon2id); checking an unknown user's costs as much as a known one's."""

from enum import StrEnum
from functools import cache

from pwdlib import PasswordHash

from shared.common_passwords import is_common

SHORTEST = 12
LONGEST = 1_000


class Weakness(StrEnum):
    """Why a password is not taken."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    COMMON = "common"
    OWN_ADDRESS = "own_address"


@cache
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


@cache
def _dummy() -> str:
    return _hasher().hash("nobody has this password")


def weakness(password: str, email: str = "") -> Weakness | None:
    """Say why a password is not taken; None when it is. Length counts, not which kinds of characters."""
    if len(password) < SHORTEST:
        return Weakness.TOO_SHORT
    if len(password) > LONGEST:
        return Weakness.TOO_LONG
    if is_common(password):
        return Weakness.COMMON
    return Weakness.OWN_ADDRESS if email and password.casefold() == email.casefold() else None


def hash_password(password: str) -> str:
    """Hash a password for keeping."""
    return _hasher().hash(password)


def check_password(password: str, hashed: str | None) -> bool:
    """Check a password against its hash; with None, spend the same time and say no."""
    matches = _hasher().verify(password, hashed or _dummy())
    return matches and hashed is not None

"""Hash and check passwords (Argon2id); checking an unknown user's costs as much as a known one's."""

from functools import cache

from pwdlib import PasswordHash


@cache
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


@cache
def _dummy() -> str:
    return _hasher().hash("nobody has this password")


def hash_password(password: str) -> str:
    """Hash a password for keeping."""
    return _hasher().hash(password)


def check_password(password: str, hashed: str | None) -> bool:
    """Check a password against its hash; with None, spend the same time and say no."""
    matches = _hasher().verify(password, hashed or _dummy())
    return matches and hashed is not None

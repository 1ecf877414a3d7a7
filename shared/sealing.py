"""Keep other people's secrets in the database so that its rows alone do not give them away."""

from base64 import urlsafe_b64encode
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

PURPOSE = "gateway-secrets"


class CannotUnseal(Exception):
    """No present key opens this secret: the key that closed it was taken away."""


def seal(keys: Sequence[str], secret: str) -> bytes:
    """Close a secret with the newest key; `keys` are 32 bytes each, in hexadecimal, newest first."""
    return _box(keys).encrypt(secret.encode())


def unseal(keys: Sequence[str], sealed: bytes) -> str:
    """Open a secret that any of the keys has closed. Raises CannotUnseal."""
    try:
        return _box(keys).decrypt(sealed).decode()
    except InvalidToken as error:
        raise CannotUnseal("no secret key opens what was kept") from error


def _box(keys: Sequence[str]) -> MultiFernet:
    return MultiFernet([Fernet(urlsafe_b64encode(bytes.fromhex(key))) for key in keys])

"""How somebody shows who they are: by what, and from where."""

from dataclasses import dataclass
from enum import StrEnum


class Proof(StrEnum):
    """What was shown beside the password, or in its place."""

    PASSWORD = "password"  # noqa: S105 - the name of a kind of proof
    TOTP = "totp"
    RECOVERY_CODE = "recovery_code"
    PASSKEY = "passkey"
    INVITATION = "invitation"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a visitor comes from: the network address, and browser and system in words ("" where unknown)."""

    address: str = ""
    device: str = ""

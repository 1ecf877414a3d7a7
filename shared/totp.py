"""Codes of authenticator apps (RFC 6238): six digits, a new one every thirty seconds."""

import hmac
from datetime import datetime
from io import BytesIO

import pyotp
import segno

ISSUER = "Rescind"
SECONDS = 30
DIGITS = 6
# Phones' clocks differ a little: one step either way is let through.
_LEEWAY = (0, -1, 1)


def new_secret() -> str:
    """Make the secret that an app and we share, in base32."""
    return pyotp.random_base32()


def address_of(secret: str, account: str) -> str:
    """Write the otpauth: address that an app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=ISSUER)


def drawing_of(secret: str, account: str) -> str:
    """Draw the address as a QR code: an SVG document without colors or sizes of its own."""
    drawn = BytesIO()
    code = segno.make(address_of(secret, account), error="m", micro=False)
    code.save(drawn, kind="svg", xmldecl=False, svgns=False, nl=False, omitsize=True, border=2)
    return drawn.getvalue().decode()


def matching_step(secret: str, code: str, at: datetime) -> int | None:
    """Find the step of thirty seconds that a code belongs to, at an instant; None when it is wrong."""
    now = int(at.timestamp()) // SECONDS
    made = pyotp.TOTP(secret)
    for leeway in _LEEWAY:
        if hmac.compare_digest(made.at((now + leeway) * SECONDS), code):
            return now + leeway
    return None

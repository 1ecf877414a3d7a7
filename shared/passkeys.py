"""Passkeys (WebAuthn): what a browser is asked, and whether its answer is good."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit
from uuid import UUID

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

NAME = "Rescind"
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class BadPasskey(Exception):
    """The browser's answer does not prove what it should."""


@dataclass(frozen=True, slots=True)
class Place:
    """Whose passkeys they are: the host name they are bound to, and the origin pages are served from."""

    host: str
    origin: str

    @classmethod
    def of(cls, base_url: str) -> Self:
        """Read it off the product's address; the loopback, no name to browsers, is localhost."""
        parts = urlsplit(base_url)
        host = parts.hostname or ""
        if host not in _LOOPBACK:
            return cls(host, base_url)
        port = f":{parts.port}" if parts.port else ""
        return cls("localhost", f"{parts.scheme}://localhost{port}")


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """A passkey as it was registered."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


def question_for_new(
    place: Place, user_id: UUID, email: str, name: str, known: Iterable[bytes], challenge: bytes
) -> str:
    """Ask a browser, in JSON, to make a passkey that opens by itself: no user name, no password beside it."""
    options = generate_registration_options(
        rp_id=place.host,
        rp_name=NAME,
        user_id=user_id.bytes,
        user_name=email,
        user_display_name=name,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=credential) for credential in known],
    )
    return options_to_json(options)


def question(place: Place, challenge: bytes) -> str:
    """Ask a browser, in JSON, for any passkey it has for us."""
    options = generate_authentication_options(
        rp_id=place.host, challenge=challenge, user_verification=UserVerificationRequirement.REQUIRED
    )
    return options_to_json(options)


def registered(place: Place, answer: str, challenge: bytes) -> NewPasskey:
    """Check a browser's new passkey. Raises BadPasskey."""
    try:
        verified = verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=place.host,
            expected_origin=place.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise BadPasskey(str(error)) from error
    return NewPasskey(verified.credential_id, verified.credential_public_key, verified.sign_count)


def credential_of(answer: str) -> bytes:
    """Read which passkey an answer claims to be of. Raises BadPasskey."""
    try:
        return base64url_to_bytes(parse_authentication_credential_json(answer).id)
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise BadPasskey(str(error)) from error


def checked(place: Place, answer: str, challenge: bytes, public_key: bytes, sign_count: int) -> int:
    """Check an answer against the kept key, and return the authenticator's new count. Raises BadPasskey."""
    try:
        verified = verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=place.host,
            expected_origin=place.origin,
            credential_public_key=public_key,
            credential_current_sign_count=sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise BadPasskey(str(error)) from error
    return verified.new_sign_count

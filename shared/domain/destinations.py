"""Where webhooks may go: which addresses a merchant may name, and which machines they may lead to."""

import ipaddress
import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import SplitResult, urlsplit

LONGEST = 2_000
_HTTPS_PORT = 443
_HTTP_PORT = 80
_PRINTABLE = re.compile(r"[!-~]+", re.ASCII)
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)", re.ASCII)
# What browsers and resolvers read as an address: 127.1, 0x7f000001, 2130706433, 0177.0.0.1.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)
_LONGEST_HOST = 253
_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
# Not public, whatever Python's tables say: translated, tunnelled and mapped addresses lead to others.
_DENIED = tuple(
    ipaddress.ip_network(network)
    for network in (
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2002::/16",
        "2001::/32",
        "::/96",
        "::ffff:0:0/96",
        "fec0::/10",
        "5f00::/16",
        "192.0.0.0/24",
        "192.88.99.0/24",
    )
)


class AddressFault(StrEnum):
    """Why an address is none that webhooks go to."""

    UNREADABLE = "unreadable"
    NOT_HTTPS = "not_https"
    OTHER_PORT = "other_port"
    HOLDS_CREDENTIALS = "holds_credentials"
    NO_NAME = "no_name"


class BadDestination(ValueError):
    """The address is none that webhooks go to."""

    def __init__(self, fault: AddressFault) -> None:
        """Keep what is wrong with it."""
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Destination:
    """A machine by name and port, and what to ask it for; `is_plain` is http to this very machine."""

    host: str
    port: int
    target: str
    is_plain: bool = False


def read(address: str, *, loopback: bool = False) -> Destination:
    """Take an address apart: https, the usual port, a name in ASCII, nothing secret in it.

    With `loopback` this machine may be named over http, at any port. Raises BadDestination.
    """
    if len(address) > LONGEST or not _PRINTABLE.fullmatch(address) or "\\" in address:
        raise BadDestination(AddressFault.UNREADABLE)
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise BadDestination(AddressFault.UNREADABLE) from None
    if parts.username is not None or parts.password is not None:
        raise BadDestination(AddressFault.HOLDS_CREDENTIALS)
    host = (parts.hostname or "").lower()
    if loopback and parts.scheme == "http" and host in _LOOPBACK_NAMES:
        return Destination(host, port or _HTTP_PORT, _target(parts), is_plain=True)
    if parts.scheme != "https":
        raise BadDestination(AddressFault.NOT_HTTPS)
    if port not in {None, _HTTPS_PORT}:
        raise BadDestination(AddressFault.OTHER_PORT)
    if not _is_name(host):
        raise BadDestination(AddressFault.NO_NAME)
    return Destination(host, _HTTPS_PORT, _target(parts))


def is_public(address: str) -> bool:
    """Say whether an IP address is one that anybody on the Internet may be sent to."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if not found.is_global or found.is_multicast:
        return False
    return not any(found.version == network.version and found in network for network in _DENIED)


def is_loopback(address: str) -> bool:
    """Say whether an IP address is this very machine."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _is_name(host: str) -> bool:
    labels = host.removesuffix(".").split(".")
    return (
        len(labels) > 1
        and len(host) <= _LONGEST_HOST
        and all(_LABEL.fullmatch(label) for label in labels)
        and not _NUMBER.fullmatch(labels[-1])
    )


def _target(parts: SplitResult) -> str:
    path = parts.path or "/"
    return f"{path}?{parts.query}" if parts.query else path

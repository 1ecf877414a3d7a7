"""Count what one visitor does, and say when it is too much."""

import ipaddress

from flask import request
from limits import parse
from limits.strategies import MovingWindowRateLimiter

from shared.web.services import services


def within_limit(rate: str, *who: str) -> bool:
    """Count one more for `who` and say whether the rate ("5/minute") still allows it."""
    limiter = MovingWindowRateLimiter(services().limits)
    return limiter.hit(parse(rate), *who)


def forget(rate: str, *who: str) -> None:
    """Begin the count for `who` anew."""
    MovingWindowRateLimiter(services().limits).clear(parse(rate), *who)


def visitor_network() -> str:
    """Name the network a visitor comes from: /24 for IPv4, /64 for IPv6, as limits are counted by it."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    prefix = 24 if address.version == 4 else 64  # noqa: PLR2004 - the IP version
    return str(ipaddress.ip_network((address, prefix), strict=False))

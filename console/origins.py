"""Where a visitor comes from: the address, and the browser in words, read off its own name."""

from flask import request

from shared.domain.sign_in import Origin

# The first that a browser's name holds counts: most of them also name those they descend from.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def origin() -> Origin:
    """Tell where this request comes from."""
    return Origin(request.remote_addr or "", device_of(request.user_agent.string))


def device_of(user_agent: str) -> str:
    """Name browser and system, both of them names in every language; "" where neither is known."""
    found = (_first(names, user_agent) for names in (_BROWSERS, _SYSTEMS))
    return ", ".join(name for name in found if name)


def _first(names: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for mark, name in names if mark in user_agent), "")

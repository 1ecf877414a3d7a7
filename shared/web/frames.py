"""What the layouts show around a page: whose it is and who is reading."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.domain.branding import Brand


@dataclass(frozen=True, slots=True)
class PortalFrame:
    """The buyer's frame: the shop's name, or "" on pages of no shop; `stylesheet` has its color."""

    merchant_name: str = ""
    brand: Brand = field(default_factory=lambda: Brand(""))
    stylesheet: str = ""


@dataclass(frozen=True, slots=True)
class ConsoleFrame:
    """The merchant's frame. `counts` are the badges of the navigation, by address: "7", "99+" or "" for none.

    `seen` is up to where the page knows what has changed: it asks for what came after. `shops` are the other
    merchants of the user, as (id, name).
    """

    merchant_name: str
    user_name: str
    role_words: str
    counts: Mapping[str, str] = field(default_factory=dict)
    shops: tuple[tuple[str, str], ...] = ()
    seen: str = ""

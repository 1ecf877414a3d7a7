"""How a merchant appears to its customers, on order pages and in e-mails."""

from dataclasses import dataclass

LOGO_BYTES = 1_000_000
LOGO_WIDTH = 400
LOGO_HEIGHT = 120
_SHOWN_HEIGHT = 60


@dataclass(frozen=True, slots=True)
class Branding:
    """What a merchant has set; "" leaves a setting at what is usual.

    `sender_name` stands before the product's own address, `color` is written #rrggbb.
    """

    sender_name: str = ""
    reply_to: str = ""
    color: str = ""
    footer: str = ""
    shop_url: str = ""
    help_url: str = ""


@dataclass(frozen=True, slots=True)
class Logo:
    """A PNG of a merchant's sign, in pixels; whoever knows the token may see it."""

    token: str
    width: int
    height: int

    @property
    def path(self) -> str:
        """Where it is served; what is there never changes."""
        return f"/brand/logos/{self.token}.png"

    @property
    def shown_width(self) -> int:
        """How wide it is shown, so that it is sharp on fine screens and never taller than a heading."""
        return max(1, round(self.width * min(0.5, _SHOWN_HEIGHT / self.height)))

    @property
    def shown_height(self) -> int:
        """How tall it is shown at that width."""
        return max(1, round(self.height * self.shown_width / self.width))


@dataclass(frozen=True, slots=True)
class Brand:
    """What pages and e-mails of one merchant are made with."""

    merchant_name: str
    branding: Branding = Branding()
    logo: Logo | None = None

    @property
    def sender_name(self) -> str:
        """Whom e-mails come from."""
        return self.branding.sender_name or self.merchant_name

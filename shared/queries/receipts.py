"""The sum of a refund in lines that add up, for windows and e-mails alike."""

from dataclasses import dataclass
from typing import Protocol

from shared.rendering import gettext as _


class RefundFacts(Protocol):
    """The money of canceled units, in minor units: what comes on top of it, and what is taken off."""

    @property
    def shipping_minor(self) -> int:
        """Shipping that goes with them."""

    @property
    def repriced_minor(self) -> int:
        """What lost discounts take off; negative where one counts again."""

    @property
    def fee_minor(self) -> int:
        """What is kept as a fee."""

    @property
    def withheld_minor(self) -> int:
        """What the merchant keeps of its own will."""

    @property
    def charged_minor(self) -> int:
        """The part that was charged: what goes back and what is kept of it."""

    @property
    def released_minor(self) -> int:
        """Money that will not be charged any more."""

    @property
    def refund_minor(self) -> int:
        """What goes back."""


@dataclass(frozen=True, slots=True)
class Part:
    """One line of a sum: its words and its minor units, negative where they are taken off."""

    words: str
    amount_minor: int


def parts(money: RefundFacts) -> tuple[Part, ...]:
    """List what comes between the units' own money and the outcome; what is nothing has no line."""
    again = money.repriced_minor < 0
    lines = (
        Part(_("Shipping"), money.shipping_minor),
        Part(_("Discount that counts again") if again else _("Lost discount"), -money.repriced_minor),
        Part(_("Will not be charged"), -money.released_minor if money.charged_minor else 0),
        Part(_("Cancellation fee"), -money.fee_minor),
        Part(_("Not refunded"), -money.withheld_minor),
    )
    return tuple(line for line in lines if line.amount_minor)


def outcome(money: RefundFacts, *, for_merchant: bool) -> Part:
    """Say what it all comes to: money that goes back, or money that was never taken."""
    if money.released_minor and not money.charged_minor:
        return Part(_("Will not be charged"), money.released_minor)
    words = _("Back to the customer") if for_merchant else _("Back to you")
    return Part(words, money.refund_minor)

"""A buyer's wish to cancel that reached another system: its sentence, and the reason that it stands for."""

import re

from shared.domain.reasons import Reason

_NO_LETTERS = re.compile(r"[^a-z]+")

# The sentences that marketplaces let buyers choose from; what else buyers write is kept as their comment.
_REASONS = {
    "order created by mistake": Reason.ORDERED_BY_MISTAKE,
    "item s would not arrive on time": Reason.ARRIVES_TOO_LATE,
    "item would not arrive on time": Reason.ARRIVES_TOO_LATE,
    "shipping cost too high": Reason.SHIPPING_COST_TOO_HIGH,
    "item price too high": Reason.PRICE_TOO_HIGH,
    "found cheaper somewhere else": Reason.FOUND_CHEAPER,
    "need to change shipping address": Reason.CHANGE_ADDRESS,
    "need to change shipping speed": Reason.CHANGE_SHIPPING_SPEED,
    "need to change billing address": Reason.CHANGE_BILLING_ADDRESS,
    "need to change payment method": Reason.CHANGE_PAYMENT_METHOD,
}


def plain(words: str) -> str:
    """Reduce a sentence or status to its words: "Shipped - Delivered" is "shipped delivered"."""
    return _NO_LETTERS.sub(" ", words.casefold()).strip()


def reason_of(words: str) -> Reason | None:
    """Tell which reason a buyer's sentence stands for; None when there is no sentence."""
    sentence = plain(words)
    if not words.strip():
        return None
    return _REASONS.get(sentence, Reason.OTHER)

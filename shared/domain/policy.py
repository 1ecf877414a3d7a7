"""What a merchant allows: who decides, until when, and what goes back. Frozen on each order at intake."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Mode(StrEnum):
    """Who decides a buyer's request."""

    REVIEW = "review"
    AUTOMATIC = "automatic"


class WindowFrom(StrEnum):
    """What the cancellation window is counted from."""

    ORDERED = "ordered"
    PAID = "paid"


class SilenceOutcome(StrEnum):
    """What happens when nobody decides in time."""

    ACCEPT = "accept"
    DECLINE = "decline"


class ShippingPolicy(StrEnum):
    """When shipping goes back."""

    LAST_UNIT = "last_unit"
    NEVER = "never"
    PRO_RATA = "pro_rata"


@dataclass(frozen=True, slots=True)
class Policy:
    """A merchant's cancellation policy; hours and minutes are whole, None means no limit."""

    mode: Mode = Mode.REVIEW
    window_hours: int | None = None
    window_from: WindowFrom = WindowFrom.ORDERED
    pending: bool = True
    silence_hours: int | None = None
    silence_outcome: SilenceOutcome = SilenceOutcome.ACCEPT
    undo_minutes: int = 0
    shipping: ShippingPolicy = ShippingPolicy.LAST_UNIT


def to_document(policy: Policy) -> dict[str, Any]:
    """Write a policy as the JSON document that a merchant and an order carry."""
    return asdict(policy)


def from_document(document: Mapping[str, Any]) -> Policy:
    """Read a policy from the JSON document that `to_document` wrote."""
    known = dict(document)
    return Policy(
        mode=Mode(known["mode"]),
        window_hours=known["window_hours"],
        window_from=WindowFrom(known["window_from"]),
        pending=known["pending"],
        silence_hours=known["silence_hours"],
        silence_outcome=SilenceOutcome(known["silence_outcome"]),
        undo_minutes=known["undo_minutes"],
        shipping=ShippingPolicy(known["shipping"]),
    )

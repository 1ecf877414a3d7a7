"""What a merchant allows: who decides, until when, and what goes back. Frozen on each order at intake."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from shared.domain import rules
from shared.domain.rules import Rule


class Mode(StrEnum):
    """Who decides a buyer's request."""

    REVIEW = "review"
    AUTOMATIC = "automatic"
    RULES = "rules"


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


class DiscountPolicy(StrEnum):
    """What becomes of a discount when part of an order goes."""

    LOCK = "lock"
    REPRICE = "reprice"
    TOGETHER = "together"


@dataclass(frozen=True, slots=True)
class Fee:
    """What a buyer pays for canceling: `fixed_minor` once an order, and a percentage of what is canceled."""

    fixed_minor: int = 0
    percent: int = 0


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
    discount: DiscountPolicy = DiscountPolicy.LOCK
    fee: Fee = field(default_factory=Fee)
    rules: tuple[Rule, ...] = ()


def to_document(policy: Policy) -> dict[str, Any]:
    """Write a policy as the JSON document that a merchant and an order carry."""
    return asdict(policy)


def from_document(document: Mapping[str, Any]) -> Policy:
    """Read a policy from the JSON document that `to_document` wrote.

    One that was frozen before a field existed keeps what was the rule then: the field's default.
    """
    known = to_document(Policy()) | dict(document)
    return Policy(
        mode=Mode(known["mode"]),
        window_hours=known["window_hours"],
        window_from=WindowFrom(known["window_from"]),
        pending=known["pending"],
        silence_hours=known["silence_hours"],
        silence_outcome=SilenceOutcome(known["silence_outcome"]),
        undo_minutes=known["undo_minutes"],
        shipping=ShippingPolicy(known["shipping"]),
        discount=DiscountPolicy(known["discount"]),
        fee=Fee(**known["fee"]),
        rules=tuple(rules.from_document(rule) for rule in known["rules"]),
    )

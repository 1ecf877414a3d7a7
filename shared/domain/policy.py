"""What a merchant allows: who decides, until when, and what goes back. Frozen on each order at intake."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any

from shared.domain import rules
from shared.domain.rules import Rule

# What a policy may say at most: ten years, a week to undo, and lists that a person can still read.
MOST_HOURS = 10 * 365 * 24
MOST_MINUTES = MOST_HOURS * 60
MOST_UNDO_MINUTES = 7 * 24 * 60
MOST_RULES = 50
MOST_FEE_STEPS = 20


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


class WarehouseAnswer(StrEnum):
    """What a warehouse answers when it is asked to stop units."""

    STOPPED = "stopped"
    TOO_LATE = "too_late"


@dataclass(frozen=True, slots=True)
class FeeStep:
    """The fee from so many whole minutes after the order on."""

    after_minutes: int
    fixed_minor: int = 0
    percent: int = 0


@dataclass(frozen=True, slots=True)
class Fee:
    """What a buyer pays for canceling: `fixed_minor` once an order, and a percentage of what is canceled.

    `later` replaces both as the order grows older.
    """

    fixed_minor: int = 0
    percent: int = 0
    later: tuple[FeeStep, ...] = ()

    def at(self, minutes: int) -> FeeStep:
        """Tell the fee that holds so many minutes after the order."""
        steps = [FeeStep(0, self.fixed_minor, self.percent), *self.later]
        begun = [step for step in steps if step.after_minutes <= minutes]
        return max(begun, key=lambda step: step.after_minutes, default=steps[0])


@dataclass(frozen=True, slots=True)
class Warehouse:
    """A warehouse that must be asked before units are canceled; `silence` is what no answer in time means."""

    answer_minutes: int
    silence: WarehouseAnswer = WarehouseAnswer.TOO_LATE


@dataclass(frozen=True, slots=True)
class Policy:
    """A merchant's cancellation policy; hours and minutes are whole, None means no limit.

    `ask_again` lets a buyer ask again for units of a line on which a request was declined.
    """

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
    ask_again: bool = True
    warehouse: Warehouse | None = None


def to_document(policy: Policy) -> dict[str, Any]:
    """Write a policy as the JSON document that a merchant and an order carry."""
    return asdict(policy)


@lru_cache(maxsize=256)
def to_text(policy: Policy) -> str:
    """Write a policy as text that is the same for equal policies, for hashes."""
    return json.dumps(to_document(policy), sort_keys=True)


def from_document(document: Mapping[str, Any]) -> Policy:
    """Read a policy from the JSON document that `to_document` wrote.

    One that was frozen before a field existed keeps what was the rule then: the field's default.
    """
    # Thousands of orders carry the same few policies.
    return _read(json.dumps(document, sort_keys=True))


@lru_cache(maxsize=256)
def _read(text: str) -> Policy:
    known = to_document(Policy()) | json.loads(text)
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
        fee=_fee(known["fee"]),
        rules=tuple(rules.from_document(rule) for rule in known["rules"]),
        ask_again=known["ask_again"],
        warehouse=_warehouse(known["warehouse"]),
    )


def _fee(document: Mapping[str, Any]) -> Fee:
    later = tuple(FeeStep(**step) for step in document.get("later", ()))
    return Fee(document["fixed_minor"], document["percent"], later)


def _warehouse(document: Mapping[str, Any] | None) -> Warehouse | None:
    if document is None:
        return None
    return Warehouse(document["answer_minutes"], WarehouseAnswer(document["silence"]))

"""A merchant's rules for buyers' requests: the first that fits decides, else a person does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shared.domain.reasons import Reason


class Decision(StrEnum):
    """What becomes of a request at once."""

    ACCEPT = "accept"
    DECLINE = "decline"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Rule:
    """A decision and the conditions that must all hold; a condition left out holds always.

    `within_minutes` counts from the order, `most_minor` bounds the money that would go back or be released,
    `nothing_shipped` asks that no unit of the order has left, `most_earlier` bounds the buyer's earlier
    requests with the merchant.
    """

    decision: Decision
    within_minutes: int | None = None
    most_minor: int | None = None
    reasons: tuple[Reason, ...] = ()
    nothing_shipped: bool = False
    most_earlier: int | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """What rules look at: minutes since the order, minor units, reason, units shipped, earlier requests."""

    minutes: int
    value_minor: int
    reason: Reason | None
    shipped: int
    earlier: int


def decide(rules: Sequence[Rule], case: Case) -> Decision:
    """Let the first rule that fits decide; none means a person."""
    return next((rule.decision for rule in rules if _fits(rule, case)), Decision.PERSON)


def from_document(document: Mapping[str, Any]) -> Rule:
    """Read a rule from the JSON document a policy carries."""
    return Rule(
        decision=Decision(document["decision"]),
        within_minutes=document["within_minutes"],
        most_minor=document["most_minor"],
        reasons=tuple(Reason(code) for code in document["reasons"]),
        nothing_shipped=document["nothing_shipped"],
        most_earlier=document["most_earlier"],
    )


def _fits(rule: Rule, case: Case) -> bool:
    return (
        _at_most(case.minutes, rule.within_minutes)
        and _at_most(case.value_minor, rule.most_minor)
        and _at_most(case.earlier, rule.most_earlier)
        and (not rule.reasons or case.reason in rule.reasons)
        and not (rule.nothing_shipped and case.shipped)
    )


def _at_most(figure: int, most: int | None) -> bool:
    return most is None or figure <= most

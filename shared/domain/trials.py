"""A policy tried on a request of the past: what it would have made of it, by the very rules that decide."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from shared.domain.actors import ActorKind
from shared.domain.deciding import at_once
from shared.domain.eligibility import Blocker, assess
from shared.domain.ids import LineItemId
from shared.domain.money import percent_of
from shared.domain.orders import Order
from shared.domain.policy import DiscountPolicy, Policy
from shared.domain.reasons import Reason
from shared.domain.refunds import pick_units, quote
from shared.domain.rules import Decision


class TrialOutcome(StrEnum):
    """What becomes of a buyer's wish at the moment it is asked."""

    AT_ONCE = "at_once"
    ASKED = "asked"
    DECLINED = "declined"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Canceled:
    """Units that the buyer had canceled earlier: when they were asked for, and their money."""

    asked_at: datetime
    value_minor: int


@dataclass(frozen=True, slots=True)
class PastRequest:
    """A buyer's request and its order as it stood then; `earlier` counts the buyer's requests before it."""

    order: Order
    quantities: Mapping[LineItemId, int]
    reason: Reason | None
    asked_at: datetime
    earlier: int
    canceled: Sequence[Canceled] = ()


@dataclass(frozen=True, slots=True)
class TrialVerdict:
    """What a policy makes of a request; `fee_minor` is kept if it is accepted."""

    outcome: TrialOutcome
    blockers: tuple[Blocker, ...] = ()
    fee_minor: int = 0


_OUTCOMES = {
    Decision.ACCEPT: TrialOutcome.AT_ONCE,
    Decision.DECLINE: TrialOutcome.DECLINED,
    Decision.PERSON: TrialOutcome.ASKED,
}


def try_on(past: PastRequest, policy: Policy, *, self_service: bool) -> TrialVerdict:
    """Judge a request of the past as if this policy had held for its order."""
    order = _under(past, policy, self_service=self_service)
    verdicts = assess(order, ActorKind.BUYER, now=past.asked_at)
    going = {
        line_id: min(quantity, verdicts[line_id].quantity) for line_id, quantity in past.quantities.items()
    }
    if not any(going.values()):
        found = [blocker for line_id in past.quantities for blocker in verdicts[line_id].blockers]
        return TrialVerdict(TrialOutcome.REFUSED, tuple(dict.fromkeys(found)))
    quoted = quote(order, pick_units(order, going), for_buyer=True, at=past.asked_at)
    decision = at_once(
        order, quoted, past.reason, for_buyer=True, at=past.asked_at, earlier=lambda: past.earlier
    )
    return TrialVerdict(_OUTCOMES[decision], fee_minor=quoted.fee_minor)


def _under(past: PastRequest, policy: Policy, *, self_service: bool) -> Order:
    """Put the order under the policy, with the fees that it would have taken before."""
    order = past.order
    bases: Counter[int] = Counter()
    for before in past.canceled:
        age = (before.asked_at - order.placed_at) // timedelta(minutes=1)
        bases[policy.fee.at(age).percent] += before.value_minor
    fixed = policy.fee.at((past.asked_at - order.placed_at) // timedelta(minutes=1)).fixed_minor
    whole = fixed + sum(percent_of(base, percent) for percent, base in bases.items())
    keeps = order.policy.discount is policy.discount is DiscountPolicy.REPRICE
    return replace(
        order,
        policy=policy,
        self_service=self_service,
        fee_bases=dict(bases),
        fees_minor=min(sum(bases.values()), whole) if bases else 0,
        repriced_minor=order.repriced_minor if keeps else 0,
    )

"""What Account health shows, as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Generic, TypeVar

from shared.domain.actors import ActorKind
from shared.domain.cancellation import RequestState
from shared.domain.ids import OrderId
from shared.domain.metrics import RateCounts, RateLevel, RateTerms, level, most_within, rate
from shared.domain.reasons import Reason

Kind = TypeVar("Kind")


@dataclass(frozen=True, slots=True)
class Counted(Generic[Kind]):
    """How many of one kind there were."""

    kind: Kind
    count: int


@dataclass(frozen=True, slots=True)
class OwnReason:
    """How many cancellations of the merchant's own a reason stands for: in the rate, and left out of it."""

    reason: Reason | None
    counted: int
    left_out: int


@dataclass(frozen=True, slots=True)
class Rate:
    """The rate of a period that ends today, and what it is made of."""

    days: int
    counts: RateCounts
    limit: Fraction

    @property
    def share(self) -> Fraction | None:
        """The rate itself; None when there were no orders."""
        return rate(self.counts)

    @property
    def level(self) -> RateLevel:
        """How near the limit it is."""
        return level(self.counts, self.limit)

    @property
    def room(self) -> int:
        """How many further orders may be canceled before the rate passes the limit."""
        return most_within(self.counts, self.limit)


@dataclass(frozen=True, slots=True)
class HealthDay:
    """A day: its orders, how many of them count; the rate up to it; what that counts was canceled on it."""

    day: date
    counts: RateCounts
    trailing: Fraction | None
    canceled: int
    is_spike: bool


@dataclass(frozen=True, slots=True)
class Decisions:
    """How long customers waited for a decision: half of them at most the median, nine of ten the other."""

    count: int
    median: timedelta
    ninetieth: timedelta


@dataclass(frozen=True, slots=True)
class RefundSum:
    """Money that goes back for canceled units, in minor units of one currency."""

    currency: str
    count: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class SpikeView:
    """A day far out of the usual; `reason` is what most of it was for, `of_reason` how many that are."""

    day: date
    canceled: int
    usual: Fraction
    reason: Reason | None
    of_reason: int


@dataclass(frozen=True, slots=True)
class Health:
    """A merchant's figures of a period; the rates are of today, `words` are the merchant's for reasons."""

    first: date
    last: date
    terms: RateTerms
    week: Rate
    month: Rate
    period: RateCounts
    orders_canceled: int
    days: tuple[HealthDay, ...]
    own_reasons: tuple[OwnReason, ...]
    customer_reasons: tuple[Counted[Reason | None], ...]
    askers: tuple[Counted[ActorKind], ...]
    outcomes: tuple[Counted[RequestState], ...]
    decisions: Decisions | None
    refunds: tuple[RefundSum, ...]
    skus: tuple[Counted[str], ...]
    spikes: tuple[SpikeView, ...]
    has_orders: bool
    alerts: bool
    words: Mapping[Reason, str]

    @property
    def share(self) -> Fraction | None:
        """The rate of the period; None when there were no orders."""
        return rate(self.period)

    @property
    def asked_by_customers(self) -> int:
        """Orders with a cancellation that do not count: only their customers asked for it."""
        return self.orders_canceled - self.period.canceled_by_merchant


@dataclass(frozen=True, slots=True)
class CanceledOrder:
    """An order of which the merchant canceled units on a day, as the rate counts it, and why."""

    order_id: OrderId
    number: str
    reason: Reason | None
    refund_minor: int
    currency: str

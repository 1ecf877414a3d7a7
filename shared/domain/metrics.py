"""The pre-fulfillment cancellation rate: arithmetic over counted orders, nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

RATE_DAYS = 7
LONG_RATE_DAYS = 30
RATE_THRESHOLD = Fraction(25, 1000)
# The team is warned while there is still room: at this share of the threshold.
_NEAR = Fraction(8, 10)
# What is usual is told by so many days before.
USUAL_DAYS = 30
# A day is out of the usual when it is several times that and more than a handful.
_SPIKE_TIMES = 4
_SPIKE_LEAST = 5


class RateLevel(StrEnum):
    """How near the threshold a rate is."""

    CALM = "calm"
    NEAR = "near"
    ABOVE = "above"


@dataclass(frozen=True, slots=True)
class Spike:
    """A day far out of the usual: its cancellations, and those of all the days before that tell the usual."""

    day: date
    canceled: int
    before: int


@dataclass(frozen=True, slots=True)
class RateTerms:
    """What a merchant's rate is measured by: the days of orders that count, and the limit to stay below."""

    days: int = RATE_DAYS
    limit: Fraction = RATE_THRESHOLD


@dataclass(frozen=True, slots=True)
class RateCounts:
    """Orders of a period by order date, and how many of them the merchant canceled, wholly or partly."""

    orders: int
    canceled_by_merchant: int


def rate(counts: RateCounts) -> Fraction | None:
    """Divide; None when there were no orders."""
    return Fraction(counts.canceled_by_merchant, counts.orders) if counts.orders else None


def forecast(counts: RateCounts, further_orders: int) -> Fraction | None:
    """Tell the rate after the merchant cancels that many orders of the period that do not count yet."""
    return rate(RateCounts(counts.orders, counts.canceled_by_merchant + further_orders))


def in_period(placed_on: date, today: date, days: int) -> bool:
    """Say whether an order date belongs to the last days, today included."""
    return placed_on > today - timedelta(days=days)


def is_spike(canceled_today: int, canceled_before: int, days: int) -> bool:
    """Say whether a day's cancellations stand far above the merchant's own usual over so many days before."""
    return canceled_today >= _SPIKE_LEAST and canceled_today * days > _SPIKE_TIMES * canceled_before


def most_within(counts: RateCounts, limit: Fraction) -> int:
    """Tell how many further orders may be canceled before the rate passes the limit."""
    return max(0, int(counts.orders * limit) - counts.canceled_by_merchant)


def level(counts: RateCounts, limit: Fraction) -> RateLevel:
    """Tell how near the limit the rate is; without orders it is calm."""
    now = rate(counts)
    if now is None or now < limit * _NEAR:
        return RateLevel.CALM
    return RateLevel.ABOVE if now > limit else RateLevel.NEAR


def add_up(days: Mapping[date, RateCounts], last: date, length: int) -> RateCounts:
    """Add up the counts of so many days, `last` included; a day without orders is in no mapping."""
    of_days = [days[day] for back in range(length) if (day := last - timedelta(days=back)) in days]
    return RateCounts(sum(day.orders for day in of_days), sum(day.canceled_by_merchant for day in of_days))


def spikes(canceled: Mapping[date, int], first: date, last: date) -> tuple[Spike, ...]:
    """Find the days from first to last on which far more was canceled than on the days before each."""
    found = []
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        before = sum(canceled.get(day - timedelta(days=back), 0) for back in range(1, USUAL_DAYS + 1))
        if is_spike(canceled.get(day, 0), before, USUAL_DAYS):
            found.append(Spike(day, canceled.get(day, 0), before))
    return tuple(found)

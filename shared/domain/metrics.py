"""The pre-fulfillment cancellation rate: arithmetic over counted orders, nothing else."""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

RATE_DAYS = 7
RATE_THRESHOLD = Fraction(25, 1000)
# A day is out of the usual when it is several times that and more than a handful.
_SPIKE_TIMES = 4
_SPIKE_LEAST = 5


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


def in_period(placed_on: date, today: date, days: int = RATE_DAYS) -> bool:
    """Say whether an order date belongs to the last days, today included."""
    return placed_on > today - timedelta(days=days)


def is_spike(canceled_today: int, canceled_before: int, days: int) -> bool:
    """Say whether a day's cancellations stand far above the merchant's own usual over so many days before."""
    return canceled_today >= _SPIKE_LEAST and canceled_today * days > _SPIKE_TIMES * canceled_before


def most_within(counts: RateCounts, threshold: Fraction = RATE_THRESHOLD) -> int:
    """Tell how many further orders may be canceled before the rate passes the threshold."""
    return max(0, int(counts.orders * threshold) - counts.canceled_by_merchant)

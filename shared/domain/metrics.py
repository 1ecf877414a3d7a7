"""The pre-fulfillment cancellation rate: arithmetic over counted orders, nothing else."""

from dataclasses import dataclass
from fractions import Fraction

RATE_DAYS = 7
RATE_THRESHOLD = Fraction(25, 1000)


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

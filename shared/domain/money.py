"""Integer minor units with an ISO 4217 exponent; the only place that rounds or splits."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

# So many digits before the point stay below any limit, in every currency.
_DIGITS = 10


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Split minor units by weight so that the shares add up to the total (largest remainder).

    Ties go to the earlier share. With no weight at all, everything goes to the first share.
    """
    if not weights:
        return []
    whole = sum(weights)
    if whole == 0 or total == 0 or len(weights) == 1:
        return [total] + [0] * (len(weights) - 1)
    sign = -1 if total < 0 else 1
    parts = [divmod(abs(total) * weight, whole) for weight in weights]
    shares = [quotient for quotient, _ in parts]
    by_remainder = sorted(range(len(parts)), key=lambda i: (-parts[i][1], i))
    for index in by_remainder[: abs(total) - sum(shares)]:
        shares[index] += 1
    return [sign * share for share in shares]


def first_units(total: int, quantity: int, count: int) -> int:
    """Add up what the first `count` of `quantity` equal units carry of a total in minor units.

    Equal weights make the largest remainder simple: the first `total mod quantity` units carry one more.
    """
    sign = -1 if total < 0 else 1
    base, extra = divmod(abs(total), quantity)
    return sign * (base * count + min(count, extra))


def percent_of(amount: int, percent: int) -> int:
    """Take a whole percentage of minor units, halves rounded up; the amount is not negative."""
    return (amount * percent + 50) // 100


def units_between(total: int, quantity: int, first: int, past: int) -> int:
    """Add up what the units numbered `first` up to (not including) `past` carry of a total."""
    if first == 0 and past == quantity:
        return total
    return first_units(total, quantity, past) - first_units(total, quantity, first)


def to_minor(text: str, exponent: int) -> int:
    """Read a plain decimal amount ("12.50") into minor units.

    Raises ValueError when it is no plain number or carries more decimals than the currency has.
    """
    whole, _point, part = text.partition(".")
    if (
        whole.isdigit()
        and part.isdigit()
        and text.isascii()
        and len(part) == exponent
        and len(whole) < _DIGITS
    ):
        # Nearly all amounts are written like this, and files have millions of them.
        return int(whole + part)
    cleaned = text.strip()
    if not cleaned or any(mark not in "0123456789.-" for mark in cleaned):
        raise ValueError(cleaned)
    try:
        value = Decimal(cleaned).scaleb(exponent)
    except InvalidOperation as error:
        raise ValueError(cleaned) from error
    if value != value.to_integral_value() or abs(value) > 10**15:
        raise ValueError(cleaned)
    return int(value)

"""How many decimals an amount may carry, and how large it may be."""

from functools import cache

from shared.rendering import currency_exponent

MAX_MINOR = 10**15


@cache
def exponent_of(currency: str) -> int | None:
    """Tell how many decimals a currency has; None when there is no such currency."""
    try:
        return currency_exponent(currency)
    except ValueError:
        return None

"""Stripe's own minor units, which for some currencies are not those of ISO 4217.

The lists are those of docs.stripe.com/currencies: zero-decimal and three-decimal currencies, special cases.
"""

from shared.domain.gateways import Trouble
from shared.ports import GatewayRefused
from shared.rendering import currency_exponent

_WITHOUT_DECIMALS = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"}
)
_THREE_DECIMALS = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
# All others are told with two decimals: ISK and UGX too, though they have none; HUF and TWD as ISO has them.
_DECIMALS = 2


def to_stripe(amount_minor: int, currency: str) -> int:
    """Say an amount of ISO minor units as Stripe counts it. Raises GatewayRefused when Stripe cannot."""
    steps = _decimals(currency) - currency_exponent(currency)
    amount, rest = divmod(amount_minor * _tens(steps), _tens(-steps))
    # Card networks take three-decimal amounts in tens only.
    if rest or (currency in _THREE_DECIMALS and amount % 10):
        raise GatewayRefused(
            Trouble.AMOUNT_NOT_POSSIBLE, f"Stripe cannot send {amount_minor} minor units of {currency}"
        )
    return amount


def from_stripe(amount: int, currency: str) -> int:
    """Read an amount as Stripe counts it into ISO minor units; what ISO cannot say is rounded down."""
    steps = currency_exponent(currency) - _decimals(currency)
    return amount * _tens(steps) // _tens(-steps)


def _decimals(currency: str) -> int:
    if currency in _WITHOUT_DECIMALS:
        return 0
    return 3 if currency in _THREE_DECIMALS else _DECIMALS


def _tens(steps: int) -> int:
    return int("1" + "0" * steps)

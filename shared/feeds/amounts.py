"""The amounts of an adjustment: read in the currency's own decimals, and judged together."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from shared.domain.money import to_minor
from shared.feeds.codes import Code, Problem
from shared.feeds.values import Amount, AmountKind
from shared.rendering import gettext as _
from shared.tables.amounts import MAX_MINOR, exponent_of

_DECIMALS_AT_MOST = 4


@dataclass(frozen=True, slots=True)
class Written:
    """An amount as it stands in a feed; `field` is its column or element, `currency` may be ""."""

    field: str
    kind: AmountKind
    text: str
    currency: str
    promotion_id: str = ""


def read(written: Written, problems: list[Problem]) -> Amount | None:
    """Read one amount; notes what is wrong and gives None then."""
    exponent = exponent_of(written.currency) if written.currency else _DECIMALS_AT_MOST
    if exponent is None:
        problems.append(Problem(Code.UNKNOWN_CURRENCY, written.field, written.currency))
        return None
    plain = written.text.removeprefix("+")
    try:
        minor = to_minor(plain, exponent)
    except ValueError:
        minor = MAX_MINOR + 1
    if abs(minor) > MAX_MINOR or plain.startswith("+"):
        decimals = _("at most %(count)d decimals") % {"count": exponent}
        problems.append(Problem(Code.BAD_AMOUNT, written.field, written.text, decimals))
        return None
    known = minor if written.currency else None
    return Amount(written.kind, known, written.currency, plain, written.promotion_id)


def judge(amounts: Sequence[Amount], problems: list[Problem]) -> None:
    """Note amounts in several currencies, and amounts that add up to nothing or to the merchant's favor."""
    currencies = sorted({amount.currency for amount in amounts})
    if len(currencies) > 1:
        named = ", ".join(currency or "–" for currency in currencies)
        problems.append(Problem(Code.MIXED_CURRENCIES, value=named))
        return
    total = sum((Decimal(amount.written) for amount in amounts), Decimal(0))
    if total < 0:
        problems.append(Problem(Code.NOT_IN_FAVOR_OF_BUYER, value=f"{total} {currencies[0]}".strip()))
    elif total == 0:
        problems.append(Problem(Code.NOTHING_ASKED))

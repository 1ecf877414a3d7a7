"""Work out from an order's own sums what its discount applies to and whether taxes are inside prices."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from shared.rendering import gettext as _
from shared.stores.reading import OrderRows
from shared.tables.amounts import exponent_of
from shared.tables.troubles import Fault, RowFault


@dataclass(frozen=True, slots=True)
class Sums:
    """An order's sums in minor units as the file tells them; None where it does not."""

    gross: int
    line_discounts: int
    discount: int
    shipping: int
    taxes: int
    subtotal: int | None
    total: int | None


@dataclass(frozen=True, slots=True)
class Settled:
    """The one reading of the sums that adds up, in minor units."""

    discount: int
    shipping: int
    taxes_inside: bool


def settle(rows: OrderRows, sums: Sums, currency: str) -> Settled | None:
    """Find the reading that adds up; refuses the order's first row and gives None when there is none."""
    setting = rows.prices_include_tax(currency)
    for discount, shipping in _readings(sums):
        goods = sums.gross - sums.line_discounts - discount
        if goods < 0 or shipping < 0 or sums.subtotal not in {None, goods}:
            continue
        for inside in (setting, not setting):
            if sums.total in {None, goods + shipping + (0 if inside else sums.taxes)}:
                if inside != setting:
                    rows.note(rows.head.line, _against_setting(currency, inside=inside))
                return Settled(discount, shipping, inside)
    rows.head.refuse(_does_not_add_up(sums, currency))
    return None


def _readings(sums: Sums) -> Iterator[tuple[int, int]]:
    """Yield discount on the goods and shipping charged, likeliest first."""
    yield sums.discount, sums.shipping
    if sums.discount and sums.subtotal is not None and sums.total is not None:
        # "Discount Amount" may count the discounts of the lines once more, or be one on shipping;
        # that is believed only where both sums prove it.
        if sums.line_discounts:
            yield sums.discount - sums.line_discounts, sums.shipping
        yield 0, sums.shipping - sums.discount
        yield 0, sums.shipping


def _against_setting(currency: str, *, inside: bool) -> str:
    if inside:
        return _(
            "By their own sums, prices in %(currency)s include tax, though the merchant's setting says"
            " they do not; the sums were followed."
        ) % {"currency": currency}
    return _(
        "By their own sums, prices in %(currency)s do not include tax, though the merchant's setting says"
        " they do; the sums were followed."
    ) % {"currency": currency}


def _does_not_add_up(sums: Sums, currency: str) -> Fault:
    exponent = exponent_of(currency) or 0
    parts = (
        (_("lines"), sums.gross),
        (_("discounts of the lines"), sums.line_discounts or None),
        (_("discount"), sums.discount or None),
        (_("Subtotal"), sums.subtotal),
        (_("Shipping"), sums.shipping),
        (_("Taxes"), sums.taxes),
        (_("Total"), sums.total),
    )
    said = ", ".join(
        f"{words} {Decimal(minor).scaleb(-exponent)}" for words, minor in parts if minor is not None
    )
    return Fault(
        RowFault.AMOUNTS_DO_NOT_ADD_UP,
        _("the amounts do not add up (%(amounts)s).") % {"amounts": said},
        _("Check whether rows of the order are missing or stand there twice, and export it again."),
    )

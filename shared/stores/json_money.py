"""Amounts of a JSON document that name their currency beside them, and sums that must add up."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from shared.rendering import gettext as _
from shared.stores.cells import Cells
from shared.stores.reading import OrderRows
from shared.tables.amounts import MAX_MINOR, exponent_of
from shared.tables.troubles import Fault, RowFault, shown


@dataclass(slots=True)
class Purse:
    """Read `{amount, currency}` pairs under the names a system gives them; all must be of one currency."""

    amount_name: str
    currency_name: str
    currency: str = ""
    faulty: set[str] = field(default_factory=set)

    def read(self, cells: Cells, path: str, *, negative: bool = False) -> int | None:
        """Read an amount into minor units; None when there is none."""
        column, beside = f"{path}.{self.amount_name}", f"{path}.{self.currency_name}"
        if not cells.raw(column):
            return None
        code = cells.raw(beside)
        if code and not self.currency:
            self.currency = cells.currency(beside)
        if code and code != self.currency:
            cells.refuse(_other_currency(beside, code, self.currency))
            return None
        return cells.signed_amount(column, self.currency, negative=negative)


def times(cells: Cells, path: str, unit: int | None, quantity: int) -> int | None:
    """Multiply the price of one unit in minor units; a product that no price reaches is refused."""
    if unit is None:
        return None
    if unit * quantity > MAX_MINOR:
        cells.refuse(
            Fault(
                RowFault.BAD_AMOUNT,
                _("“%(column)s” times the quantity is too large.") % {"column": path},
                _("Correct it; an id may have slipped in."),
            )
        )
    return unit * quantity


def check_total(rows: OrderRows, currency: str, total: int, said: int | None, parts: Sequence[int]) -> None:
    """Refuse an order whose own total is not the sum of what it names."""
    if said is None or said == total:
        return
    exponent = exponent_of(currency) or 0
    listed = " + ".join(str(Decimal(part).scaleb(-exponent)) for part in parts)
    rows.head.refuse(
        Fault(
            RowFault.AMOUNTS_DO_NOT_ADD_UP,
            _("the amounts do not add up: %(parts)s is not the total of %(total)s.")
            % {"parts": listed, "total": str(Decimal(said).scaleb(-exponent))},
            _("Check whether the document is whole, and export it again."),
        )
    )


def _other_currency(path: str, code: str, currency: str) -> Fault:
    return Fault(
        RowFault.CONTRADICTION,
        _("“%(column)s” says %(value)s, while the order is in %(currency)s.")
        % {"column": path, "value": shown(code), "currency": currency},
        _("An order has one currency; export it again."),
    )

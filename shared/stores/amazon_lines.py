"""What Amazon's reports share: the address, the prices of a line, and what they say in words."""

from collections.abc import Sequence
from datetime import datetime

from shared.domain.wishes import plain
from shared.rendering import gettext as _
from shared.stores.cells import Cells
from shared.stores.reading import OrderRows
from shared.tables import damage
from shared.tables.amounts import MAX_MINOR
from shared.tables.troubles import Fault, RowFault, shown

ADDRESS = (
    "recipient-name",
    "ship-address-1",
    "ship-address-2",
    "ship-address-3",
    "ship-city",
    "ship-state",
    "ship-postal-code",
    "ship-country",
)
_BY_AMAZON = frozenset({"amazon", "afn"})
_BY_MERCHANT = frozenset({"", "merchant", "mfn"})


def purchase_date(rows: OrderRows) -> datetime | None:
    """Read when the order was placed; every report says so."""
    cells = rows.shared("purchase-date")
    cells.needed("purchase-date")
    return cells.instant("purchase-date")


def delivery(rows: OrderRows) -> tuple[str, ...]:
    """Read as much of the address as the report has."""
    return tuple(filter(None, (rows.shared(column).text(column) for column in ADDRESS)))


def price(cells: Cells, currency: str) -> int | None:
    """Read the price of all units of a line in minor units, gift wrap included; None without one."""
    goods = cells.amount("item-price", currency)
    return None if goods is None else whole_price(cells, currency, goods)


def whole_price(cells: Cells, currency: str, goods: int) -> int:
    """Add the gift wrap to the price of all units of a line, in minor units; refuse what does not fit."""
    whole = goods + (cells.amount("gift-wrap-price", currency) or 0)
    if whole > MAX_MINOR:
        cells.refuse(price_too_large())
    if (discount(cells, currency) or 0) > whole:
        cells.refuse(discount_too_large())
    return whole


def tax(cells: Cells, currency: str) -> int | None:
    """Read the tax of a line in minor units; None when the report has none."""
    amounts = [cells.amount(column, currency) for column in ("item-tax", "gift-wrap-tax")]
    return None if amounts == [None, None] else sum(amount or 0 for amount in amounts)


def discount(cells: Cells, currency: str) -> int | None:
    """Read a line's promotion in minor units. Both signs occur; it never makes an item dearer."""
    amount = cells.signed_amount("item-promotion-discount", currency)
    return None if amount is None else abs(amount)


def shipping(rows: OrderRows, currency: str) -> int | None:
    """Add up what shipping cost in minor units; None when the report does not tell."""
    charged = total(rows.cells, "shipping-price", currency)
    if charged is None:
        return None
    promotions = (cells.signed_amount("ship-promotion-discount", currency) or 0 for cells in rows.cells)
    left = charged - sum(abs(promotion) for promotion in promotions)
    if left < 0:
        rows.head.refuse(discount_too_large())
    return left


def total(rows: Sequence[Cells], column: str, currency: str) -> int | None:
    """Add up a column in minor units; None when all its cells are empty."""
    amounts = [cells.amount(column, currency) for cells in rows]
    told = [amount for amount in amounts if amount is not None]
    return sum(told) if told else None


def item_id(rows: OrderRows, cells: Cells, *, needed: bool) -> str:
    """Read the id of an order item, which spreadsheets shorten."""
    found = cells.identifier("order-item-id", needed=needed)
    fault = damage.lost_zeros(rows.number, "order-item-id", found)
    if fault is not None:
        cells.refuse(fault)
    return found


def refuse_duplicates(rows: OrderRows) -> None:
    """Refuse an item that stands in an order twice."""
    seen: dict[str, int] = {}
    for cells in rows.cells:
        found = cells.raw("order-item-id")
        earlier = seen.setdefault(found, cells.line)
        if found and earlier != cells.line:
            cells.refuse(_duplicate(found, earlier))


def is_by_amazon(rows: OrderRows) -> bool:
    """Tell whether Amazon's own warehouse fulfills the order."""
    cells = rows.shared("fulfillment-channel")
    said = plain(cells.raw("fulfillment-channel"))
    if said not in _BY_AMAZON | _BY_MERCHANT:
        cells.refuse(unknown("fulfillment-channel", cells.raw("fulfillment-channel")))
    return said in _BY_AMAZON


def flag(cells: Cells, column: str) -> bool:
    """Read true or false, in any case; an empty cell is false."""
    said = cells.raw(column).casefold()
    if said not in {"", "true", "false"}:
        cells.refuse(unknown(column, cells.raw(column)))
    return said == "true"


def unknown(column: str, value: str) -> Fault:
    """Say that a word is none that is known."""
    return Fault(
        RowFault.UNKNOWN_STATUS,
        _("“%(column)s” says “%(value)s”, which is not known here.")
        % {"column": column, "value": shown(value)},
        _("Write it as Amazon does in English, or download the report again."),
    )


def discount_too_large() -> Fault:
    """Say that a discount is larger than its price."""
    return Fault(
        RowFault.BAD_AMOUNT,
        _("the promotion discount is larger than the price it applies to."),
        _("Correct the discount or the price."),
    )


def price_too_large() -> Fault:
    """Say that no price is that large."""
    return Fault(
        RowFault.BAD_AMOUNT,
        _("the amounts of this row are too large."),
        _("Correct the price; an id may have slipped into its column."),
    )


def _duplicate(value: str, line: int) -> Fault:
    return Fault(
        RowFault.DUPLICATE_LINE,
        _("order-item-id “%(value)s” stands already in line %(line)d.") % {"value": value, "line": line},
        _("Delete one of the two rows."),
    )

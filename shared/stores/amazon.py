"""Amazon's new orders report: a row per line item, item-price for all its units together."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from shared.domain.intake import IncomingLine, IncomingOrder, IncomingPayment, allocate
from shared.domain.orders import Gateway
from shared.rendering import gettext as _
from shared.stores.cells import Cells
from shared.stores.reading import OrderRows
from shared.tables import damage
from shared.tables.amounts import MAX_MINOR
from shared.tables.table import Row
from shared.tables.troubles import Fault, RowFault

_ADDRESS = (
    "recipient-name",
    "ship-address-1",
    "ship-address-2",
    "ship-address-3",
    "ship-city",
    "ship-state",
    "ship-postal-code",
    "ship-country",
)


class NewOrdersReport:
    """Amazon's new orders report."""

    name = "Amazon new orders report"
    number_column = "order-id"
    columns = frozenset(
        {
            "order-id",
            "order-item-id",
            "purchase-date",
            "buyer-email",
            "sku",
            "product-name",
            "quantity-purchased",
            "currency",
            "item-price",
        }
    )

    def line_key(self, row: Row) -> tuple[str, ...]:
        """Tell what makes a row the same line of its order."""
        return (row.value("order-item-id"),)

    def order(self, rows: OrderRows) -> IncomingOrder | None:
        """Read one order; None, or faults on its rows, when it cannot be taken in."""
        currency = rows.shared("currency").currency("currency")
        placed_at = _purchase_date(rows)
        lines = tuple(_line(rows, cells, currency) for cells in rows.cells)
        _refuse_duplicates(rows)
        if placed_at is None or not currency or rows.faults:
            return None
        order = IncomingOrder(
            source="amazon",
            number=rows.number,
            placed_at=placed_at,
            currency=currency,
            prices_include_tax=rows.prices_include_tax(currency),
            buyer_email=rows.shared("buyer-email").email("buyer-email"),
            buyer_name=rows.shared("buyer-name").text("buyer-name") or rows.head.text("recipient-name"),
            lines=lines,
            shipping_minor=_shipping(rows, currency),
            shipping_tax_minor=_sum(rows.cells, "shipping-tax", currency),
            paid_at=rows.shared("payments-date").instant("payments-date"),
            delivery=tuple(filter(None, (rows.shared(column).text(column) for column in _ADDRESS))),
            external_ids={"amazon_order_id": rows.number},
        )
        return None if rows.faults else _with_payment(order)


def _purchase_date(rows: OrderRows) -> datetime | None:
    cells = rows.shared("purchase-date")
    cells.needed("purchase-date")
    return cells.instant("purchase-date")


def _line(rows: OrderRows, cells: Cells, currency: str) -> IncomingLine:
    sku = cells.identifier("sku", needed=True)
    price = cells.needed_amount("item-price", currency) + (cells.amount("gift-wrap-price", currency) or 0)
    line = IncomingLine(
        sku=sku,
        title=cells.text("product-name") or sku,
        quantity=cells.quantity("quantity-purchased"),
        price_minor=price,
        tax_minor=(cells.amount("item-tax", currency) or 0) + (cells.amount("gift-wrap-tax", currency) or 0),
        # Both signs of a promotion occur; it never makes an item dearer.
        discount_minor=abs(cells.signed_amount("item-promotion-discount", currency) or 0),
        external_id=_item_id(rows, cells),
        asin=cells.text("asin"),
    )
    if line.discount_minor > line.price_minor:
        cells.refuse(_discount_too_large())
    if line.price_minor > MAX_MINOR:
        cells.refuse(_price_too_large())
    return line


def _item_id(rows: OrderRows, cells: Cells) -> str:
    item_id = cells.identifier("order-item-id", needed=True)
    fault = damage.lost_zeros(rows.number, "order-item-id", item_id)
    if fault is not None:
        cells.refuse(fault)
    return item_id


def _refuse_duplicates(rows: OrderRows) -> None:
    seen: dict[str, int] = {}
    for cells in rows.cells:
        item_id = cells.raw("order-item-id")
        earlier = seen.setdefault(item_id, cells.line)
        if item_id and earlier != cells.line:
            cells.refuse(_duplicate(item_id, earlier))


def _shipping(rows: OrderRows, currency: str) -> int:
    total = _sum(rows.cells, "shipping-price", currency)
    discounts = (cells.signed_amount("ship-promotion-discount", currency) or 0 for cells in rows.cells)
    charged = total - sum(abs(discount) for discount in discounts)
    if charged < 0:
        rows.head.refuse(_discount_too_large())
    return charged


def _sum(rows: Sequence[Cells], column: str, currency: str) -> int:
    return sum(cells.amount(column, currency) or 0 for cells in rows)


def _with_payment(order: IncomingOrder) -> IncomingOrder:
    total = allocate(order).total_minor
    if order.paid_at is None or total == 0:
        return order
    return replace(order, payments=(IncomingPayment(Gateway.MANUAL, total, total, order.number),))


def _duplicate(item_id: str, line: int) -> Fault:
    return Fault(
        RowFault.DUPLICATE_LINE,
        _("order-item-id “%(value)s” stands already in line %(line)d.") % {"value": item_id, "line": line},
        _("Delete one of the two rows."),
    )


def _discount_too_large() -> Fault:
    return Fault(
        RowFault.BAD_AMOUNT,
        _("the promotion discount is larger than the price it applies to."),
        _("Correct the discount or the price."),
    )


def _price_too_large() -> Fault:
    return Fault(
        RowFault.BAD_AMOUNT,
        _("the amounts of this row are too large."),
        _("Correct the price; an id may have slipped into its column."),
    )

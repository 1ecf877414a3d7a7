"""Shopify's orders export: a row per line item, what belongs to the whole order only in its first row."""

from dataclasses import replace

from shared.domain.intake import IncomingDiscount, IncomingLine, IncomingOrder, allocate
from shared.domain.money import split
from shared.rendering import gettext as _
from shared.stores.cells import Cells
from shared.stores.reading import OrderRows
from shared.stores.shopify_money import Sums, settle
from shared.stores.shopify_states import payments, units
from shared.tables.amounts import MAX_MINOR
from shared.tables.table import Row
from shared.tables.troubles import Fault, RowFault

_ADDRESS = (
    "shipping-name",
    "shipping-company",
    "shipping-address1",
    "shipping-address2",
    "shipping-city",
    "shipping-zip",
    "shipping-province",
    "shipping-country",
)


class OrdersExport:
    """Shopify's orders export."""

    name = "Shopify orders export"
    number_column = "name"
    columns = frozenset(
        {
            "name",
            "email",
            "financial-status",
            "currency",
            "created-at",
            "lineitem-quantity",
            "lineitem-name",
            "lineitem-price",
        }
    )

    def line_key(self, row: Row) -> tuple[str, ...]:
        """Tell what makes a row the same line of its order; the export has no line ids."""
        return (row.value("lineitem-sku"), row.value("lineitem-name"), row.value("lineitem-quantity"))

    def order(self, rows: OrderRows) -> IncomingOrder | None:
        """Read one order; None, or faults on its rows, when it cannot be taken in."""
        currency = rows.shared("currency").currency("currency")
        lines = tuple(_line(rows, cells, currency) for cells in rows.cells)
        bare = _without_money(rows, currency, lines)
        if bare is None or rows.faults:
            return None
        order = _with_money(rows, bare)
        if order is None or rows.faults:
            return None
        paid = payments(rows, currency, allocate(order).total_minor)
        return None if rows.faults else replace(order, payments=paid)


def _without_money(rows: OrderRows, currency: str, lines: tuple[IncomingLine, ...]) -> IncomingOrder | None:
    created = rows.shared("created-at")
    created.needed("created-at")
    placed_at = created.instant("created-at")
    order_id = rows.shared("id").identifier("id")
    if placed_at is None or not currency:
        return None
    return IncomingOrder(
        source="shopify",
        number=rows.number,
        placed_at=placed_at,
        currency=currency,
        prices_include_tax=rows.prices_include_tax(currency),
        buyer_email=rows.shared("email").email("email"),
        buyer_name=rows.head.text("billing-name") or rows.head.text("shipping-name"),
        lines=lines,
        paid_at=rows.shared("paid-at").instant("paid-at"),
        hold=rows.head.raw("fulfillment-status").casefold() == "on_hold",
        delivery=tuple(filter(None, (_address_line(rows.head, column) for column in _ADDRESS))),
        external_ids={"shopify_id": order_id} if order_id else {},
    )


def _address_line(cells: Cells, column: str) -> str:
    # The export puts an apostrophe before postal codes, so that spreadsheets keep their zeros.
    return cells.text(column).removeprefix("'")


def _line(rows: OrderRows, cells: Cells, currency: str) -> IncomingLine:
    quantity = cells.quantity("lineitem-quantity")
    price = cells.needed_amount("lineitem-price", currency) * quantity
    discount = cells.amount("lineitem-discount", currency) or 0
    shipped, canceled = units(rows, cells, quantity)
    if discount > price:
        cells.refuse(_discount_too_large())
    if price > MAX_MINOR:
        cells.refuse(_price_too_large())
    return IncomingLine(
        sku=cells.identifier("lineitem-sku"),
        title=cells.needed("lineitem-name"),
        quantity=quantity,
        price_minor=price,
        discount_minor=discount,
        shipped=shipped,
        canceled=canceled,
        place=cells.place,
    )


def _with_money(rows: OrderRows, bare: IncomingOrder) -> IncomingOrder | None:
    currency = bare.currency
    sums = Sums(
        gross=sum(line.price_minor for line in bare.lines),
        line_discounts=sum(line.discount_minor for line in bare.lines),
        discount=rows.shared("discount-amount").amount("discount-amount", currency) or 0,
        shipping=rows.shared("shipping").amount("shipping", currency) or 0,
        taxes=rows.shared("taxes").amount("taxes", currency) or 0,
        subtotal=rows.shared("subtotal").amount("subtotal", currency),
        total=rows.shared("total").amount("total", currency),
    )
    settled = None if rows.faults else settle(rows, sums, currency)
    if settled is None:
        return None
    order = replace(bare, prices_include_tax=settled.taxes_inside, shipping_minor=settled.shipping)
    if settled.discount:
        code = rows.head.text("discount-code")
        order = replace(order, discounts=(IncomingDiscount(settled.discount, code),))
    return _with_taxes(rows, order, sums.taxes)


def _with_taxes(rows: OrderRows, order: IncomingOrder, taxes: int) -> IncomingOrder:
    # The export tells taxes for the whole order alone; they are spread over what was taxable.
    if not taxes:
        return order
    taxable = [cells.raw("lineitem-taxable").casefold() != "false" for cells in rows.cells]
    nets = [
        line.price_minor - share.discount_minor
        for line, share in zip(order.lines, allocate(order).lines, strict=True)
    ]
    weights = [net if counts else 0 for net, counts in zip(nets, taxable, strict=True)]
    if not any(weights):
        weights = nets
    if not any(weights):
        return replace(order, shipping_tax_minor=taxes)
    lines = (
        replace(line, tax_minor=share) for line, share in zip(order.lines, split(taxes, weights), strict=True)
    )
    return replace(order, lines=tuple(lines))


def _discount_too_large() -> Fault:
    return Fault(
        RowFault.BAD_AMOUNT,
        _("“lineitem-discount” is larger than the price of the line."),
        _("Correct the discount or the price."),
    )


def _price_too_large() -> Fault:
    return Fault(
        RowFault.BAD_AMOUNT,
        _("price and quantity of this row are too large."),
        _("Correct them; an id may have slipped into the column."),
    )

"""Amazon's all orders report: statuses and prices, but no ids of the order items and no e-mail address."""

from dataclasses import replace

from shared.domain.order_reports import Report, ReportedLine
from shared.domain.wishes import plain
from shared.stores import amazon_lines as amazon
from shared.stores.cells import Cells
from shared.stores.marketplaces import currency_of
from shared.stores.reading import OrderRows
from shared.tables.table import Row

_UNPAID = frozenset({"pending", "pendingavailability", "pending availability"})
_PAID = frozenset({"unshipped", "partiallyshipped", "partially shipped", "invoiceunconfirmed", "complete"})
_SHIPPED = "shipped"
_CANCELED = frozenset({"cancelled", "canceled"})
_STUCK = frozenset({"unfulfillable", "shipping", "unconfirmed", "invoice unconfirmed"})


class AllOrdersReport:
    """Amazon's all orders report."""

    name = "Amazon all orders report"
    number_column = "amazon-order-id"
    columns = frozenset(
        {"amazon-order-id", "purchase-date", "order-status", "product-name", "sku", "quantity"}
    )

    def line_key(self, row: Row) -> tuple[str, ...]:
        """Tell what makes a row the same line of its order; the report has no ids of lines."""
        return (row.value("sku"), row.value("asin"), row.value("quantity"), row.value("item-price"))

    def order(self, rows: OrderRows) -> Report | None:
        """Read one order; None, or faults on its rows, when it cannot be taken in."""
        placed_at = amazon.purchase_date(rows)
        status = _status(rows)
        currency = _currency(rows)
        if placed_at is None or rows.faults:
            return None
        own = rows.shared("merchant-order-id").identifier("merchant-order-id")
        return Report(
            source="amazon",
            number=rows.number,
            lines=tuple(_line(cells, status, currency) for cells in rows.cells),
            placed_at=placed_at,
            currency=currency,
            prices_include_tax=rows.prices_include_tax(currency) if currency else False,
            paid=status not in _UNPAID | _CANCELED,
            shipping_minor=amazon.shipping(rows, currency),
            shipping_tax_minor=amazon.total(rows.cells, "shipping-tax", currency),
            fulfilled_by_other=amazon.is_by_amazon(rows),
            delivery=amazon.delivery(rows),
            external_ids={"amazon_order_id": rows.number, **({"merchant_order_id": own} if own else {})},
            place=rows.head.place,
        )


def _currency(rows: OrderRows) -> str:
    cells = rows.shared("currency")
    if cells.raw("currency"):
        return cells.currency("currency")
    return currency_of(rows.shared("sales-channel").raw("sales-channel"))


def _status(rows: OrderRows) -> str:
    cells = rows.shared("order-status")
    said = cells.needed("order-status")
    status = _known(said)
    if said and not status:
        cells.refuse(amazon.unknown("order-status", said))
    return status


def _known(said: str) -> str:
    """Tell which status is meant; what follows a dash only says how far a shipped or pending order is."""
    status = plain(said.split(" - ", maxsplit=1)[0])
    known = _UNPAID | _PAID | _CANCELED | _STUCK | {_SHIPPED}
    return status if status in known else ""


def _line(cells: Cells, order_status: str, currency: str) -> ReportedLine:
    said = cells.raw("item-status")
    status = _known(said) if said else order_status
    if said and not status:
        cells.refuse(amazon.unknown("item-status", said))
    gone = status in _CANCELED or order_status in _CANCELED
    quantity = cells.count("quantity") if gone else cells.quantity("quantity")
    sku = cells.identifier("sku", needed=True)
    line = ReportedLine(
        sku=sku,
        asin=cells.text("asin"),
        title=cells.text("product-name"),
        quantity=quantity,
        shipped=quantity if status == _SHIPPED and not gone else 0,
        canceled=quantity if gone else 0,
        place=cells.place,
    )
    if quantity == 0:
        return line
    return replace(
        line,
        price_minor=amazon.price(cells, currency),
        tax_minor=amazon.tax(cells, currency),
        discount_minor=amazon.discount(cells, currency),
    )

"""Amazon's new orders report: a row per line item, item-price for all its units together."""

from shared.domain.intake import IncomingOrder
from shared.domain.order_reports import Report, ReportedLine, to_order
from shared.stores import amazon_lines as amazon
from shared.stores.cells import Cells
from shared.stores.reading import OrderRows
from shared.tables.table import Row


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
        placed_at = amazon.purchase_date(rows)
        lines = tuple(_line(rows, cells, currency) for cells in rows.cells)
        amazon.refuse_duplicates(rows)
        if placed_at is None or not currency or rows.faults:
            return None
        paid_at = rows.shared("payments-date").instant("payments-date")
        report = Report(
            source="amazon",
            number=rows.number,
            lines=lines,
            placed_at=placed_at,
            currency=currency,
            prices_include_tax=rows.prices_include_tax(currency),
            buyer_email=rows.shared("buyer-email").email("buyer-email"),
            buyer_name=rows.shared("buyer-name").text("buyer-name") or rows.head.text("recipient-name"),
            paid=paid_at is not None,
            paid_at=paid_at,
            shipping_minor=amazon.shipping(rows, currency),
            shipping_tax_minor=amazon.total(rows.cells, "shipping-tax", currency),
            delivery=amazon.delivery(rows),
            external_ids={"amazon_order_id": rows.number},
        )
        return None if rows.faults else to_order(report)


def _line(rows: OrderRows, cells: Cells, currency: str) -> ReportedLine:
    sku = cells.identifier("sku", needed=True)
    cells.must_hold("item-price")
    goods = cells.amount("item-price", currency)
    return ReportedLine(
        external_id=amazon.item_id(rows, cells, needed=True),
        sku=sku,
        asin=cells.text("asin"),
        title=cells.text("product-name") or sku,
        quantity=cells.quantity("quantity-purchased"),
        price_minor=None if goods is None else amazon.whole_price(cells, currency, goods),
        tax_minor=amazon.tax(cells, currency),
        discount_minor=amazon.discount(cells, currency),
        place=cells.place,
    )

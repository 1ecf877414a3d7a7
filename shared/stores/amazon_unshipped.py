"""Amazon's unshipped orders report: no prices, but what has left and what buyers asked to cancel."""

from shared.domain.order_reports import Report, ReportedLine
from shared.rendering import gettext as _
from shared.stores import amazon_lines as amazon
from shared.stores.cells import MAX_FIELD, Cells
from shared.stores.marketplaces import currency_of
from shared.stores.reading import OrderRows
from shared.tables.table import Row
from shared.tables.troubles import Fault, RowFault


class UnshippedReport:
    """Amazon's unshipped orders report."""

    name = "Amazon unshipped orders report"
    number_column = "order-id"
    columns = frozenset(
        {
            "order-id",
            "order-item-id",
            "purchase-date",
            "sku",
            "quantity-purchased",
            "quantity-shipped",
            "quantity-to-ship",
        }
    )

    def line_key(self, row: Row) -> tuple[str, ...]:
        """Tell what makes a row the same line of its order."""
        return (row.value("order-item-id"),)

    def order(self, rows: OrderRows) -> Report | None:
        """Read one order; None, or faults on its rows, when it cannot be taken in."""
        placed_at = amazon.purchase_date(rows)
        currency = currency_of(rows.shared("sales-channel").raw("sales-channel"))
        lines = tuple(_line(rows, cells) for cells in rows.cells)
        amazon.refuse_duplicates(rows)
        if placed_at is None:
            return None
        paid_at = rows.shared("payments-date").instant("payments-date")
        mail = rows.shared("buyer-email")
        return Report(
            source="amazon",
            number=rows.number,
            lines=lines,
            placed_at=placed_at,
            currency=currency,
            prices_include_tax=rows.prices_include_tax(currency) if currency else False,
            buyer_email=mail.email("buyer-email") if mail.raw("buyer-email") else "",
            buyer_name=rows.shared("buyer-name").text("buyer-name") or rows.head.text("recipient-name"),
            paid=paid_at is not None,
            paid_at=paid_at,
            fulfilled_by_other=amazon.is_by_amazon(rows),
            delivery=amazon.delivery(rows),
            external_ids={"amazon_order_id": rows.number},
            place=rows.head.place,
        )


def _line(rows: OrderRows, cells: Cells) -> ReportedLine:
    ordered = cells.quantity("quantity-purchased")
    shipped, to_ship = cells.count("quantity-shipped"), cells.count("quantity-to-ship")
    if shipped + to_ship > ordered:
        cells.refuse(_too_many(ordered))
    elif cells.raw("quantity-to-ship") and shipped + to_ship < ordered:
        rows.note(cells.line, _("Units are neither shipped nor to be shipped; they are taken for open."))
    asked = amazon.flag(cells, "is-buyer-requested-cancellation")
    return ReportedLine(
        external_id=amazon.item_id(rows, cells, needed=True),
        sku=cells.identifier("sku", needed=True),
        title=cells.text("product-name"),
        quantity=ordered,
        shipped=shipped,
        wish=cells.text("buyer-requested-cancel-reason", MAX_FIELD) if asked else None,
        place=cells.place,
    )


def _too_many(ordered: int) -> Fault:
    return Fault(
        RowFault.BAD_QUANTITY,
        _("more units are shipped and to be shipped than the %(count)d that were ordered.")
        % {"count": ordered},
        _("Download the report again."),
    )

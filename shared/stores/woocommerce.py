"""WooCommerce's orders as JSON (REST version 3): amounts without tax, the tax beside them."""

from dataclasses import dataclass, replace

from shared.domain.intake import IncomingPayment, allocate
from shared.domain.order_reports import Report, ReportedLine, to_order
from shared.domain.orders import Gateway
from shared.rendering import gettext as _
from shared.stores.amazon_lines import discount_too_large
from shared.stores.cells import Cells
from shared.stores.json_money import check_total
from shared.stores.nodes import Node
from shared.stores.reading import OrderRows
from shared.stores.shopify_states import too_much_refunded, unknown_status

_PAID = frozenset({"processing", "completed", "refunded"})
_UNPAID = frozenset({"pending", "on-hold", "failed", "cancelled", "canceled"})
_NO_ORDERS = frozenset({"trash", "draft", "checkout-draft", "auto-draft"})
_GONE = frozenset({"cancelled", "canceled", "refunded"})
_ADDRESS = (
    "first_name",
    "last_name",
    "company",
    "address_1",
    "address_2",
    "city",
    "state",
    "postcode",
    "country",
)


class WooOrders:
    """WooCommerce's orders as JSON."""

    name = "WooCommerce orders (JSON)"

    def fits(self, node: Node) -> bool:
        """Say whether the object is one of these."""
        return node.has("line_items") and any(
            node.has(name) for name in ("billing", "date_created_gmt", "order_key", "shipping_total")
        )

    def number(self, node: Node) -> str:
        """Tell the order's number; shops that do not count their orders use the id."""
        return node.value("number") or node.value("id")

    def report(self, rows: OrderRows, node: Node) -> Report | None:
        """Read one order; None, or faults on its rows, when it cannot be taken in."""
        head = rows.head
        status = _status(head)
        if status in _NO_ORDERS:
            rows.note(0, _("Drafts and orders in the trash are left out."))
            return None
        money = _Money(head.currency("currency"), inside=_taxes_inside(rows))
        lines = tuple(_line(rows, item, money, status) for item in node.children("line_items"))
        shipping, tax = _shipping(rows, node, money)
        head.needed("date_created_gmt")
        order_id = head.identifier("id")
        name = (head.text("billing.first_name"), head.text("billing.last_name"))
        report = Report(
            source="woocommerce",
            number=rows.number,
            lines=lines,
            placed_at=head.instant("date_created_gmt", offset="Z"),
            currency=money.currency,
            prices_include_tax=money.inside,
            buyer_email=head.email("billing.email") if head.raw("billing.email") else "",
            buyer_name=" ".join(filter(None, name)),
            paid_at=head.instant("date_paid_gmt", offset="Z"),
            canceled=status in _GONE,
            shipping_minor=shipping,
            shipping_tax_minor=tax,
            delivery=tuple(filter(None, (head.text(f"shipping.{part}") for part in _ADDRESS))),
            external_ids={"woocommerce_id": order_id} if order_id else {},
            place=head.place,
        )
        return None if rows.faults else _with_payment(rows, node, report, status)


@dataclass(frozen=True, slots=True)
class _Money:
    """How amounts are to be read: each comes without tax, and goes in as the shop shows it."""

    currency: str
    inside: bool

    def of(self, cells: Cells, path: str, tax_path: str) -> int:
        """Read an amount into minor units, its tax added where prices include it."""
        tax = self.tax(cells, tax_path) if self.inside else 0
        return (cells.signed_amount(path, self.currency) or 0) + tax

    def tax(self, cells: Cells, path: str) -> int:
        """Read a tax in minor units."""
        return cells.signed_amount(path, self.currency) or 0


def _status(head: Cells) -> str:
    said = head.needed("status")
    status = said.casefold().removeprefix("wc-").replace(" ", "-").replace("_", "-")
    if said and status not in _PAID | _UNPAID | _NO_ORDERS:
        head.refuse(unknown_status("status", said))
    return status


def _taxes_inside(rows: OrderRows) -> bool:
    said = rows.head.raw("prices_include_tax")
    return said == "true" if said else rows.prices_include_tax(rows.head.raw("currency"))


def _line(rows: OrderRows, item: Node, money: _Money, status: str) -> ReportedLine:
    cells = rows.below(item)
    quantity = cells.quantity("quantity")
    cells.needed_amount("total", money.currency)
    charged = money.of(cells, "total", "total_tax")
    listed = money.of(cells, "subtotal", "subtotal_tax") if cells.raw("subtotal") else charged
    listed = max(listed, charged)
    if charged < 0:
        cells.refuse(discount_too_large())
    return ReportedLine(
        external_id=cells.identifier("id"),
        sku=cells.identifier("sku"),
        title=cells.needed("name"),
        quantity=quantity,
        price_minor=listed,
        tax_minor=money.tax(cells, "total_tax"),
        discount_minor=listed - charged,
        shipped=quantity if status == "completed" else 0,
        place=cells.place,
    )


def _shipping(rows: OrderRows, node: Node, money: _Money) -> tuple[int, int]:
    """Add up what shipping cost, and its tax; what a shop calls a fee is charged and kept like shipping."""
    parts = [rows.below(part) for name in ("shipping_lines", "fee_lines") for part in node.children(name)]
    charged = sum(money.of(cells, "total", "total_tax") for cells in parts)
    if charged < 0:
        rows.head.refuse(discount_too_large())
    if any(node.children("fee_lines")):
        rows.note(0, _("Fees of the shop are counted with shipping."))
    return max(0, charged), sum(money.tax(cells, "total_tax") for cells in parts)


def _with_payment(rows: OrderRows, node: Node, report: Report, status: str) -> Report | None:
    order = to_order(replace(report, canceled=False))
    if order is None:
        return report
    head, currency = rows.head, report.currency
    allocation = allocate(order)
    total = allocation.total_minor
    parts = [total - allocation.shipping_minor, allocation.shipping_minor]
    check_total(rows, currency, total, head.amount("total", currency), parts)
    back = sum(
        abs(rows.below(refund).signed_amount("total", currency) or 0) for refund in node.children("refunds")
    )
    paid = status in _PAID or report.paid_at is not None
    refunded = total if status == "refunded" and not back else back
    if refunded > (total if paid else 0):
        head.refuse(too_much_refunded("refunds"))
    if rows.faults:
        return None
    if not paid or total == 0:
        return report
    reference = head.text("transaction_id") or head.text("payment_method_title")
    return replace(report, payments=(IncomingPayment(Gateway.MANUAL, total, total, reference, refunded),))

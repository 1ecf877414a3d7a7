"""Shopify's orders as JSON: prices for one unit, discounts and taxes by line, what left and went back."""

from dataclasses import replace
from datetime import datetime

from shared.domain.intake import IncomingPayment, allocate
from shared.domain.order_reports import Report, ReportedLine, to_order
from shared.domain.orders import Gateway
from shared.stores.amazon_lines import discount_too_large
from shared.stores.cells import Cells
from shared.stores.json_money import check_total, times
from shared.stores.nodes import Node
from shared.stores.reading import OrderRows
from shared.stores.shopify_states import CHARGED, NOT_PAID, too_much_refunded, unknown_status
from shared.tables.troubles import Fault

_ADDRESS = tuple(
    f"shipping_address.{name}"
    for name in ("name", "company", "address1", "address2", "city", "zip", "province", "country")
)


class ShopifyOrders:
    """Shopify's orders as JSON."""

    name = "Shopify orders (JSON)"

    def fits(self, node: Node) -> bool:
        """Say whether the object is one of these."""
        return node.has("line_items") and node.has("financial_status")

    def number(self, node: Node) -> str:
        """Tell the order's number, written as the orders export does."""
        return node.value("name") or node.value("order_number")

    def report(self, rows: OrderRows, node: Node) -> Report | None:
        """Read one order; None, or faults on its rows, when it cannot be taken in."""
        head = rows.head
        currency = head.currency("currency")
        head.needed("created_at")
        lines = tuple(_line(rows, item, currency) for item in node.children("line_items"))
        lines = _with_states(rows, node, lines)
        shipping = [rows.below(line) for line in node.children("shipping_lines")]
        mail = "email" if head.raw("email") else "contact_email"
        order_id = head.identifier("id")
        report = Report(
            source="shopify",
            number=rows.number,
            lines=lines,
            placed_at=head.instant("created_at"),
            currency=currency,
            prices_include_tax=_taxes_inside(rows, currency),
            buyer_email=head.email(mail) if head.raw(mail) else "",
            buyer_name=head.text("billing_address.name") or head.text("shipping_address.name"),
            buyer_locale=head.text("customer_locale") or "en",
            canceled=bool(head.raw("cancelled_at")),
            shipping_minor=sum(_after_discount(cells, currency) for cells in shipping),
            shipping_tax_minor=sum(_taxes(rows, line, currency) for line in node.children("shipping_lines")),
            hold=head.raw("fulfillment_status") == "on_hold",
            delivery=tuple(filter(None, (head.text(path) for path in _ADDRESS))),
            external_ids={"shopify_id": order_id} if order_id else {},
            place=head.place,
        )
        return None if rows.faults else _with_payment(rows, node, report)


def _line(rows: OrderRows, item: Node, currency: str) -> ReportedLine:
    cells = rows.below(item)
    quantity = cells.quantity("quantity")
    cells.needed_amount("price", currency)
    price = times(cells, "price", cells.amount("price", currency), quantity) or 0
    parts = [
        rows.below(part).amount("amount", currency) or 0 for part in item.children("discount_allocations")
    ]
    discount = sum(parts) if parts else cells.amount("total_discount", currency) or 0
    if discount > price:
        cells.refuse(discount_too_large())
    return ReportedLine(
        external_id=cells.identifier("id"),
        sku=cells.identifier("sku"),
        title=cells.text("name") or cells.needed("title"),
        quantity=quantity,
        price_minor=price,
        tax_minor=_taxes(rows, item, currency),
        discount_minor=discount,
        place=cells.place,
    )


def _taxes(rows: OrderRows, node: Node, currency: str) -> int:
    return sum(rows.below(tax).amount("price", currency) or 0 for tax in node.children("tax_lines"))


def _after_discount(cells: Cells, currency: str) -> int:
    discounted = cells.amount("discounted_price", currency)
    return discounted if discounted is not None else cells.amount("price", currency) or 0


def _taxes_inside(rows: OrderRows, currency: str) -> bool:
    said = rows.head.raw("taxes_included")
    return said == "true" if said else bool(currency) and rows.prices_include_tax(currency)


def _with_states(rows: OrderRows, node: Node, lines: tuple[ReportedLine, ...]) -> tuple[ReportedLine, ...]:
    """Tell of each line how many units left, and how many were taken off the order before."""
    removed = _removed(rows, node)
    left = _fulfilled(rows, node)
    found = []
    for line, item in zip(lines, node.children("line_items"), strict=True):
        quantity = line.quantity or 0
        canceled = min(removed.get(line.external_id, 0), quantity)
        open_ = item.value("fulfillable_quantity")
        if left is not None:
            shipped = left.get(line.external_id, 0)
        elif open_ and not node.value("cancelled_at"):
            shipped = quantity - canceled - rows.below(item).count("fulfillable_quantity")
        else:
            shipped = quantity if item.value("fulfillment_status") == "fulfilled" else 0
        shipped = max(0, min(shipped, quantity))
        found.append(replace(line, shipped=shipped, canceled=min(canceled, quantity - shipped)))
    return tuple(found)


def _removed(rows: OrderRows, node: Node) -> dict[str, int]:
    removed: dict[str, int] = {}
    for refund in node.children("refunds"):
        for part in refund.children("refund_line_items"):
            if part.value("restock_type") == "cancel":
                cells = rows.below(part)
                line_id = cells.raw("line_item_id")
                removed[line_id] = removed.get(line_id, 0) + cells.count("quantity")
    return removed


def _fulfilled(rows: OrderRows, node: Node) -> dict[str, int] | None:
    """Tell how many units left by line id; None when the document does not list what left."""
    if not node.has("fulfillments"):
        return None
    left: dict[str, int] = {}
    for fulfillment in node.children("fulfillments"):
        if fulfillment.value("status") in {"cancelled", "error", "failure"}:
            continue
        for part in fulfillment.children("line_items"):
            cells = rows.below(part)
            line_id = cells.raw("id")
            left[line_id] = left.get(line_id, 0) + cells.count("quantity")
    return left


def _with_payment(rows: OrderRows, node: Node, report: Report) -> Report | None:
    order = to_order(replace(report, canceled=False))
    if order is None:
        return report
    head, currency = rows.head, report.currency
    allocation = allocate(order)
    parts = [allocation.total_minor - allocation.shipping_minor, allocation.shipping_minor]
    check_total(rows, currency, sum(parts), head.amount("total_price", currency), parts)
    authorized, captured = _charged(head, currency, allocation.total_minor)
    refunded = _refunded(rows, node, currency)
    if refunded > captured:
        head.refuse(too_much_refunded("refunds"))
    if rows.faults:
        return None
    if not authorized:
        return report
    names = node.data.get("payment_gateway_names")
    gateways = [str(name) for name in names] if isinstance(names, list) else []
    gateway = Gateway.GIFT_CARD if gateways == ["gift_card"] else Gateway.MANUAL
    payment = IncomingPayment(gateway, authorized, captured, ", ".join(gateways)[:200], refunded)
    return replace(report, payments=(payment,), paid_at=_paid_at(head, captured))


def _paid_at(head: Cells, captured: int) -> datetime | None:
    return head.instant("processed_at") if captured and head.raw("processed_at") else None


def _charged(head: Cells, currency: str, total: int) -> tuple[int, int]:
    status = head.needed("financial_status")
    if total == 0 or status in NOT_PAID:
        return 0, 0
    if status in CHARGED:
        return total, total
    if status == "authorized":
        return total, 0
    if status == "partially_paid":
        outstanding = head.needed_amount("total_outstanding", currency)
        return max(0, total - outstanding), max(0, total - outstanding)
    if status:
        head.refuse(_unknown(status))
    return 0, 0


def _unknown(status: str) -> Fault:
    return unknown_status("financial_status", status)


def _refunded(rows: OrderRows, node: Node, currency: str) -> int:
    return sum(
        rows.below(part).amount("amount", currency) or 0
        for refund in node.children("refunds")
        for part in refund.children("transactions")
        if part.value("kind") == "refund" and part.value("status") in {"", "success"}
    )

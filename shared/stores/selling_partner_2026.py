"""Amazon's Selling Partner API, version 2026-01-01: orders with their items inside."""

from dataclasses import replace

from shared.domain.order_reports import Report, ReportedLine
from shared.domain.wishes import plain
from shared.stores.amazon_lines import discount_too_large, unknown
from shared.stores.cells import Cells
from shared.stores.json_money import Purse, times
from shared.stores.marketplaces import currency_of
from shared.stores.nodes import Node
from shared.stores.reading import OrderRows

_UNPAID = frozenset({"pending", "pending availability"})
_PAID = frozenset({"unshipped", "partially shipped", "shipped", "invoice unconfirmed", "unfulfillable"})
_CANCELED = frozenset({"canceled", "cancelled"})
_ADDRESS = tuple(
    f"recipient.deliveryAddress.{name}"
    for name in (
        "name",
        "companyName",
        "addressLine1",
        "addressLine2",
        "addressLine3",
        "city",
        "stateOrRegion",
        "postalCode",
        "countryCode",
    )
)


class Orders2026:
    """Orders of version 2026-01-01."""

    name = "Amazon Selling Partner API orders (2026-01-01)"

    def fits(self, node: Node) -> bool:
        """Say whether the object is one of these."""
        return node.has("orderId") and (node.has("orderItems") or node.has("createdTime"))

    def number(self, node: Node) -> str:
        """Tell the order's number."""
        return node.value("orderId")

    def report(self, rows: OrderRows, node: Node) -> Report | None:
        """Read what the document tells."""
        head, purse = rows.head, Purse("amount", "currencyCode")
        status = _status(head)
        purse.read(head, "proceeds.grandTotal")
        purse.currency = purse.currency or currency_of(
            head.raw("salesChannel.marketplaceName"), head.raw("salesChannel.marketplaceId")
        )
        items = [(rows.below(item), item) for item in node.children("orderItems")]
        lines = tuple(_item(rows, cells, item, purse) for cells, item in items)
        shipping = [_part(rows, item, purse, "SHIPPING") for _cells, item in items]
        head.needed("createdTime")
        mail = head.raw("buyer.buyerEmail")
        report = Report(
            source="amazon",
            number=rows.number,
            lines=lines,
            placed_at=head.instant("createdTime"),
            currency=purse.currency,
            prices_include_tax=rows.prices_include_tax(purse.currency) if purse.currency else False,
            buyer_email=head.email("buyer.buyerEmail") if mail else "",
            buyer_name=head.text("buyer.buyerName") or head.text("recipient.deliveryAddress.name"),
            paid=status in _PAID,
            canceled=status in _CANCELED,
            shipping_minor=sum(part or 0 for part in shipping) if any(shipping) else None,
            fulfilled_by_other=plain(head.raw("fulfillment.fulfilledBy")) == "amazon",
            delivery=tuple(filter(None, (head.text(path) for path in _ADDRESS))),
            external_ids={"amazon_order_id": rows.number, **_own_number(rows, node)},
            place=head.place,
        )
        return None if rows.faults else report


def _status(head: Cells) -> str:
    said = head.raw("fulfillment.fulfillmentStatus")
    status = plain(said)
    if said and status not in _UNPAID | _PAID | _CANCELED:
        head.refuse(unknown("fulfillment.fulfillmentStatus", said))
    return status


def _own_number(rows: OrderRows, node: Node) -> dict[str, str]:
    for alias in node.children("orderAliases"):
        if alias.value("aliasType") == "SELLER_ORDER_ID":
            return {"merchant_order_id": rows.below(alias).identifier("aliasId")}
    return {}


def _item(rows: OrderRows, cells: Cells, item: Node, purse: Purse) -> ReportedLine:
    ordered = cells.count("quantityOrdered")
    shipped = cells.count("fulfillment.quantityFulfilled")
    executed = item.child("cancellation").has("cancellationExecution")
    asked = plain(cells.raw("cancellation.cancellationRequest.requester")) == "buyer" and not executed
    line = ReportedLine(
        external_id=cells.identifier("orderItemId", needed=True),
        sku=cells.identifier("product.sellerSku"),
        asin=cells.text("product.asin"),
        title=cells.text("product.title"),
        quantity=ordered,
        shipped=shipped,
        canceled=max(0, ordered - shipped) if executed else 0,
        wish=cells.text("cancellation.cancellationRequest.cancelReason") if asked else None,
        place=cells.place,
    )
    unit = purse.read(cells, "product.price.unitPrice")
    price = times(cells, "product.price.unitPrice", unit, ordered)
    price = _part(rows, item, purse, "ITEM") if price is None else price
    if price is None or not ordered:
        return line
    discount = abs(_part(rows, item, purse, "DISCOUNT") or 0)
    if discount > price:
        cells.refuse(discount_too_large())
    tax = _part(rows, item, purse, "TAX")
    return replace(line, price_minor=price, tax_minor=tax, discount_minor=discount)


def _part(rows: OrderRows, item: Node, purse: Purse, kind: str) -> int | None:
    """Read what an item's proceeds hold of one kind, in minor units."""
    found = [part for part in item.child("proceeds").children("breakdowns") if part.value("type") == kind]
    if not found:
        return None
    return sum(purse.read(rows.below(part), "subtotal", negative=kind == "DISCOUNT") or 0 for part in found)

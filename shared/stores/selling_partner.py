"""Amazon's Selling Partner API, version 0: orders and their items in documents apart, and change notices."""

from dataclasses import replace

from shared.domain.order_reports import Report, ReportedLine
from shared.domain.wishes import plain
from shared.stores.amazon_lines import discount_too_large, unknown
from shared.stores.cells import Cells
from shared.stores.json_money import Purse
from shared.stores.marketplaces import currency_of
from shared.stores.nodes import Node
from shared.stores.reading import OrderRows

_UNPAID = frozenset({"pending", "pendingavailability"})
_PAID = frozenset({"unshipped", "partiallyshipped", "shipped", "invoiceunconfirmed", "unfulfillable"})
_CANCELED = frozenset({"canceled", "cancelled"})
_ADDRESS = (
    "ShippingAddress.Name",
    "ShippingAddress.AddressLine1",
    "ShippingAddress.AddressLine2",
    "ShippingAddress.AddressLine3",
    "ShippingAddress.City",
    "ShippingAddress.StateOrRegion",
    "ShippingAddress.PostalCode",
    "ShippingAddress.CountryCode",
)


class OrdersV0:
    """Orders of version 0, with or without their items; or the items without their order."""

    name = "Amazon Selling Partner API orders (v0)"

    def fits(self, node: Node) -> bool:
        """Say whether the object is one of these."""
        return node.has("AmazonOrderId") and any(
            node.has(name) for name in ("OrderItems", "OrderStatus", "PurchaseDate")
        )

    def number(self, node: Node) -> str:
        """Tell the order's number."""
        return node.value("AmazonOrderId")

    def report(self, rows: OrderRows, node: Node) -> Report | None:
        """Read what the document tells."""
        head, purse = rows.head, Purse("Amount", "CurrencyCode")
        status = _status(head, "OrderStatus") if node.has("OrderStatus") else ""
        purse.read(head, "OrderTotal")
        purse.currency = purse.currency or currency_of(head.raw("SalesChannel"), head.raw("MarketplaceId"))
        items = [rows.below(item) for item in node.children("OrderItems")]
        lines = tuple(_item(cells, purse) for cells in items)
        own = head.identifier("SellerOrderId")
        report = Report(
            source="amazon",
            number=rows.number,
            lines=lines,
            placed_at=head.instant("PurchaseDate"),
            currency=purse.currency,
            prices_include_tax=rows.prices_include_tax(purse.currency) if purse.currency else False,
            buyer_email=_email(head),
            buyer_name=head.text("BuyerInfo.BuyerName") or head.text("ShippingAddress.Name"),
            paid=status in _PAID,
            canceled=status in _CANCELED,
            shipping_minor=_shipping(items, purse),
            shipping_tax_minor=_sum(items, purse, "ShippingTax"),
            fulfilled_by_other=plain(head.raw("FulfillmentChannel")) == "afn",
            delivery=tuple(filter(None, (head.text(path) for path in _ADDRESS))),
            external_ids={"amazon_order_id": rows.number, **({"merchant_order_id": own} if own else {})},
            place=head.place,
        )
        return None if rows.faults else report


class OrderChange:
    """The notice that an order has changed, among others because its buyer wants to cancel."""

    name = "Amazon ORDER_CHANGE notification"

    def fits(self, node: Node) -> bool:
        """Say whether the object is one of these."""
        return _notice(node).has("AmazonOrderId")

    def number(self, node: Node) -> str:
        """Tell the order's number."""
        return _notice(node).value("AmazonOrderId")

    def report(self, rows: OrderRows, node: Node) -> Report | None:
        """Read what the notice tells: no prices and no buyer."""
        summary = _notice(node).child("Summary")
        head = rows.below(summary)
        status = _status(head, "OrderStatus") if head.raw("OrderStatus") else ""
        currency = currency_of("", head.raw("MarketplaceId"))
        report = Report(
            source="amazon",
            number=rows.number,
            lines=tuple(_changed(rows.below(item)) for item in summary.children("OrderItems")),
            placed_at=head.instant("PurchaseDate"),
            currency=currency,
            prices_include_tax=rows.prices_include_tax(currency) if currency else False,
            paid=status in _PAID,
            canceled=status in _CANCELED,
            fulfilled_by_other=plain(head.raw("FulfillmentType")) == "afn",
            external_ids={"amazon_order_id": rows.number},
            place=head.place,
        )
        return None if rows.faults else report


def _notice(node: Node) -> Node:
    return node.child("Payload").child("OrderChangeNotification")


def _status(cells: Cells, path: str) -> str:
    said = cells.needed(path)
    status = plain(said).replace(" ", "")
    if said and status not in _UNPAID | _PAID | _CANCELED:
        cells.refuse(unknown(path, said))
    return status


def _email(head: Cells) -> str:
    for path in ("BuyerInfo.BuyerEmail", "BuyerEmail"):
        if head.raw(path):
            return head.email(path)
    return ""


def _item(cells: Cells, purse: Purse) -> ReportedLine:
    ordered = cells.count("QuantityOrdered")
    asked = cells.raw("BuyerRequestedCancel.IsBuyerRequestedCancel").casefold() == "true"
    line = ReportedLine(
        external_id=cells.identifier("OrderItemId", needed=True),
        sku=cells.identifier("SellerSKU"),
        asin=cells.text("ASIN"),
        title=cells.text("Title"),
        quantity=ordered,
        shipped=cells.count("QuantityShipped"),
        wish=cells.text("BuyerRequestedCancel.BuyerCancelReason") if asked else None,
        place=cells.place,
    )
    goods = purse.read(cells, "ItemPrice")
    wrap = purse.read(cells, "BuyerInfo.GiftWrapPrice") or 0
    discount = abs(purse.read(cells, "PromotionDiscount", negative=True) or 0)
    if goods is None or not ordered:
        return line
    if discount > goods + wrap:
        cells.refuse(discount_too_large())
    taxes = [purse.read(cells, path) or 0 for path in ("ItemTax", "BuyerInfo.GiftWrapTax")]
    return replace(line, price_minor=goods + wrap, tax_minor=sum(taxes), discount_minor=discount)


def _changed(cells: Cells) -> ReportedLine:
    asked = cells.raw("IsBuyerRequestedCancel").casefold() == "true"
    return ReportedLine(
        external_id=cells.identifier("OrderItemId", needed=True),
        sku=cells.identifier("SellerSKU"),
        quantity=cells.count("Quantity"),
        shipped=cells.count("QuantityShipped"),
        wish=cells.text("BuyerCancelReason") if asked else None,
        place=cells.place,
    )


def _shipping(items: list[Cells], purse: Purse) -> int | None:
    charged = _sum(items, purse, "ShippingPrice")
    if charged is None:
        return None
    discounts = sum(abs(purse.read(cells, "ShippingDiscount", negative=True) or 0) for cells in items)
    if discounts > charged:
        items[0].refuse(discount_too_large())
    return max(0, charged - discounts)


def _sum(items: list[Cells], purse: Purse, path: str) -> int | None:
    amounts = [purse.read(cells, path) for cells in items]
    told = [amount for amount in amounts if amount is not None]
    return sum(told) if told else None

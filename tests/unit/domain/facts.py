"""Orders for the domain's tests, made of numbers alone."""

from dataclasses import replace
from datetime import UTC, datetime

from shared.domain.ids import LineItemId, MerchantId, OrderId, PaymentId, new_id
from shared.domain.intake import IncomingDiscount, IncomingLine, IncomingOrder, allocate
from shared.domain.orders import Discount, Gateway, LineItem, Order, Payment
from shared.domain.policy import Policy
from shared.domain.refunds import Quote, pick_units, quote
from shared.domain.units import UnitRange

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def incoming(
    *lines: tuple[int, int, int],
    discount: int = 0,
    shipping: int = 0,
    shipping_tax: int = 0,
    tax_included: bool = True,
) -> IncomingOrder:
    """Make an order of (quantity, price, tax) lines, in minor units for the whole line."""
    return IncomingOrder(
        source="api",
        number="NL-1",
        placed_at=NOON,
        currency="EUR",
        prices_include_tax=tax_included,
        buyer_email="ana@example.com",
        buyer_name="Ana",
        lines=tuple(
            IncomingLine(f"SKU-{index}", f"Item {index}", quantity, price_minor=price, tax_minor=tax)
            for index, (quantity, price, tax) in enumerate(lines)
        ),
        shipping_minor=shipping,
        shipping_tax_minor=shipping_tax,
        discounts=(IncomingDiscount(discount),) if discount else (),
    )


def taken_in(given: IncomingOrder, policy: Policy | None = None, captured: int | None = None) -> Order:
    """Allocate an order's money and make facts of it, paid in full unless told otherwise."""
    money = allocate(given)
    paid = money.total_minor if captured is None else captured
    lines = tuple(
        LineItem(
            id=LineItemId(new_id()),
            ordinal=index,
            sku=line.sku,
            title=line.title,
            ordered=line.quantity,
            shipped=0,
            canceled=0,
            requested=0,
            price_minor=line.price_minor,
            discount_minor=part.discount_minor,
            tax_minor=line.tax_minor,
            shipping_minor=part.shipping_minor,
            cancelable=line.cancelable,
            parent_sku=line.parent_sku,
        )
        for index, (line, part) in enumerate(zip(given.lines, money.lines, strict=True), start=1)
    )
    return Order(
        id=OrderId(new_id()),
        merchant_id=MerchantId(new_id()),
        number=given.number,
        currency=given.currency,
        version=1,
        placed_at=given.placed_at,
        paid_at=given.placed_at,
        prices_include_tax=given.prices_include_tax,
        total_minor=money.total_minor,
        shipping_minor=money.shipping_minor,
        canceled_minor=0,
        policy=policy or Policy(),
        line_items=lines,
        discounts=tuple(
            Discount(
                {line.id: share for line, share in zip(lines, shares, strict=True) if share is not None},
                bool(discount.skus),
                discount.min_subtotal_minor,
            )
            for discount, shares in zip(given.discounts, money.discount_shares, strict=True)
        ),
        payments=(Payment(PaymentId(new_id()), Gateway.MANUAL, "", money.total_minor, paid, 0),),
    )


def canceled(
    order: Order, *quantities: int, for_buyer: bool = True, at: datetime | None = None
) -> tuple[Order, int]:
    """Cancel so many units of each line; give the order afterwards and what was refunded."""
    wanted = {line.id: units for line, units in zip(order.line_items, quantities, strict=False)}
    result = quote(order, pick_units(order, wanted), for_buyer=for_buyer, at=at or order.placed_at)
    shares = {share.line_item_id: share for share in result.lines}
    lines = []
    for line in order.line_items:
        share = shares.get(line.id)
        taken: tuple[UnitRange, ...] = share.units if share else ()
        lines.append(
            replace(
                line,
                canceled=line.canceled + (share.quantity if share else 0),
                claimed=(*line.claimed, *taken),
            )
        )
    back = {part.payment_id: part.amount_minor for part in result.payments}
    payments = tuple(
        replace(payment, refunded_minor=payment.refunded_minor + back.get(payment.id, 0))
        for payment in order.payments
    )
    after = replace(
        order,
        line_items=tuple(lines),
        payments=payments,
        canceled_minor=order.canceled_minor + result.value_minor,
        repriced_minor=order.repriced_minor + result.repriced_minor,
        fees_minor=order.fees_minor + result.fee_minor,
        fee_bases=_bases(order, result) if for_buyer else order.fee_bases,
        version=order.version + 1,
    )
    return after, result.refund_minor


def _bases(order: Order, result: Quote) -> dict[int, int]:
    percent = result.fee_percent
    return {**order.fee_bases, percent: order.fee_bases.get(percent, 0) + result.value_minor}

"""An order as it comes in, from whatever system, with its money allocated to lines once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import add

from shared.domain.money import split
from shared.domain.orders import Gateway


@dataclass(frozen=True, slots=True)
class IncomingLine:
    """One line as a store tells it. Amounts are minor units for the whole line, all its units together.

    `external_id` is the source's own id of the line, else "" and the line is known by its ordinal.
    `shipped` and `canceled` are units that left or were canceled before the order came in. `wish` is the
    buyer's own word for wanting the line canceled, None when no such wish is known. `place` is where in its
    file the line stands, for messages alone.
    """

    sku: str
    title: str
    quantity: int
    price_minor: int
    tax_minor: int = 0
    discount_minor: int = 0
    external_id: str = ""
    asin: str = ""
    image_url: str = ""
    cancelable: bool = True
    parent_sku: str = ""
    shipped: int = 0
    canceled: int = 0
    wish: str | None = None
    place: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class IncomingDiscount:
    """A discount on the order in minor units; without SKUs it is spread over all lines."""

    amount_minor: int
    code: str = ""
    skus: tuple[str, ...] = ()
    min_subtotal_minor: int | None = None


@dataclass(frozen=True, slots=True)
class IncomingPayment:
    """A payment in minor units; `authorized_minor` includes what was captured.

    `refunded_minor` went back elsewhere before the order came in.
    """

    gateway: Gateway
    authorized_minor: int
    captured_minor: int
    reference: str = ""
    refunded_minor: int = 0


@dataclass(frozen=True, slots=True)
class IncomingOrder:
    """An order as it comes in. `source` is the system ("api", "amazon", "shopify"), never the report.

    `shipping_minor` and `shipping_tax_minor` are for the whole order; tax stands inside prices if
    `prices_include_tax`. Instants are UTC. Where not all prices are known the order is not `priced`, and its
    amounts are all 0.
    """

    source: str
    number: str
    placed_at: datetime
    currency: str
    prices_include_tax: bool
    buyer_email: str
    buyer_name: str
    lines: tuple[IncomingLine, ...]
    payments: tuple[IncomingPayment, ...] = ()
    buyer_locale: str = "en"
    shipping_minor: int = 0
    shipping_tax_minor: int = 0
    discounts: tuple[IncomingDiscount, ...] = ()
    paid_at: datetime | None = None
    fulfilled_by_other: bool = False
    in_fulfillment: bool = False
    hold: bool = False
    disputed: bool = False
    delivery: tuple[str, ...] = ()
    external_ids: dict[str, str] = field(default_factory=dict)
    priced: bool = True


@dataclass(frozen=True, slots=True)
class AllocatedLine:
    """What a line carries after order discounts and shipping were spread over the lines, in minor units."""

    discount_minor: int
    shipping_minor: int
    total_minor: int


@dataclass(frozen=True, slots=True)
class Allocation:
    """An order's money, allocated once. `total_minor` is what the buyer owes for all of it.

    `discount_shares` holds each order discount's minor units on each line, None on those it leaves out.
    """

    lines: tuple[AllocatedLine, ...]
    discount_shares: tuple[tuple[int | None, ...], ...]
    shipping_minor: int
    discount_minor: int
    tax_minor: int
    total_minor: int


def allocate(order: IncomingOrder) -> Allocation:
    """Spread order discounts and shipping over the lines by largest remainder.

    Raises ValueError when discounts exceed what they apply to, or name a SKU that the order lacks.
    """
    discounts = [line.discount_minor for line in order.lines]
    discount_shares = []
    for discount in order.discounts:
        shares = _shares(order, discounts, discount)
        discounts = [before + (share or 0) for before, share in zip(discounts, shares, strict=True)]
        discount_shares.append(shares)
    nets = [line.price_minor - discount for line, discount in zip(order.lines, discounts, strict=True)]
    if min(nets, default=0) < 0:
        raise ValueError("discounts exceed the price of a line")
    shipping = order.shipping_minor + (0 if order.prices_include_tax else order.shipping_tax_minor)
    shipping_shares = split(shipping, nets if any(nets) else [line.quantity for line in order.lines])
    taxes = [line.tax_minor for line in order.lines]
    totals = nets if order.prices_include_tax else list(map(add, nets, taxes))
    return Allocation(
        lines=tuple(map(AllocatedLine, discounts, shipping_shares, totals)),
        discount_shares=tuple(discount_shares),
        shipping_minor=shipping,
        discount_minor=sum(discounts),
        tax_minor=sum(taxes) + order.shipping_tax_minor,
        total_minor=sum(totals) + shipping,
    )


def total_of(order: IncomingOrder) -> int:
    """Tell what the buyer owes for all of it, in minor units.

    Raises ValueError as `allocate` does.
    """
    if order.discounts or any(line.discount_minor for line in order.lines):
        return allocate(order).total_minor
    total = order.shipping_minor
    if not order.prices_include_tax:
        total += order.shipping_tax_minor + sum([line.tax_minor for line in order.lines])
    return total + sum([line.price_minor for line in order.lines])


def _shares(
    order: IncomingOrder, discounts: Sequence[int], discount: IncomingDiscount
) -> tuple[int | None, ...]:
    chosen = [
        index for index, line in enumerate(order.lines) if not discount.skus or line.sku in discount.skus
    ]
    if not chosen:
        raise ValueError("a discount names no line of the order")
    weights = [order.lines[index].price_minor - discounts[index] for index in chosen]
    if discount.amount_minor > sum(weights):
        raise ValueError("a discount exceeds the price of its lines")
    shares = dict(zip(chosen, split(discount.amount_minor, weights), strict=True))
    return tuple(shares.get(index) for index in range(len(order.lines)))

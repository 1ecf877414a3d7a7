"""Orders and policies as Hypothesis draws them: small, and with something of everything."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hypothesis import strategies as st

from shared.domain.intake import Allocation, IncomingDiscount, IncomingOrder, IncomingPayment, allocate
from shared.domain.orders import Gateway
from shared.domain.policy import (
    DiscountPolicy,
    Fee,
    FeeStep,
    Mode,
    Policy,
    ShippingPolicy,
    SilenceOutcome,
    Warehouse,
    WarehouseAnswer,
)
from shared.domain.reasons import Reason
from shared.domain.rules import Decision, Rule
from tests.builders import an_order
from tests.lives.model import LineModel, OrderModel

RULES = (
    Rule(Decision.DECLINE, reasons=(Reason.FOUND_CHEAPER,)),
    Rule(Decision.ACCEPT, within_minutes=90),
)
MINUTES = st.sampled_from([5, 10, 30, 60])
BUYERS_WORDS = st.sampled_from([None, Reason.OTHER, Reason.PRICE_TOO_HIGH, Reason.FOUND_CHEAPER])
MERCHANTS_WORDS = st.sampled_from([Reason.NO_INVENTORY, Reason.PRICING_ERROR])
UNITS = st.lists(st.integers(0, 4), min_size=4, max_size=4)
FITTING = st.sampled_from([True, True, True, False])

steps = st.builds(FeeStep, st.integers(30, 240), st.integers(0, 500), st.integers(0, 40))
warehouses = st.builds(Warehouse, st.sampled_from([10, 60]), st.sampled_from(WarehouseAnswer))
policies = st.builds(
    Policy,
    mode=st.sampled_from(Mode),
    window_hours=st.sampled_from([None, None, None, 3]),
    pending=st.sampled_from([True, True, False]),
    silence_hours=st.sampled_from([None, 1, 2]),
    silence_outcome=st.sampled_from(SilenceOutcome),
    undo_minutes=st.sampled_from([0, 0, 10, 30]),
    shipping=st.sampled_from(ShippingPolicy),
    discount=st.sampled_from(DiscountPolicy),
    fee=st.builds(
        Fee, st.integers(0, 500), st.integers(0, 30), st.lists(steps, max_size=2).map(tuple) | st.just(())
    ),
    rules=st.just(RULES),
    ask_again=st.sampled_from([True, True, False]),
    warehouse=st.none() | st.none() | warehouses,
)
lines = st.fixed_dictionaries(
    {
        "quantity": st.integers(1, 4),
        "price": st.integers(0, 9_999),
        "tax_minor": st.integers(0, 999),
        "cancelable": st.sampled_from([True, True, True, True, True, False]),
    }
)


@dataclass(frozen=True)
class Life:
    """An order to be taken in, and the terms it lives under."""

    order: IncomingOrder
    policy: Policy
    in_fulfillment: bool

    def model(self) -> OrderModel:
        """Begin the model of it."""
        money = allocate(self.order)
        skus = [line.sku for line in self.order.lines]
        named = self.order.discounts[0].skus if self.order.discounts else ()
        together = self.policy.discount is DiscountPolicy.TOGETHER
        return OrderModel(
            policy=self.policy,
            lines=[self._line(money, place, skus) for place in range(len(skus))],
            promotion=[place for place, sku in enumerate(skus) if together and sku in named],
            is_pending=money.total_minor > 0 and not any(p.authorized_minor for p in self.order.payments),
            in_fulfillment=self.in_fulfillment,
        )

    def _line(self, money: Allocation, place: int, skus: list[str]) -> LineModel:
        line, share = self.order.lines[place], money.lines[place]
        tax = 0 if self.order.prices_include_tax else line.tax_minor
        return LineModel(
            ordered=line.quantity,
            cancelable=line.cancelable,
            parent=skus.index(line.parent_sku) if line.parent_sku else None,
            parts=[line.price_minor, -share.discount_minor, tax],
            shipping=share.shipping_minor,
        )


@st.composite
def lives(draw: st.DrawFn) -> Life:
    """Draw an order with up to three lines, perhaps a bundle's parts, a discount, and several payments."""
    given = draw(st.lists(lines, min_size=1, max_size=3))
    order = an_order().with_(
        shipping_minor=draw(st.integers(0, 999)), tax_included=draw(st.booleans()), payments=()
    )
    for place, line in enumerate(given):
        order = order.with_item(f"Item {place}", **line)
    parts = draw(st.sampled_from([0, 0, 1, 2]))
    if parts:
        order = order.with_item("Part", parts * given[0]["quantity"], 0, parent_sku="ITEM-0")
    policy = draw(policies)
    discount = _discount(draw, [line["price"] for line in given], named=policy.discount)
    order = order.with_(discounts=(discount,) if discount.amount_minor else ())
    incoming = order.incoming()
    payments = _payments(draw, allocate(incoming).total_minor)
    return Life(
        order=replace(incoming, payments=payments),
        policy=policy,
        in_fulfillment=draw(st.sampled_from([False, False, False, True])),
    )


def _discount(draw: st.DrawFn, prices: list[int], *, named: DiscountPolicy) -> IncomingDiscount:
    percent = draw(st.integers(0, 30))
    if named is DiscountPolicy.TOGETHER:
        # The first line may be a bundle; a promotion is of the others.
        skus = tuple(f"ITEM-{place}" for place in range(1, len(prices)))
        return IncomingDiscount(sum(prices[1:]) * percent // 100, skus=skus)
    return IncomingDiscount(sum(prices) * percent // 100, min_subtotal_minor=sum(prices) // 2)


def _payments(draw: st.DrawFn, total: int) -> tuple[IncomingPayment, ...]:
    kind = draw(st.sampled_from(["paid", "paid", "authorized", "nothing", "several", "several"]))
    if kind == "nothing":
        return ()
    if kind != "several":
        return (IncomingPayment(Gateway.MANUAL, total, total if kind == "paid" else 0, "Visa 4242"),)
    first, second = sorted(draw(st.tuples(st.integers(0, total), st.integers(0, total))))
    captured = draw(st.tuples(st.booleans(), st.booleans()))
    amounts = [first, second - first, total - second]
    taken = [
        first,
        amounts[1] if captured[0] else 0,
        amounts[2] if captured[1] else draw(st.sampled_from([0, amounts[2] // 2])),
    ]
    gateways = [Gateway.GIFT_CARD, Gateway.MANUAL, Gateway.MANUAL]
    return tuple(
        IncomingPayment(gateway, amount, took, f"No. {place}")
        for place, (gateway, amount, took) in enumerate(zip(gateways, amounts, taken, strict=True))
        if amount
    )

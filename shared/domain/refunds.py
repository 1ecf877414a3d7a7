"""What goes back for canceled units: stored unit money, shipping by policy, split over the payments."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.domain.ids import LineItemId
from shared.domain.money import percent_of, units_between
from shared.domain.orders import Discount, LineItem, Order
from shared.domain.payments import PaymentShare, split_over_payments, voidable
from shared.domain.policy import DiscountPolicy, FeeStep, ShippingPolicy, to_text
from shared.domain.units import UnitRange, count, free, take


class KeptReason(StrEnum):
    """Why an amount stays with the merchant. The values are public."""

    SHIPPING_NEVER = "shipping_never"
    SHIPPING_WITH_LAST_UNIT = "shipping_with_last_unit"
    SHIPPING_ALREADY_SHIPPED = "shipping_already_shipped"
    DISCOUNT_LOST = "discount_lost"
    FEE = "fee"
    WITHHELD = "withheld"


class RefundKind(StrEnum):
    """Money that was captured goes back; an authorization that never was is voided."""

    REFUND = "refund"
    VOID = "void"


class AmountState(StrEnum):
    """Whether what a cancellation brings back is known: from prices, not yet, or from a person."""

    KNOWN = "known"
    OPEN = "open"
    ENTERED = "entered"


class RefundState(StrEnum):
    """Where a refund is: `manual` waits for a person, `external` was made elsewhere before the intake."""

    PENDING = "pending"
    SENT = "sent"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    MANUAL = "manual"
    EXTERNAL = "external"


@dataclass(frozen=True, slots=True)
class Kept:
    """An amount in minor units that does not go back, and why."""

    amount_minor: int
    why: KeptReason


_ENCODER = json.JSONEncoder(sort_keys=True)
_IN_THE_SUM = frozenset({KeptReason.DISCOUNT_LOST, KeptReason.FEE, KeptReason.WITHHELD})


@dataclass(frozen=True, slots=True)
class LineShare:
    """The units of one line and their money in minor units, without shipping."""

    line_item_id: LineItemId
    units: tuple[UnitRange, ...]
    amount_minor: int

    @property
    def quantity(self) -> int:
        """How many units."""
        return count(self.units)


@dataclass(frozen=True, slots=True)
class Quote:
    """What canceling these units brings back.

    `value_minor` is the units' money with the shipping that goes with them, less a discount that is lost;
    `refund_minor` the part that was charged, less the fee and what the merchant withholds, and the sum over
    `payments`; `released_minor` is never charged, and `voids` are the authorizations that end with it.
    `repriced_minor` is what lost discounts changed, negative where one counts again. `fee_percent` is the
    percentage that held. Of an order that is not `priced` the amount is yet to be entered by a person.
    """

    hash: str
    currency: str
    value_minor: int
    shipping_minor: int
    repriced_minor: int
    fee_minor: int
    fee_percent: int
    withheld_minor: int
    refund_minor: int
    lines: tuple[LineShare, ...]
    payments: tuple[PaymentShare, ...]
    voids: tuple[PaymentShare, ...]
    kept: tuple[Kept, ...]
    priced: bool = True

    @property
    def items_minor(self) -> int:
        """The units' own money, before shipping, lost discounts and fees."""
        return sum(share.amount_minor for share in self.lines)

    @property
    def charged_minor(self) -> int:
        """The part that was charged: what goes back and what is kept of it."""
        return self.refund_minor + self.fee_minor + self.withheld_minor

    @property
    def released_minor(self) -> int:
        """Money that will not be charged any more."""
        return self.value_minor - self.charged_minor

    @property
    def left_out(self) -> tuple[Kept, ...]:
        """What stays with the merchant and is no part of the sum: shipping that does not go back at all."""
        return tuple(kept for kept in self.kept if kept.why not in _IN_THE_SUM)


def pick_units(order: Order, quantities: Mapping[LineItemId, int]) -> dict[LineItemId, tuple[UnitRange, ...]]:
    """Pick the lowest free unit numbers of each line; lines with quantity 0 are left out.

    Raises ValueError when a line holds fewer free units than asked for.
    """
    picked: dict[LineItemId, tuple[UnitRange, ...]] = {}
    for line_item_id, quantity in quantities.items():
        line = order.line(line_item_id)
        if quantity > line.open:
            raise ValueError(quantity)
        if quantity:
            picked[line_item_id] = take(free(line.ordered, line.claimed), quantity)
    return picked


def quote(
    order: Order,
    units: Mapping[LineItemId, Sequence[UnitRange]],
    *,
    for_buyer: bool,
    at: datetime,
    most_minor: int | None = None,
) -> Quote:
    """Work out what canceling exactly these units brings back, as the order stands.

    Buyers pay the fee of the instant they ask at; a merchant may give back less, `most_minor` at most.
    """
    lines = tuple(
        LineShare(line.id, tuple(units[line.id]), line_money(order, line, units[line.id]))
        for line in order.line_items
        if units.get(line.id)
    )
    shipping, kept = _shipping(order, units)
    locked = sum(share.amount_minor for share in lines) + shipping
    repriced = _repriced(order, locked, lines)
    value = locked - repriced
    charged = _charged_part(order, value)
    terms = order.policy.fee.at((at - order.placed_at) // timedelta(minutes=1))
    fee = min(charged, _fee(order, value, terms)) if for_buyer else 0
    withheld = 0 if most_minor is None else max(0, charged - fee - most_minor)
    refund = charged - fee - withheld
    reasons = (
        (repriced, KeptReason.DISCOUNT_LOST),
        (fee, KeptReason.FEE),
        (withheld, KeptReason.WITHHELD),
    )
    return Quote(
        hash=fingerprint(order),
        currency=order.currency,
        value_minor=value,
        shipping_minor=shipping,
        repriced_minor=repriced,
        fee_minor=fee,
        fee_percent=terms.percent,
        withheld_minor=withheld,
        refund_minor=refund,
        lines=lines,
        payments=split_over_payments(order.payments, refund),
        voids=_voids(order, value, charged) if lines else (),
        kept=(*kept, *(Kept(amount, why) for amount, why in reasons if amount)),
        priced=order.priced,
    )


def line_money(order: Order, line: LineItem, units: Sequence[UnitRange]) -> int:
    """Add up what these units of a line cost: listed price, less its discounts, with the tax beside it."""
    total = 0
    for taken in units:
        total += units_between(line.price_minor, line.ordered, taken.first, taken.past)
        total -= units_between(line.discount_minor, line.ordered, taken.first, taken.past)
        if not order.prices_include_tax:
            total += units_between(line.tax_minor, line.ordered, taken.first, taken.past)
    return total


def _shipping(order: Order, units: Mapping[LineItemId, Sequence[UnitRange]]) -> tuple[int, tuple[Kept, ...]]:
    asked = sum(count(taken) for taken in units.values())
    if order.shipping_minor == 0 or asked == 0:
        return 0, ()
    if order.policy.shipping is ShippingPolicy.PRO_RATA:
        return sum(
            units_between(line.shipping_minor, line.ordered, taken.first, taken.past)
            for line in order.line_items
            for taken in units.get(line.id, ())
        ), ()
    if order.policy.shipping is ShippingPolicy.NEVER:
        return 0, (Kept(order.shipping_minor, KeptReason.SHIPPING_NEVER),)
    if any(line.shipped for line in order.line_items):
        return 0, (Kept(order.shipping_minor, KeptReason.SHIPPING_ALREADY_SHIPPED),)
    gone = sum(line.canceled for line in order.line_items)
    if gone + asked < sum(line.ordered for line in order.line_items):
        return 0, (Kept(order.shipping_minor, KeptReason.SHIPPING_WITH_LAST_UNIT),)
    return order.shipping_minor, ()


def _charged_part(order: Order, value_minor: int) -> int:
    # What was authorized and never captured is released first; only what was charged beyond it goes back.
    return max(0, min(value_minor, order.left_minor - order.due_minor + value_minor))


def _voids(order: Order, value_minor: int, charged_minor: int) -> tuple[PaymentShare, ...]:
    held = order.left_minor - charged_minor
    due = order.due_minor - value_minor
    return voidable(order.payments, max(0, due - held))


def _fee(order: Order, value_minor: int, terms: FeeStep) -> int:
    # Over all that the buyer canceled so far, so that many small cancellations cost what one large does;
    # what was canceled earlier keeps the percentage of its time.
    bases = {**order.fee_bases, terms.percent: order.fee_bases.get(terms.percent, 0) + value_minor}
    whole = terms.fixed_minor + sum(percent_of(base, percent) for percent, base in bases.items())
    return max(0, min(sum(bases.values()), whole) - order.fees_minor)


def _repriced(order: Order, locked_minor: int, going: Sequence[LineShare]) -> int:
    # Nobody pays for canceling: where the lost discount exceeds the units' money, nothing goes back.
    if order.policy.discount is not DiscountPolicy.REPRICE:
        return 0
    gone = {share.line_item_id: share.quantity for share in going}
    kept = {line.id: line.ordered - line.canceled - gone.get(line.id, 0) for line in order.line_items}
    lost = sum(_lost(order, discount, kept) for discount in order.discounts)
    return min(locked_minor, lost - order.repriced_minor)


def _lost(order: Order, discount: Discount, kept: Mapping[LineItemId, int]) -> int:
    covered = [line for line in order.line_items if line.id in discount.shares]
    threshold = discount.min_subtotal_minor
    subtotal = sum(_last_units(line.price_minor, line.ordered, kept[line.id]) for line in covered)
    if threshold is None or subtotal >= threshold:
        return 0
    return sum(_last_units(discount.shares[line.id], line.ordered, kept[line.id]) for line in covered)


def _last_units(total: int, quantity: int, count_: int) -> int:
    return units_between(total, quantity, quantity - count_, quantity)


def fingerprint(order: Order) -> str:
    """Hash what every quote of an order rests on: its version, its policy and its units' money.

    The quantities are left out on purpose: a confirm acts on those that were posted, while this is unchanged.
    """
    document = {
        "order": str(order.id),
        "version": order.version,
        "policy": to_text(order.policy),
        "shipping": order.shipping_minor,
        "lines": [
            [
                str(line.id),
                line.ordered,
                line.price_minor,
                line.discount_minor,
                line.tax_minor,
                line.shipping_minor,
            ]
            for line in order.line_items
        ],
    }
    return hashlib.sha256(_ENCODER.encode(document).encode()).hexdigest()

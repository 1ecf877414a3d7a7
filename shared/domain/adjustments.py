"""How much of the price of what has shipped may go back without any unit being canceled."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.domain.errors import InvalidContent, NotEligible
from shared.domain.ids import LineItemId
from shared.domain.money import first_units, units_between
from shared.domain.orders import LineItem, Order
from shared.domain.policy import ShippingPolicy
from shared.domain.refunds import line_money
from shared.domain.units import UnitRange, count, drop_first, free


@dataclass(frozen=True, slots=True)
class Amounts:
    """Money of an order's lines and of its shipping, in minor units."""

    lines: Mapping[LineItemId, int] = field(default_factory=dict)
    shipping_minor: int = 0

    @property
    def whole_minor(self) -> int:
        """All of it together."""
        return sum(self.lines.values()) + self.shipping_minor


@dataclass(frozen=True, slots=True)
class Adjustable:
    """What may go back at most: of each line that has shipped, of the shipping, and in all."""

    most: Amounts
    in_all_minor: int

    def of_line(self, line_item_id: LineItemId) -> int:
        """What may go back of one line; nothing of a line of which no unit has shipped."""
        return min(self.most.lines.get(line_item_id, 0), self.in_all_minor)

    @property
    def of_shipping(self) -> int:
        """What may go back of the shipping."""
        return min(self.most.shipping_minor, self.in_all_minor)

    @property
    def is_possible(self) -> bool:
        """Something may go back."""
        return min(self.in_all_minor, self.most.whole_minor) > 0


def adjustable(order: Order, before: Amounts) -> Adjustable:
    """Work out what may go back, `before` being what earlier adjustments gave."""
    lines = {
        line.id: max(0, _shipped_money(order, line) - before.lines.get(line.id, 0))
        for line in order.line_items
        if line.shipped
    }
    shipping = max(0, _shipping(order) - before.shipping_minor)
    return Adjustable(Amounts(lines, shipping), max(0, order.left_minor))


def check(order: Order, wanted: Amounts, before: Amounts) -> None:
    """Refuse what may not go back.

    Raises InvalidContent for a line that is not on the order and for nothing at all, NotEligible for more
    than is possible; both say how much is.
    """
    possible = adjustable(order, before)
    _check_content(order, wanted)
    for line in order.line_items:
        most = possible.of_line(line.id)
        if wanted.lines.get(line.id, 0) > most:
            raise NotEligible(f"Of “{line.title}” {most} may go back at most: {_why(line)}.")
    if wanted.shipping_minor > possible.of_shipping:
        raise NotEligible(f"Of the shipping {possible.of_shipping} may go back at most.")
    if wanted.whole_minor > possible.in_all_minor:
        raise NotEligible(f"{possible.in_all_minor} may go back in all: no more is left on the payments.")


def _check_content(order: Order, wanted: Amounts) -> None:
    known = {line.id for line in order.line_items}
    if set(wanted.lines) - known:
        raise InvalidContent("There is no such line on this order.")
    if min([wanted.shipping_minor, *wanted.lines.values()]) < 0:
        raise InvalidContent("An amount that goes back is not negative.")
    if wanted.whole_minor == 0:
        raise InvalidContent("Name at least one amount that goes back.")


def _why(line: LineItem) -> str:
    if not line.shipped:
        return "no unit of it has shipped, so cancel it instead"
    return "that is what is left of the price of its shipped units, or on the payments"


def _shipped_money(order: Order, line: LineItem) -> int:
    money = line_money(order, line, _shipped_units(line))
    if not line.requested:
        return money
    # The first units carry the larger shares of a discount: no choice of units costs less than this.
    given = first_units(line.discount_minor, line.ordered, line.shipped)
    kept = units_between(line.discount_minor, line.ordered, line.ordered - line.shipped, line.ordered)
    return max(0, money + kept - given)


def _shipped_units(line: LineItem) -> tuple[UnitRange, ...]:
    """Name the units that have shipped: cancellations take the lowest numbers, so these are the highest.

    While a request may still end in either way, they are those that carry the least, so that what is
    canceled later never exceeds the rest.
    """
    if line.requested:
        return (UnitRange(line.ordered - line.shipped, line.ordered),)
    units = free(line.ordered, line.claimed)
    return drop_first(units, count(units) - line.shipped)


def _shipping(order: Order) -> int:
    shipped = [line for line in order.line_items if line.shipped]
    if order.policy.shipping is ShippingPolicy.PRO_RATA:
        return sum(_shipping_share(line) for line in shipped)
    # Once something has shipped, no cancellation brings any of it back.
    return order.shipping_minor if shipped else 0


def _shipping_share(line: LineItem) -> int:
    return sum(
        units_between(line.shipping_minor, line.ordered, taken.first, taken.past)
        for taken in _shipped_units(line)
    )

"""Lines that go together: a bundle's parts with their parent, a promotion's items with each other."""

from collections.abc import Mapping

from shared.domain.ids import LineItemId
from shared.domain.orders import LineItem, Order
from shared.domain.policy import DiscountPolicy


def parent_of(order: Order, line: LineItem) -> LineItem | None:
    """Find the line that a part belongs to; None for a line that stands alone."""
    others = [other for other in order.line_items if other.id != line.id]
    return next((other for other in others if line.parent_sku and other.sku == line.parent_sku), None)


def parts_of(order: Order, line: LineItem) -> tuple[LineItem, ...]:
    """List the parts of a bundle; none for any other line."""
    return tuple(other for other in order.line_items if parent_of(order, other) is line)


def with_parts(order: Order, wanted: Mapping[LineItemId, int]) -> dict[LineItemId, int]:
    """Add to each bundle that is to go its parts, in proportion and rounded up."""
    whole = dict(wanted)
    for line in order.line_items:
        if units := wanted.get(line.id, 0):
            whole |= {part.id: -(-units * part.ordered // line.ordered) for part in parts_of(order, line)}
    return whole


def promotions(order: Order) -> tuple[tuple[LineItem, ...], ...]:
    """List the groups of lines that the policy lets go only together: the items that a discount names."""
    if order.policy.discount is not DiscountPolicy.TOGETHER:
        return ()
    return tuple(
        tuple(line for line in order.line_items if line.id in discount.shares)
        for discount in order.discounts
        if discount.names_items
    )

"""Lines that go together: a bundle's parts with their parent, a promotion's items with each other."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.domain.ids import LineItemId
from shared.domain.orders import LineItem, Order
from shared.domain.policy import DiscountPolicy


@dataclass(frozen=True, slots=True)
class Bundles:
    """Which lines of an order are parts of which others, by the id of the part and of the parent.

    A part of a part is one of the whole bundle; lines that name each other in a ring stand alone.
    """

    parents: Mapping[LineItemId, LineItem]
    parts: Mapping[LineItemId, Sequence[LineItem]]


_NONE = Bundles({}, {})


def bundles_of(order: Order) -> Bundles:
    """Find the bundles of an order, all of them in one go: orders of hundreds of lines exist."""
    if not any(line.parent_sku for line in order.line_items):
        return _NONE
    by_sku: dict[str, list[LineItem]] = defaultdict(list)
    for line in order.line_items:
        by_sku[line.sku].append(line)
    named = {
        line.id: parent
        for line in order.line_items
        if line.parent_sku and (parent := _other(by_sku.get(line.parent_sku, ()), line))
    }
    parents = {line_id: parent for line_id in named if (parent := _topmost(named, line_id))}
    parts: dict[LineItemId, list[LineItem]] = defaultdict(list)
    for line in order.line_items:
        if line.id in parents:
            parts[parents[line.id].id].append(line)
    return Bundles(parents, parts)


def _other(lines: Sequence[LineItem], line: LineItem) -> LineItem | None:
    return next((other for other in lines if other.id != line.id), None)


def _topmost(named: Mapping[LineItemId, LineItem], line_id: LineItemId) -> LineItem | None:
    seen = {line_id}
    parent = named[line_id]
    while parent.id in named:
        if parent.id in seen:
            return None
        seen.add(parent.id)
        parent = named[parent.id]
    return parent


def with_parts(order: Order, wanted: Mapping[LineItemId, int]) -> dict[LineItemId, int]:
    """Add to each bundle that is to go its parts, in proportion and rounded up."""
    whole = dict(wanted)
    parts = bundles_of(order).parts
    if not parts:
        return whole
    for line in order.line_items:
        if units := wanted.get(line.id, 0):
            whole |= {part.id: -(-units * part.ordered // line.ordered) for part in parts.get(line.id, ())}
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

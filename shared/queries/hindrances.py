"""Why units of an order may not be canceled, reason by reason, with the lines that each holds for."""

from dataclasses import dataclass

from shared.domain.eligibility import Blocker
from shared.queries.order_values import ItemView, OrderPage

# The item's own status says these already.
_PLAIN_TO_SEE = frozenset({Blocker.ALREADY_SHIPPED, Blocker.ALREADY_CANCELED, Blocker.ALREADY_REQUESTED})


@dataclass(frozen=True, slots=True)
class Hindrance:
    """A reason, and the labels of the lines it holds for; none where it holds for all of them."""

    blocker: Blocker
    labels: tuple[str, ...]


def hindrances(page: OrderPage) -> tuple[Hindrance, ...]:
    """Tell each reason once, in the order of the lines."""
    return tuple(Hindrance(blocker, _labels(page, blocker)) for blocker in page.blockers)


def beside(item: ItemView) -> tuple[Blocker, ...]:
    """Tell what stands against a line beside what its status says."""
    return tuple(blocker for blocker in item.blockers if blocker not in _PLAIN_TO_SEE)


def _labels(page: OrderPage, blocker: Blocker) -> tuple[str, ...]:
    found = tuple(item.label for item in page.items if blocker in item.blockers)
    return () if len(found) == len(page.items) else found

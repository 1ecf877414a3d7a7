"""Why units of an order may not be canceled, reason by reason, with the lines that each holds for."""

from dataclasses import dataclass

from shared.domain.eligibility import Blocker
from shared.queries.order_values import ItemView, OrderPage

# Nobody has to help with these: they are what canceling leads to.
_OF_CANCELING = frozenset({Blocker.ALREADY_CANCELED, Blocker.ALREADY_REQUESTED})
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


def hindered(page: OrderPage) -> tuple[ItemView, ...]:
    """List the lines of which something may not be canceled that is neither canceled nor asked for."""
    return tuple(item for item in page.items if set(item.blockers) - _OF_CANCELING)


def _labels(page: OrderPage, blocker: Blocker) -> tuple[str, ...]:
    found = tuple(item.label for item in page.items if blocker in item.blockers)
    return () if len(found) == len(page.items) else found

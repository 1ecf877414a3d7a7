"""From what somebody wants to cancel to what goes: within the verdict, bundles and promotions whole."""

from collections.abc import Mapping

from shared.domain import bundles
from shared.domain.eligibility import Blocker, Eligibility
from shared.domain.errors import InvalidContent, NotEligible
from shared.domain.ids import LineItemId
from shared.domain.orders import Order


def choose(
    order: Order, verdicts: Mapping[LineItemId, Eligibility], wanted: Mapping[LineItemId, int] | None
) -> dict[LineItemId, int]:
    """Check the quantities against the verdict and add what goes along; None is all that may go.

    Raises InvalidContent for a line that is not on the order or less than nothing of it, NotEligible for more
    than may go (facts: `blockers` and `left` by line id) and for a promotion that would be torn apart.
    """
    if wanted is None:
        return bundles.with_parts(order, {line_id: verdict.quantity for line_id, verdict in verdicts.items()})
    if any(line_id not in verdicts for line_id in wanted):
        raise InvalidContent("An item of this request is not on the order.")
    if any(units < 0 for units in wanted.values()):
        raise InvalidContent("A quantity is a whole number of at least 0.")
    over = [line_id for line_id, units in wanted.items() if units > verdicts[line_id].quantity]
    if over:
        raise NotEligible(
            blockers={line_id: verdicts[line_id].blockers for line_id in over},
            left={line_id: verdicts[line_id].quantity for line_id in over},
        )
    torn = _torn_apart(order, wanted)
    if torn:
        raise NotEligible(
            blockers=dict.fromkeys(torn, (Blocker.GOES_TOGETHER,)),
            left={line_id: verdicts[line_id].quantity for line_id in torn},
        )
    return bundles.with_parts(order, wanted)


def _torn_apart(order: Order, wanted: Mapping[LineItemId, int]) -> list[LineItemId]:
    torn: list[LineItemId] = []
    for items in bundles.promotions(order):
        going = [wanted.get(line.id, 0) for line in items]
        if any(going) and going != [line.open for line in items]:
            torn += [line.id for line in items]
    return torn

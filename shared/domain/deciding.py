"""What becomes of a request at once: by its asker, the policy's mode and its rules."""

from collections.abc import Callable
from datetime import datetime, timedelta

from shared.domain.orders import Order
from shared.domain.policy import Mode
from shared.domain.reasons import Reason
from shared.domain.refunds import Quote
from shared.domain.rules import Case, Decision, decide


def at_once(
    order: Order,
    quoted: Quote,
    reason: Reason | None,
    *,
    for_buyer: bool,
    at: datetime,
    earlier: Callable[[], int],
) -> Decision:
    """Decide what can be decided when a request is made; merchants and stores have decided by asking.

    `earlier` counts the buyer's requests before this one; it is asked for only where rules decide.
    """
    mode = order.policy.mode
    if not for_buyer or mode is Mode.AUTOMATIC:
        return Decision.ACCEPT
    # Rules weigh the money; where no price is known there is nothing to weigh.
    if mode is Mode.REVIEW or not order.priced:
        return Decision.PERSON
    case = Case(
        minutes=(at - order.placed_at) // timedelta(minutes=1),
        value_minor=quoted.value_minor,
        reason=reason,
        shipped=sum(line.shipped for line in order.line_items),
        earlier=earlier(),
    )
    return decide(order.policy.rules, case)

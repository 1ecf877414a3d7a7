"""Decide which units of an order can still be canceled, by whom, and say why when they cannot."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.domain import bundles
from shared.domain.actors import ActorKind
from shared.domain.bundles import Bundles
from shared.domain.ids import LineItemId
from shared.domain.orders import LineItem, Order
from shared.domain.policy import WindowFrom


class Blocker(StrEnum):
    """Why the cancel option is withheld. The values are public: API clients see them."""

    ALREADY_SHIPPED = "already_shipped"
    ALREADY_CANCELED = "already_canceled"
    ALREADY_REQUESTED = "already_requested"
    WINDOW_CLOSED = "window_closed"
    NOT_CANCELABLE_PRODUCT = "not_cancelable_product"
    IN_FULFILLMENT = "in_fulfillment"
    ORDER_ON_HOLD = "order_on_hold"
    PAYMENT_DISPUTED = "payment_disputed"
    POLICY_OFF = "policy_off"
    DECLINED_BEFORE = "declined_before"
    FULFILLED_BY_OTHER = "fulfilled_by_other"
    PENDING_NOT_ALLOWED = "pending_not_allowed"
    PART_OF_BUNDLE = "part_of_bundle"
    GOES_TOGETHER = "goes_together"


class NextStep(StrEnum):
    """The next best thing to do when units may not be canceled."""

    RETURN_IT = "return_it"
    NOTHING = "nothing"
    WITHDRAW_OR_WAIT = "withdraw_or_wait"
    CONTACT = "contact"
    WAIT_FOR_PAYMENT = "wait_for_payment"
    ASK_FULFILLER = "ask_fulfiller"
    CANCEL_BUNDLE = "cancel_bundle"
    CANCEL_TOGETHER = "cancel_together"
    DECIDE_REQUEST = "decide_request"
    SETTLE_DISPUTE = "settle_dispute"
    CANCEL_FOR_BUYER = "cancel_for_buyer"


_NEXT_STEPS: Mapping[Blocker, NextStep] = {
    Blocker.ALREADY_SHIPPED: NextStep.RETURN_IT,
    Blocker.ALREADY_CANCELED: NextStep.NOTHING,
    Blocker.ALREADY_REQUESTED: NextStep.WITHDRAW_OR_WAIT,
    Blocker.WINDOW_CLOSED: NextStep.CONTACT,
    Blocker.NOT_CANCELABLE_PRODUCT: NextStep.CONTACT,
    Blocker.IN_FULFILLMENT: NextStep.CONTACT,
    Blocker.ORDER_ON_HOLD: NextStep.CONTACT,
    Blocker.PAYMENT_DISPUTED: NextStep.CONTACT,
    Blocker.POLICY_OFF: NextStep.CONTACT,
    Blocker.DECLINED_BEFORE: NextStep.CONTACT,
    Blocker.FULFILLED_BY_OTHER: NextStep.ASK_FULFILLER,
    Blocker.PENDING_NOT_ALLOWED: NextStep.WAIT_FOR_PAYMENT,
    Blocker.PART_OF_BUNDLE: NextStep.CANCEL_BUNDLE,
    Blocker.GOES_TOGETHER: NextStep.CANCEL_TOGETHER,
}
# What keeps a buyer from canceling leaves the merchant free to do it.
_NEXT_STEPS_OF_MERCHANTS: Mapping[Blocker, NextStep] = {
    Blocker.ALREADY_REQUESTED: NextStep.DECIDE_REQUEST,
    Blocker.PAYMENT_DISPUTED: NextStep.SETTLE_DISPUTE,
    Blocker.WINDOW_CLOSED: NextStep.CANCEL_FOR_BUYER,
    Blocker.NOT_CANCELABLE_PRODUCT: NextStep.CANCEL_FOR_BUYER,
    Blocker.IN_FULFILLMENT: NextStep.CANCEL_FOR_BUYER,
    Blocker.ORDER_ON_HOLD: NextStep.CANCEL_FOR_BUYER,
    Blocker.POLICY_OFF: NextStep.CANCEL_FOR_BUYER,
    Blocker.DECLINED_BEFORE: NextStep.CANCEL_FOR_BUYER,
    Blocker.PENDING_NOT_ALLOWED: NextStep.CANCEL_FOR_BUYER,
}


@dataclass(frozen=True, slots=True)
class Eligibility:
    """The verdict on one line item: how many units may go, or what stands in the way."""

    quantity: int
    blockers: tuple[Blocker, ...] = ()


def next_step(blocker: Blocker, asker: ActorKind) -> NextStep:
    """Tell the next best thing that this kind of reader can do."""
    of_asker = {} if asker is ActorKind.BUYER else _NEXT_STEPS_OF_MERCHANTS
    return of_asker.get(blocker, _NEXT_STEPS[blocker])


def closes_at(order: Order) -> datetime | None:
    """Tell when the buyer's window closes (UTC); None when it does not, or has not begun."""
    hours = order.policy.window_hours
    if hours is None:
        return None
    start = order.placed_at if order.policy.window_from is WindowFrom.ORDERED else order.paid_at
    return None if start is None else start + timedelta(hours=hours)


def assess(order: Order, asker: ActorKind, *, now: datetime) -> dict[LineItemId, Eligibility]:
    """Judge every line of an order at one moment. Pages, POSTs, API, batches and feeds all ask here."""
    standing = _order_blockers(order, asker, now)
    alone = {line.id: _assess_line(order, line, asker, standing) for line in order.line_items}
    found = bundles.bundles_of(order)
    if found.parents:
        alone = {line.id: _in_bundle(found, line, alone) for line in order.line_items}
    return _in_promotions(order, asker, alone)


def units(verdicts: Mapping[LineItemId, Eligibility]) -> int:
    """Count all units that may go."""
    return sum(verdict.quantity for verdict in verdicts.values())


def _order_blockers(order: Order, asker: ActorKind, now: datetime) -> tuple[Blocker, ...]:
    for_all = (
        (order.fulfilled_by_other, Blocker.FULFILLED_BY_OTHER),
        (order.disputed, Blocker.PAYMENT_DISPUTED),
    )
    blockers = tuple(blocker for holds, blocker in for_all if holds)
    if asker is not ActorKind.BUYER:
        return blockers
    closing = closes_at(order)
    for_buyers = (
        (not order.self_service, Blocker.POLICY_OFF),
        (order.hold, Blocker.ORDER_ON_HOLD),
        # A warehouse that is asked tells by itself how far it has come.
        (order.in_fulfillment and order.policy.warehouse is None, Blocker.IN_FULFILLMENT),
        (order.is_pending and not order.policy.pending, Blocker.PENDING_NOT_ALLOWED),
        (closing is not None and now >= closing, Blocker.WINDOW_CLOSED),
    )
    return (*blockers, *(blocker for holds, blocker in for_buyers if holds))


def _assess_line(
    order: Order, line: LineItem, asker: ActorKind, standing: tuple[Blocker, ...]
) -> Eligibility:
    blockers = list(standing)
    if line.open == 0:
        blockers.insert(0, _spent(line))
    if asker is ActorKind.BUYER and not line.cancelable:
        blockers.append(Blocker.NOT_CANCELABLE_PRODUCT)
    if asker is ActorKind.BUYER and line.declined and not order.policy.ask_again:
        blockers.append(Blocker.DECLINED_BEFORE)
    leaving = line.leaving if asker is ActorKind.BUYER else 0
    if line.open and line.open <= leaving:
        blockers.append(Blocker.IN_FULFILLMENT)
    return Eligibility(0, tuple(dict.fromkeys(blockers))) if blockers else Eligibility(line.open - leaving)


def _in_bundle(found: Bundles, line: LineItem, alone: Mapping[LineItemId, Eligibility]) -> Eligibility:
    verdict = alone[line.id]
    if line.id in found.parents:
        return Eligibility(0, verdict.blockers or (Blocker.PART_OF_BUNDLE,))
    parts = found.parts.get(line.id, ())
    fitting = [alone[part.id].quantity * line.ordered // part.ordered for part in parts]
    whole = min(fitting, default=verdict.quantity)
    if whole >= verdict.quantity:
        return verdict
    # A part of which some are left, yet too few for one more bundle, says how the others went.
    stopped = tuple(blocker for part in parts for blocker in alone[part.id].blockers or _gone(part))
    return Eligibility(whole, () if whole else tuple(dict.fromkeys(stopped)))


def _in_promotions(
    order: Order, asker: ActorKind, verdicts: Mapping[LineItemId, Eligibility]
) -> dict[LineItemId, Eligibility]:
    judged = dict(verdicts)
    for items in bundles.promotions(order):
        # Canceling what has not shipped would keep a discount for all; that is the merchant's to give.
        is_torn = asker is ActorKind.BUYER and any(line.shipped for line in items)
        if is_torn or any(verdicts[line.id].quantity < line.open for line in items):
            for line in items:
                judged[line.id] = Eligibility(0, verdicts[line.id].blockers or (Blocker.GOES_TOGETHER,))
    return judged


def _gone(line: LineItem) -> tuple[Blocker, ...]:
    return (_spent(line),) if line.open < line.ordered else ()


def _spent(line: LineItem) -> Blocker:
    if line.requested:
        return Blocker.ALREADY_REQUESTED
    return Blocker.ALREADY_SHIPPED if line.shipped else Blocker.ALREADY_CANCELED

"""What stands against a cancellation and the next best step, in the words of each reader."""

from collections.abc import Mapping

from shared.domain import eligibility
from shared.domain.actors import ActorKind
from shared.domain.eligibility import Blocker, NextStep
from shared.rendering import N_
from shared.rendering import gettext as _

_TO_BUYERS: Mapping[Blocker, str] = {
    Blocker.ALREADY_SHIPPED: N_("It has already shipped."),
    Blocker.ALREADY_CANCELED: N_("It is already canceled."),
    Blocker.ALREADY_REQUESTED: N_("A cancellation is already requested."),
    Blocker.WINDOW_CLOSED: N_("The time to cancel it is over."),
    Blocker.NOT_CANCELABLE_PRODUCT: N_("This product cannot be canceled."),
    Blocker.IN_FULFILLMENT: N_("It is being prepared for shipping."),
    Blocker.ORDER_ON_HOLD: N_("The order is on hold while something is checked."),
    Blocker.PAYMENT_DISPUTED: N_("The payment is disputed with the bank."),
    Blocker.POLICY_OFF: N_("The shop does not take cancellations online at the moment."),
    Blocker.DECLINED_BEFORE: N_("The shop has declined to cancel it before."),
    Blocker.FULFILLED_BY_OTHER: N_("Another company ships this order."),
    Blocker.PENDING_NOT_ALLOWED: N_("The payment is not confirmed yet."),
    Blocker.PART_OF_BUNDLE: N_("This is part of a bundle."),
    Blocker.GOES_TOGETHER: N_("Items of one promotion can only be canceled together."),
}
_TO_MERCHANTS: Mapping[Blocker, str] = {
    **_TO_BUYERS,
    Blocker.WINDOW_CLOSED: N_("The customer’s time to cancel it is over."),
    Blocker.NOT_CANCELABLE_PRODUCT: N_("Customers cannot cancel this product themselves."),
    Blocker.IN_FULFILLMENT: N_("It is being prepared for shipping, so the customer cannot cancel it."),
    Blocker.ORDER_ON_HOLD: N_("The order is on hold, so the customer cannot cancel it."),
    Blocker.POLICY_OFF: N_("Cancellation by customers is switched off."),
    Blocker.DECLINED_BEFORE: N_("A request of the customer for it was declined before."),
    Blocker.PENDING_NOT_ALLOWED: N_(
        "The payment is not confirmed yet, and the policy lets customers cancel only afterwards."
    ),
}
_STEPS_OF_BUYERS: Mapping[NextStep, str] = {
    NextStep.RETURN_IT: N_(
        "You can send it back once it arrives. Contact us and we will find a way together."
    ),
    NextStep.NOTHING: N_("There is nothing left to do."),
    NextStep.WITHDRAW_OR_WAIT: N_("Wait for the answer, or withdraw the request."),
    NextStep.CONTACT: N_("Contact us and we will see what we can do."),
    NextStep.WAIT_FOR_PAYMENT: N_("Try again once the payment is confirmed, or contact us."),
    NextStep.ASK_FULFILLER: N_("Ask the company that ships it, or contact us."),
    NextStep.CANCEL_BUNDLE: N_("Cancel the bundle, and its parts go with it."),
    NextStep.CANCEL_TOGETHER: N_("Cancel all items of the promotion, or contact us."),
}
_STEPS_OF_MERCHANTS: Mapping[NextStep, str] = {
    NextStep.RETURN_IT: N_("Take it back as a return, or refund part of its price."),
    NextStep.NOTHING: N_("There is nothing left to do."),
    NextStep.DECIDE_REQUEST: N_("Decide the open request, or wait until it is carried out."),
    NextStep.CANCEL_FOR_BUYER: N_("You can still cancel it for the customer."),
    NextStep.SETTLE_DISPUTE: N_("Settle the dispute with the payment provider first."),
    NextStep.ASK_FULFILLER: N_("Have it canceled by the company that ships it."),
    NextStep.CANCEL_BUNDLE: N_("Cancel the bundle, and its parts go with it."),
    NextStep.CANCEL_TOGETHER: N_("Cancel all items of the promotion."),
}


def blocker(code: Blocker, *, to_merchant: bool = False) -> str:
    """Say what stands against a cancellation."""
    return _((_TO_MERCHANTS if to_merchant else _TO_BUYERS)[code])


def next_step(code: Blocker, *, to_merchant: bool = False) -> str:
    """Say what the reader can do instead."""
    if to_merchant:
        step = eligibility.next_step(code, ActorKind.MERCHANT_USER)
        return _(_STEPS_OF_MERCHANTS[step])
    return _(_STEPS_OF_BUYERS[eligibility.next_step(code, ActorKind.BUYER)])


def why_not(code: Blocker, *, to_merchant: bool = False) -> str:
    """Say what stands against a cancellation, and what to do instead."""
    return f"{blocker(code, to_merchant=to_merchant)} {next_step(code, to_merchant=to_merchant)}"

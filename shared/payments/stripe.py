"""Send refunds and voids through Stripe, each under its own key, and ask what became of one."""

from collections.abc import Callable
from typing import TypeVar

import stripe

from shared.domain.gateways import Trouble
from shared.payments.stripe_amounts import from_stripe, to_stripe
from shared.ports import GatewayAnswer, GatewayRefused, GatewayState, RefundOrder

REFUND_ID = "rescind_refund_id"
CONNECT_SECONDS = 5.0
READ_SECONDS = 15.0
_STATES = {
    "succeeded": GatewayState.SUCCEEDED,
    "failed": GatewayState.FAILED,
    "canceled": GatewayState.FAILED,
}
_TROUBLES = {
    "amount_too_large": Trouble.MORE_THAN_LEFT,
    "balance_insufficient": Trouble.INSUFFICIENT_BALANCE,
    "charge_already_refunded": Trouble.ALREADY_REFUNDED,
    "charge_disputed": Trouble.DISPUTED,
    "charge_for_pending_refund_disputed": Trouble.DISPUTED,
    "expired_or_canceled_card": Trouble.CARD_CLOSED,
    "insufficient_funds": Trouble.INSUFFICIENT_BALANCE,
    "lost_or_stolen_card": Trouble.CARD_CLOSED,
    "resource_missing": Trouble.NO_SUCH_PAYMENT,
    "refund_disputed_payment": Trouble.DISPUTED,
}
_UNSETTLED = frozenset({409, 429})
_SERVERS_OWN = 500
_PAGE = 100
T = TypeVar("T")


class UnclearAnswer(Exception):
    """Stripe answered something else than what was asked for; nobody can tell what happened."""


class StripeGateway:
    """One merchant's account at Stripe."""

    def __init__(self, secret: str, *, account: str = "", url: str) -> None:
        """Take the account's secret key; `account` names a connected account that the key acts for."""
        self._client = stripe.StripeClient(
            secret,
            stripe_account=account or None,
            base_addresses={"api": url},
            # Every try is the ledger's own, so that each is counted and none is made behind its back.
            max_network_retries=0,
            http_client=stripe.RequestsClient(timeout=(CONNECT_SECONDS, READ_SECONDS)),
        )

    def refund(self, order: RefundOrder) -> GatewayAnswer:
        """Send money back to a payment, once per key."""
        amount = to_stripe(order.amount_minor, order.currency)
        params: stripe.params.RefundCreateParams = {"amount": amount, "metadata": _metadata(order)}
        if order.payment_reference.startswith("pi_"):
            params["payment_intent"] = order.payment_reference
        else:
            params["charge"] = _charge(order)
        key: stripe.RequestOptions = {"idempotency_key": str(order.refund_id)}
        made = _asked(lambda: self._client.v1.refunds.create(params, key))
        if (made.amount, made.currency.upper()) != (amount, order.currency):
            raise UnclearAnswer(f"Stripe answered {made.id} with {made.amount} {made.currency}")
        return answer_of(made)

    def void(self, order: RefundOrder) -> GatewayAnswer:
        """Give up an authorization of which nothing was captured."""
        intent = self._intent(order)
        key: stripe.RequestOptions = {"idempotency_key": str(order.refund_id)}
        try:
            made = _asked(lambda: self._client.v1.payment_intents.cancel(intent, {}, key))
        except GatewayRefused as refusal:
            return self._after_refusal(intent, order.currency, refusal)
        if made.status != "canceled":
            raise UnclearAnswer(f"Stripe left {made.id} {made.status}")
        return GatewayAnswer(GatewayState.SUCCEEDED, made.id)

    def look_up(self, order: RefundOrder) -> GatewayAnswer | None:
        """Find the refund that was made under this key; None when there certainly is none."""
        params: stripe.params.RefundListParams = {"limit": _PAGE}
        if order.payment_reference.startswith("pi_"):
            params["payment_intent"] = order.payment_reference
        else:
            params["charge"] = _charge(order)
        for made in _asked(lambda: list(self._client.v1.refunds.list(params).auto_paging_iter())):
            if ours(made) == str(order.refund_id):
                return answer_of(made)
        return None

    def _intent(self, order: RefundOrder) -> str:
        if order.payment_reference.startswith("pi_"):
            return order.payment_reference
        charge = _asked(lambda: self._client.v1.charges.retrieve(_charge(order)))
        intent = charge.payment_intent
        if not isinstance(intent, str):
            raise GatewayRefused(Trouble.REFUSED, "a charge without a payment intent cannot be given up")
        return intent

    def _after_refusal(self, intent: str, currency: str, refusal: GatewayRefused) -> GatewayAnswer:
        # Canceled before, by an earlier try or by somebody else, is what was wanted.
        found = _asked(lambda: self._client.v1.payment_intents.retrieve(intent))
        if found.status == "canceled":
            return GatewayAnswer(GatewayState.SUCCEEDED, found.id)
        if found.status == "succeeded":
            captured = from_stripe(found.amount_received, currency)
            raise GatewayRefused(Trouble.ALREADY_CAPTURED, str(refusal), captured_minor=captured) from refusal
        raise refusal


def answer_of(refund: stripe.Refund) -> GatewayAnswer:
    """Read how far a refund has come."""
    state = _STATES.get(refund.status or "", GatewayState.PENDING)
    reason = getattr(refund, "failure_reason", None) or ""
    trouble = _TROUBLES.get(reason, Trouble.REFUSED) if state is GatewayState.FAILED else None
    return GatewayAnswer(state, refund.id, trouble)


def ours(refund: stripe.Refund) -> str:
    """Tell the id under which this refund was asked for here, "" if it was not."""
    metadata = refund.metadata
    return str(metadata[REFUND_ID]) if metadata and REFUND_ID in metadata else ""


def _metadata(order: RefundOrder) -> dict[str, str]:
    return {REFUND_ID: str(order.refund_id), "order_number": order.order_number}


def _charge(order: RefundOrder) -> str:
    if not order.payment_reference.startswith(("ch_", "py_")):
        raise GatewayRefused(Trouble.NO_SUCH_PAYMENT, "the payment's reference names nothing at Stripe")
    return order.payment_reference


def _asked(call: Callable[[], T]) -> T:
    """Make a call; a refusal that is for good becomes GatewayRefused, anything else stays unknown."""
    try:
        return call()
    except stripe.StripeError as error:
        trouble = _trouble(error)
        if trouble is None:
            raise
        raise GatewayRefused(trouble, f"{error.code or type(error).__name__}") from error


def _trouble(error: stripe.StripeError) -> Trouble | None:
    status = error.http_status or 0
    if status == 0 or status in _UNSETTLED or status >= _SERVERS_OWN:
        return None
    if isinstance(error, stripe.AuthenticationError | stripe.PermissionError):
        return Trouble.ACCESS_DENIED
    if isinstance(error, stripe.InvalidRequestError | stripe.CardError | stripe.IdempotencyError):
        return _TROUBLES.get(error.code or "", Trouble.REFUSED)
    return None

"""Read what Stripe tells by webhook about refunds and disputes, once its signature is proven."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import stripe

from shared.actions.reported_refunds import SeenRefund
from shared.domain.orders import Gateway
from shared.payments.stripe import answer_of, ours
from shared.payments.stripe_amounts import from_stripe

TOLERANCE_SECONDS = 300
_DISPUTES = {"charge.dispute.created": True, "charge.dispute.closed": False}


class BadEvent(Exception):
    """Nobody proves to have sent this, or it cannot be read."""


@dataclass(frozen=True, slots=True)
class SeenDispute:
    """A dispute that was opened or closed; `payments` are Stripe's names for the payment."""

    payments: tuple[str, ...]
    is_open: bool


def read(body: bytes, signature: str, secret: str) -> Sequence[SeenRefund | SeenDispute]:
    """Read one event. Raises BadEvent for a signature that is wrong or older than five minutes."""
    if not secret:
        raise BadEvent("No signing secret is known for this address.")
    try:
        event = stripe.Webhook.construct_event(body, signature, secret, TOLERANCE_SECONDS)
    except (ValueError, stripe.SignatureVerificationError) as error:
        raise BadEvent("The signature is wrong or too old.") from error
    thing = event.data.object
    if isinstance(thing, stripe.Refund):
        return [_refund(thing)]
    if isinstance(thing, stripe.Charge) and event.type == "charge.refunded":
        listed = getattr(thing, "refunds", None)
        return [_refund(refund) for refund in listed.data] if listed else []
    if isinstance(thing, stripe.Dispute) and event.type in _DISPUTES:
        return [SeenDispute(_names(thing.payment_intent, thing.charge), _DISPUTES[event.type])]
    return []


def _refund(refund: stripe.Refund) -> SeenRefund:
    currency = refund.currency.upper()
    return SeenRefund(
        gateway=Gateway.STRIPE,
        payments=_names(refund.payment_intent, refund.charge),
        amount_minor=from_stripe(refund.amount, currency),
        currency=currency,
        answer=answer_of(refund),
        refund_id=_id(ours(refund)),
    )


def _names(*things: object) -> tuple[str, ...]:
    named = (thing if isinstance(thing, str) else getattr(thing, "id", None) for thing in things if thing)
    return tuple(name for name in named if isinstance(name, str))


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None

"""Which payments of an order money goes back to, and which are not needed any more."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.domain.ids import PaymentId
from shared.domain.orders import Gateway, Payment


@dataclass(frozen=True, slots=True)
class PaymentShare:
    """The part of a refund or a void that falls to one payment, in minor units."""

    payment_id: PaymentId
    gateway: Gateway
    reference: str
    amount_minor: int


def split_over_payments(payments: Sequence[Payment], amount_minor: int) -> tuple[PaymentShare, ...]:
    """Spread a refund: gift cards first, an exact match, the smallest that suffices, else largest first.

    The amount must not exceed what is left on the payments together.
    """
    shares: list[PaymentShare] = []
    missing = amount_minor
    candidates = [payment for payment in payments if payment.left_minor > 0]
    while missing > 0:
        chosen = _next_payment(candidates, missing)
        step = min(chosen.left_minor, missing)
        shares.append(_share(chosen, step))
        candidates.remove(chosen)
        missing -= step
    return tuple(shares)


def voidable(payments: Sequence[Payment], to_collect_minor: int) -> tuple[PaymentShare, ...]:
    """List the authorizations that are not needed to collect what is still due; the largest are kept first.

    A payment of which part was captured is never voided: the gateway released its rest with the capture.
    """
    missing = to_collect_minor
    idle = [payment for payment in payments if payment.captured_minor == 0 and payment.uncaptured_minor > 0]
    voids = []
    for payment in sorted(idle, key=lambda payment: -payment.uncaptured_minor):
        if missing > 0:
            missing -= payment.uncaptured_minor
        else:
            voids.append(_share(payment, payment.uncaptured_minor))
    return tuple(voids)


def _share(payment: Payment, amount_minor: int) -> PaymentShare:
    return PaymentShare(payment.id, payment.gateway, payment.reference, amount_minor)


def _next_payment(candidates: Sequence[Payment], missing: int) -> Payment:
    gift_cards = [payment for payment in candidates if payment.gateway is Gateway.GIFT_CARD]
    pool = gift_cards or list(candidates)
    enough = [payment for payment in pool if payment.left_minor >= missing]
    if enough:
        return min(enough, key=lambda payment: payment.left_minor)
    return max(pool, key=lambda payment: payment.left_minor)

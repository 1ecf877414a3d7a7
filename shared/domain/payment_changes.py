"""Find out which payments a store tells anew, and refuse what cannot have become of them."""

from collections import Counter
from collections.abc import Sequence

from shared.domain.errors import InvalidContent
from shared.domain.intake import IncomingPayment
from shared.domain.orders import Payment


def match(stored: Sequence[Payment], told: Sequence[IncomingPayment]) -> tuple[Payment | None, ...]:
    """Tell which payment on record each of those told is, None for a new one.

    A reference that stands once on either side finds its payment, else the place in the list does. Raises
    InvalidContent when one on record is not told.
    """
    found = _by_reference(stored, told)
    for place, (payment, given) in enumerate(zip(stored, told, strict=False)):
        if place not in found and payment not in found.values() and _may_be(payment, given):
            found[place] = payment
    missing = [payment for payment in stored if payment not in found.values()]
    if missing:
        name = missing[0].reference or f"number {stored.index(missing[0]) + 1}"
        raise InvalidContent(f"payments: {name} is missing; send all of them as they are now")
    return tuple(found.get(place) for place in range(len(told)))


def check(payments: Sequence[Payment | None], told: Sequence[IncomingPayment]) -> None:
    """Raise InvalidContent when a payment is told to be less than what it was used for."""
    for place, (payment, given) in enumerate(zip(payments, told, strict=True)):
        if payment is not None:
            _check(place, payment, given)


def _by_reference(stored: Sequence[Payment], told: Sequence[IncomingPayment]) -> dict[int, Payment]:
    known = Counter((payment.gateway, payment.reference) for payment in stored)
    named = Counter((given.gateway, given.reference) for given in told)
    once = {key for key in known if key[1] and known[key] == named[key] == 1}
    payments = {(payment.gateway, payment.reference): payment for payment in stored}
    return {
        place: payments[given.gateway, given.reference]
        for place, given in enumerate(told)
        if (given.gateway, given.reference) in once
    }


def _may_be(payment: Payment, given: IncomingPayment) -> bool:
    same_name = payment.reference == given.reference or not (payment.reference and given.reference)
    # A buyer who has not paid yet may still choose another way to pay.
    return same_name and (payment.gateway is given.gateway or payment.authorized_minor == 0)


def _check(place: int, payment: Payment, given: IncomingPayment) -> None:
    where = f"payments[{place}]"
    if given.captured_minor < payment.refunded_minor:
        raise InvalidContent(f"{where}.captured: {payment.refunded_minor} of it has gone back already")
    if payment.released_minor and given.captured_minor:
        raise InvalidContent(f"{where}.captured: it was released when its units were canceled")
    if given.authorized_minor < payment.released_minor:
        raise InvalidContent(f"{where}.authorized: {payment.released_minor} of it was released already")

"""Which payments a store means when it tells them anew."""

import pytest

from shared.domain.errors import InvalidContent
from shared.domain.ids import PaymentId, new_id
from shared.domain.intake import IncomingPayment
from shared.domain.orders import Gateway, Payment
from shared.domain.payment_changes import check, match


def stored(reference: str = "", gateway: Gateway = Gateway.STRIPE, **minor: int) -> Payment:
    amounts = {"authorized_minor": 100, "captured_minor": 0, "refunded_minor": 0, **minor}
    return Payment(PaymentId(new_id()), gateway, reference, **amounts)


def told(
    reference: str = "", gateway: Gateway = Gateway.STRIPE, authorized: int = 100, captured: int = 0
) -> IncomingPayment:
    return IncomingPayment(gateway, authorized, captured, reference)


def test_a_reference_finds_its_payment_wherever_it_stands() -> None:
    first, second = stored("pi_1"), stored("pi_2")

    assert match([first, second], [told("pi_2"), told("pi_1")]) == (second, first)


def test_without_references_the_place_finds_the_payment() -> None:
    first, second = stored(), stored("pi_2")

    assert match([first, second], [told("pi_1"), told("")]) == (first, second)


def test_the_same_reference_twice_is_found_by_place() -> None:
    first, second = stored("Visa"), stored("Visa")

    assert match([first, second], [told("Visa"), told("Visa"), told("Visa")]) == (first, second, None)


def test_what_is_not_on_record_is_new() -> None:
    first = stored("pi_1")

    assert match([first], [told("GC-1", Gateway.GIFT_CARD), told("pi_1")]) == (None, first)
    assert match([], [told()]) == (None,)


def test_a_payment_that_was_never_begun_may_change_its_way() -> None:
    begun, waiting = stored(), stored(authorized_minor=0)

    assert match([waiting], [told("Bank", Gateway.MANUAL)]) == (waiting,)
    with pytest.raises(InvalidContent, match="number 1 is missing"):
        match([begun], [told("Bank", Gateway.MANUAL)])


def test_a_payment_of_another_name_is_another_payment() -> None:
    with pytest.raises(InvalidContent, match="pi_1 is missing"):
        match([stored("pi_1")], [told("pi_2")])


@pytest.mark.parametrize(
    ("payment", "given", "said"),
    [
        (
            stored(captured_minor=100, refunded_minor=60),
            told(captured=50),
            r"payments\[0\].captured: 60 of it has gone back",
        ),
        (stored(released_minor=100), told(captured=100), r"payments\[0\].captured: it was released"),
        (
            stored(released_minor=100),
            told(authorized=50),
            r"payments\[0\].authorized: 100 of it was released",
        ),
    ],
)
def test_a_payment_is_not_less_than_what_it_was_used_for(
    payment: Payment, given: IncomingPayment, said: str
) -> None:
    with pytest.raises(InvalidContent, match=said):
        check(match([payment], [given]), [given])

"""Which authorizations end when less is due: never one that is needed, never one that was captured."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.ids import PaymentId, new_id
from shared.domain.orders import Gateway, Payment
from shared.domain.payments import split_over_payments, voidable
from shared.domain.refunds import pick_units, quote
from tests.unit.domain.facts import NOON, incoming, taken_in


def held(authorized: int, captured: int = 0, released: int = 0) -> Payment:
    return Payment(PaymentId(new_id()), Gateway.MANUAL, "", authorized, captured, 0, released)


def voided(payments: list[Payment], to_collect: int) -> list[int]:
    return [share.amount_minor for share in voidable(payments, to_collect)]


def test_when_nothing_is_due_any_more_every_authorization_ends() -> None:
    assert voided([held(500), held(300)], 0) == [500, 300]


def test_an_authorization_that_is_still_needed_in_part_stays_whole() -> None:
    assert voided([held(1_000)], 1) == []


def test_the_largest_is_kept_and_the_small_ones_that_it_covers_end() -> None:
    assert voided([held(200), held(1_000), held(300)], 900) == [300, 200]
    assert voided([held(200), held(1_000), held(300)], 1_100) == [200]


def test_what_was_captured_even_in_part_is_never_voided() -> None:
    assert voided([held(1_000, captured=400), held(500, captured=500)], 0) == []


def test_what_was_released_before_is_not_released_again() -> None:
    assert voided([held(500, released=500)], 0) == []


def test_of_a_partly_charged_order_money_goes_back_and_the_idle_authorization_ends() -> None:
    order = taken_in(incoming((2, 2_000, 0)))
    card, other = held(1_500, captured=1_500), held(500)
    split = replace(order, payments=(card, other))
    result = quote(split, pick_units(split, {split.line_items[0].id: 2}), for_buyer=True, at=NOON)
    assert [(share.payment_id, share.amount_minor) for share in result.payments] == [(card.id, 1_500)]
    assert [(share.payment_id, share.amount_minor) for share in result.voids] == [(other.id, 500)]


authorizations = st.lists(
    st.tuples(st.integers(1, 5_000), st.booleans()).map(lambda given: held(given[0], given[0] * given[1])),
    max_size=5,
)


@given(authorizations, st.integers(0, 10_000))
def test_what_is_left_still_covers_what_is_due_if_it_ever_did(payments: list[Payment], due: int) -> None:
    idle = {payment.id: payment.uncaptured_minor for payment in payments if payment.captured_minor == 0}
    ended = {share.payment_id: share.amount_minor for share in voidable(payments, due)}
    assert ended.items() <= idle.items()
    assert sum(idle.values()) - sum(ended.values()) >= min(due, sum(idle.values()))


@given(authorizations, st.data())
def test_a_refund_is_split_to_the_last_cent_within_each_payment(payments: list[Payment], data) -> None:
    amount = data.draw(st.integers(0, sum(payment.left_minor for payment in payments)))
    shares = split_over_payments(payments, amount)
    left = {payment.id: payment.left_minor for payment in payments}
    assert sum(share.amount_minor for share in shares) == amount
    assert all(0 < share.amount_minor <= left[share.payment_id] for share in shares)
    assert len({share.payment_id for share in shares}) == len(shares)

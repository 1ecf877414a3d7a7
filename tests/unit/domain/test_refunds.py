"""What goes back: rules of shipping, discounts and fees, and properties that hold for every order."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.ids import PaymentId, new_id
from shared.domain.intake import IncomingDiscount
from shared.domain.money import split
from shared.domain.orders import Gateway, Order, Payment
from shared.domain.payments import split_over_payments
from shared.domain.policy import DiscountPolicy, Fee, Policy, ShippingPolicy
from shared.domain.refunds import KeptReason, fingerprint, pick_units, quote
from tests.unit.domain.facts import NOON, canceled, incoming, taken_in

PRO_RATA = Policy(shipping=ShippingPolicy.PRO_RATA)


def test_nothing_more_goes_back_once_everything_is_canceled() -> None:
    order, _refund = canceled(taken_in(incoming((2, 2000, 0), shipping=500)), 2)

    nothing = quote(order, {}, for_buyer=True, at=NOON)

    assert (nothing.value_minor, nothing.refund_minor, nothing.payments, nothing.kept) == (0, 0, (), ())


def test_shipping_stays_once_something_has_left() -> None:
    order = taken_in(incoming((2, 2000, 0), shipping=500))
    shipped = replace(order, line_items=(replace(order.line_items[0], shipped=1),))
    result = quote(shipped, pick_units(shipped, {shipped.line_items[0].id: 1}), for_buyer=True, at=NOON)
    assert (result.refund_minor, result.kept[0].why) == (1000, KeptReason.SHIPPING_ALREADY_SHIPPED)


def test_shipping_that_waits_for_the_last_unit_is_said_to_be_kept() -> None:
    order = taken_in(incoming((2, 2000, 0), shipping=500))
    result = quote(order, pick_units(order, {order.line_items[0].id: 1}), for_buyer=True, at=NOON)
    assert result.kept[0].why is KeptReason.SHIPPING_WITH_LAST_UNIT


def test_shipping_by_share_goes_back_with_each_unit() -> None:
    order = taken_in(incoming((3, 3000, 0), shipping=100), PRO_RATA)
    order, first = canceled(order, 1)
    assert first == 1034
    assert canceled(order, 2)[1] == 2066


def test_what_was_never_charged_is_released() -> None:
    order = taken_in(incoming((2, 2000, 0)), captured=0)
    result = quote(order, pick_units(order, {order.line_items[0].id: 1}), for_buyer=True, at=NOON)
    assert (result.refund_minor, result.released_minor) == (0, 1000)


def test_of_a_partly_charged_order_the_uncharged_part_goes_first() -> None:
    order = taken_in(incoming((2, 2000, 0)), captured=1500)
    result = quote(order, pick_units(order, {order.line_items[0].id: 1}), for_buyer=True, at=NOON)
    assert (result.refund_minor, result.released_minor) == (500, 500)


def test_a_line_without_free_units_cannot_be_picked() -> None:
    order = taken_in(incoming((2, 2000, 0)))
    with pytest.raises(ValueError, match="3"):
        pick_units(order, {order.line_items[0].id: 3})


def test_a_quotes_hash_follows_the_order_and_not_the_quantities() -> None:
    order = taken_in(incoming((2, 2000, 0)))
    line_id = order.line_items[0].id
    one, two = (
        quote(order, pick_units(order, {line_id: units}), for_buyer=True, at=NOON) for units in (1, 2)
    )
    assert one.hash == two.hash
    assert fingerprint(order) != fingerprint(replace(order, version=2))


def payment(gateway: Gateway, captured: int, refunded: int = 0) -> Payment:
    return Payment(PaymentId(new_id()), gateway, "", captured, captured, refunded)


def test_gift_cards_are_paid_back_first() -> None:
    card, gift = payment(Gateway.MANUAL, 5000), payment(Gateway.GIFT_CARD, 2000)
    shares = split_over_payments([card, gift], 2500)
    assert [(share.payment_id, share.amount_minor) for share in shares] == [(gift.id, 2000), (card.id, 500)]


def test_an_exact_payment_is_chosen_before_a_larger_one() -> None:
    large, exact = payment(Gateway.MANUAL, 5000), payment(Gateway.MANUAL, 2500)
    assert [share.payment_id for share in split_over_payments([large, exact], 2500)] == [exact.id]


def test_payments_that_do_not_suffice_alone_are_used_largest_first() -> None:
    small, large = payment(Gateway.MANUAL, 1000), payment(Gateway.MANUAL, 2000)
    shares = split_over_payments([small, large], 2500)
    assert [(share.payment_id, share.amount_minor) for share in shares] == [(large.id, 2000), (small.id, 500)]


def test_a_payment_that_went_back_already_is_left_alone() -> None:
    spent, fresh = payment(Gateway.MANUAL, 1000, 1000), payment(Gateway.MANUAL, 2000)
    assert [share.payment_id for share in split_over_payments([spent, fresh], 500)] == [fresh.id]


@given(st.integers(-(10**9), 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=30))
def test_shares_add_up_to_the_whole(total: int, weights: list[int]) -> None:
    assert sum(split(total, weights)) == total


orders = st.builds(
    lambda lines, discount, shipping, included: incoming(
        *lines,
        discount=min(discount, sum(line[1] for line in lines)),
        shipping=shipping,
        tax_included=included,
    ),
    st.lists(
        st.tuples(st.integers(1, 12), st.integers(0, 100_000), st.integers(0, 20_000)), min_size=1, max_size=4
    ),
    st.integers(0, 50_000),
    st.integers(0, 2_000),
    st.booleans(),
)


@given(orders, st.sampled_from(ShippingPolicy), st.randoms(use_true_random=False))
def test_canceling_one_by_one_refunds_what_canceling_at_once_does(given_order, shipping, random) -> None:
    order = taken_in(given_order, Policy(shipping=shipping))
    _, at_once = canceled(order, *(line.ordered for line in order.line_items))
    units = [index for index, line in enumerate(order.line_items) for _ in range(line.ordered)]
    random.shuffle(units)
    refunds = []
    for index in units:
        quantities = [int(place == index) for place in range(len(order.line_items))]
        order, refund = canceled(order, *quantities)
        refunds.append(refund)
    assert sum(refunds) == at_once
    assert all(refund >= 0 for refund in refunds)


@given(orders, st.integers(0, 500_000))
def test_no_more_goes_back_than_was_captured(given_order, captured) -> None:
    order = taken_in(given_order)
    order = taken_in(given_order, captured=min(captured, order.total_minor))
    _, refund = canceled(order, *(line.ordered for line in order.line_items))
    assert 0 <= refund <= order.payments[0].captured_minor


def with_fee(**fee: int) -> Policy:
    return Policy(fee=Fee(**fee))


def test_a_fee_is_kept_from_the_buyer_and_never_from_the_merchants_own_cancellation() -> None:
    order = taken_in(incoming((2, 10_000, 0)), with_fee(fixed_minor=300, percent=10))
    assert canceled(order, 2)[1] == 10_000 - 300 - 1_000
    assert canceled(order, 2, for_buyer=False)[1] == 10_000


def test_a_fee_greater_than_what_was_paid_keeps_all_of_it_and_no_more() -> None:
    order = taken_in(incoming((1, 400, 0)), with_fee(fixed_minor=900))
    result = quote(order, pick_units(order, {order.line_items[0].id: 1}), for_buyer=True, at=NOON)
    assert (result.refund_minor, result.fee_minor) == (0, 400)


def test_nothing_is_kept_as_a_fee_from_what_was_never_charged() -> None:
    order = taken_in(incoming((1, 400, 0)), with_fee(percent=50), captured=0)
    result = quote(order, pick_units(order, {order.line_items[0].id: 1}), for_buyer=True, at=NOON)
    assert (result.refund_minor, result.fee_minor, result.released_minor) == (0, 0, 400)


def test_a_fixed_fee_is_taken_once_an_order() -> None:
    order = taken_in(incoming((2, 2_000, 0)), with_fee(fixed_minor=300))
    order, first = canceled(order, 1)
    assert (first, canceled(order, 1)[1]) == (700, 1_000)


THRESHOLD = IncomingDiscount(3_000, min_subtotal_minor=10_000)
REPRICE = Policy(discount=DiscountPolicy.REPRICE)


def discounted(
    *lines: tuple[int, int, int], by: IncomingDiscount = THRESHOLD, policy: Policy = REPRICE
) -> Order:
    return taken_in(replace(incoming(*lines), discounts=(by,)), policy)


def test_a_lost_threshold_takes_the_discount_of_what_is_kept_off_the_refund() -> None:
    order = discounted((1, 8_000, 0), (1, 4_000, 0))
    result = quote(order, pick_units(order, {order.line_items[1].id: 1}), for_buyer=True, at=NOON)
    assert result.refund_minor == 4_000 - 1_000 - 2_000
    assert [(kept.amount_minor, kept.why) for kept in result.kept] == [(2_000, KeptReason.DISCOUNT_LOST)]


def test_a_threshold_that_is_still_reached_costs_nothing() -> None:
    order = discounted((2, 20_000, 0), (1, 4_000, 0))
    assert quote(order, pick_units(order, {order.line_items[1].id: 1}), for_buyer=True, at=NOON).kept == ()


def test_with_locked_prices_a_lost_threshold_does_not_matter() -> None:
    order = discounted((1, 8_000, 0), (1, 4_000, 0), policy=Policy())
    assert canceled(order, 0, 1)[1] == 3_000


def test_a_lost_discount_above_the_units_money_refunds_nothing_and_charges_nothing() -> None:
    order = discounted((1, 9_990, 0), (1, 10, 0))
    order, refund = canceled(order, 0, 1)
    assert refund == 0
    assert canceled(order, 1)[1] == order.total_minor


def test_once_everything_is_canceled_everything_has_gone_back_despite_lost_discounts() -> None:
    order = discounted((1, 8_000, 0), (1, 4_000, 0))
    after, first = canceled(order, 0, 1)
    assert first + canceled(after, 1)[1] == order.total_minor


@given(orders, st.builds(Fee, st.integers(0, 5_000), st.integers(0, 100)), st.randoms(use_true_random=False))
def test_fees_of_many_small_cancellations_are_those_of_one_large(given_order, fee, random) -> None:
    order = taken_in(given_order, Policy(fee=fee))
    _, at_once = canceled(order, *(line.ordered for line in order.line_items))
    units = [index for index, line in enumerate(order.line_items) for _ in range(line.ordered)]
    random.shuffle(units)
    refunds = []
    for index in units:
        order, refund = canceled(order, *(int(place == index) for place in range(len(order.line_items))))
        refunds.append(refund)
    assert sum(refunds) == at_once


@given(orders, st.integers(0, 200_000), st.randoms(use_true_random=False))
def test_repricing_never_charges_and_gives_everything_back_in_the_end(given_order, threshold, random) -> None:
    conditional = tuple(replace(one, min_subtotal_minor=threshold) for one in given_order.discounts)
    order = taken_in(replace(given_order, discounts=conditional), REPRICE)
    total = order.total_minor
    units = [index for index, line in enumerate(order.line_items) for _ in range(line.ordered)]
    random.shuffle(units)
    refunds = []
    for index in units:
        order, refund = canceled(order, *(int(place == index) for place in range(len(order.line_items))))
        refunds.append(refund)
    assert all(refund >= 0 for refund in refunds)
    assert sum(refunds) == total

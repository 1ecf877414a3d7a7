"""Part of the price of what has shipped goes back: within its money, the shipping, and the payments."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.adjustments import Amounts, adjustable, check
from shared.domain.errors import InvalidContent, NotEligible
from shared.domain.ids import LineItemId, new_id
from shared.domain.orders import Order
from shared.domain.payments import split_over_payments
from shared.domain.policy import DiscountPolicy, Fee, Policy, ShippingPolicy
from shared.domain.refunds import KeptReason, Quote, pick_units, quote
from shared.domain.units import UnitRange, drop_first
from tests.unit.domain.facts import NOON, canceled, incoming, taken_in

NOTHING = Amounts()


def shipped(order: Order, *units: int) -> Order:
    """Let so many units of each line leave."""
    counts = [*units, *([0] * len(order.line_items))]
    lines = [
        replace(line, shipped=line.shipped + left)
        for line, left in zip(order.line_items, counts, strict=False)
    ]
    return replace(order, line_items=tuple(lines))


def line_ids(order: Order) -> list[LineItemId]:
    return [line.id for line in order.line_items]


def most(order: Order, before: Amounts = NOTHING) -> list[int]:
    """Tell what may go back of each line and of the shipping."""
    possible = adjustable(order, before)
    return [*(possible.of_line(line_id) for line_id in line_ids(order)), possible.of_shipping]


def adjusted(order: Order, wanted: Amounts) -> Order:
    """Give an amount back, as the action does."""
    back = {
        share.payment_id: share.amount_minor
        for share in split_over_payments(order.payments, wanted.whole_minor)
    }
    payments = [
        replace(payment, refunded_minor=payment.refunded_minor + back.get(payment.id, 0))
        for payment in order.payments
    ]
    return replace(order, payments=tuple(payments), adjusted_minor=order.adjusted_minor + wanted.whole_minor)


def whole_quote(order: Order, **terms: object) -> Quote:
    wanted = {line.id: line.open for line in order.line_items}
    return quote(order, pick_units(order, wanted), for_buyer=False, at=NOON, **terms)  # type: ignore[arg-type]


def test_only_the_price_of_shipped_units_may_go_back() -> None:
    order = shipped(taken_in(incoming((2, 2000, 0), (1, 500, 0), shipping=300)), 1)

    assert most(order) == [1000, 0, 300]


def test_before_anything_has_shipped_nothing_may_go_back() -> None:
    order = taken_in(incoming((2, 2000, 0), shipping=300))

    assert not adjustable(order, NOTHING).is_possible


def test_what_went_back_before_is_taken_off() -> None:
    order = shipped(taken_in(incoming((2, 2000, 0), shipping=300)), 2)
    before = Amounts({line_ids(order)[0]: 1500}, 300)

    assert most(adjusted(order, before), before) == [500, 0]


def test_no_more_than_is_left_on_the_payments_may_go_back() -> None:
    order = shipped(taken_in(incoming((2, 2000, 0)), captured=700), 2)

    assert most(order) == [700, 0]


def test_of_an_order_that_was_only_authorized_nothing_may_go_back() -> None:
    order = shipped(taken_in(incoming((2, 2000, 0)), captured=0), 2)

    assert not adjustable(order, NOTHING).is_possible


def test_of_an_order_that_cost_nothing_nothing_may_go_back() -> None:
    for given_order in (incoming((1, 0, 0)), incoming((2, 900, 0), discount=900)):
        assert not adjustable(shipped(taken_in(given_order), 1), NOTHING).is_possible


@pytest.mark.parametrize(("included", "money"), [(True, 1000), (False, 1190)])
def test_tax_beside_prices_goes_back_with_them_and_once(included, money) -> None:
    order = shipped(taken_in(incoming((1, 1000, 190), tax_included=included)), 1)

    assert most(order) == [money, 0]


def test_the_shipped_units_are_those_that_no_cancellation_takes() -> None:
    # 25.89 over two units is 12.95 and 12.94; the first of them is canceled.
    order, back = canceled(shipped(taken_in(incoming((2, 2589, 0))), 1), 1)

    assert (back, most(order)) == (1295, [1294, 0])


def test_while_a_request_is_open_no_choice_of_units_can_give_too_much() -> None:
    order = shipped(taken_in(incoming((2, 1000, 0), discount=1)), 1)
    line = order.line_items[0]
    asked = replace(order, line_items=(replace(line, requested=1, claimed=(UnitRange(1, 2),)),))

    assert (most(order), most(asked)) == ([500, 0], [499, 0])


def test_shipping_by_share_goes_back_for_what_has_shipped() -> None:
    given_order = incoming((2, 2000, 0), shipping=301)
    order = shipped(taken_in(given_order, Policy(shipping=ShippingPolicy.PRO_RATA)), 1)

    assert most(order) == [1000, 150]
    assert whole_quote(order).shipping_minor == 151


@pytest.mark.parametrize(
    ("amounts", "shipping", "refusal", "words"),
    [
        ([1001], 0, NotEligible, "1000 may go back at most"),
        ([0, 1], 0, NotEligible, "no unit of it has shipped"),
        ([1], 301, NotEligible, "Of the shipping 300 may go back at most"),
        ([-1], 2, InvalidContent, "not negative"),
        ([1], -1, InvalidContent, "not negative"),
        ([], 0, InvalidContent, "at least one amount"),
    ],
)
def test_what_may_not_go_back_is_refused_with_how_much_may(amounts, shipping, refusal, words) -> None:
    order = shipped(taken_in(incoming((2, 2000, 0), (1, 500, 0), shipping=300)), 1)
    wanted = Amounts(dict(zip(line_ids(order), amounts, strict=False)), shipping)

    with pytest.raises(refusal, match=words):
        check(order, wanted, NOTHING)


def test_parts_that_are_possible_alone_may_be_too_much_together() -> None:
    order = shipped(taken_in(incoming((1, 500, 0), (1, 500, 0)), captured=700), 1, 1)
    first, second = line_ids(order)

    with pytest.raises(NotEligible, match="700 may go back in all"):
        check(order, Amounts({first: 400, second: 400}), NOTHING)


def test_a_line_of_another_order_is_refused() -> None:
    order = shipped(taken_in(incoming((1, 500, 0))), 1)

    with pytest.raises(InvalidContent, match="no such line"):
        check(order, Amounts({LineItemId(new_id()): 1}), NOTHING)


@given(
    lines=st.lists(
        st.tuples(st.integers(1, 5), st.integers(0, 9_999), st.integers(0, 999)), min_size=1, max_size=3
    ),
    shipping=st.integers(0, 999),
    off=st.integers(0, 30),
    included=st.booleans(),
    captured=st.integers(0, 100),
    policy=st.builds(
        Policy,
        shipping=st.sampled_from(ShippingPolicy),
        discount=st.sampled_from([DiscountPolicy.LOCK, DiscountPolicy.REPRICE]),
        fee=st.builds(Fee, st.integers(0, 300), st.integers(0, 30)),
    ),
    chosen=st.data(),
)
def test_adjusting_and_canceling_in_any_order_never_gives_back_more_than_was_captured(
    lines, shipping, off, included, captured, policy, chosen
) -> None:
    price = sum(price for _quantity, price, _tax in lines)
    given_order = incoming(*lines, discount=price * off // 100, shipping=shipping, tax_included=included)
    whole = taken_in(given_order, policy)
    order = taken_in(given_order, policy, captured=whole.total_minor * captured // 100)
    before = NOTHING
    for _ in range(chosen.draw(st.integers(1, 6))):
        step = chosen.draw(st.sampled_from(["ship", "cancel", "adjust"]))
        units = [chosen.draw(st.integers(0, line.open)) for line in order.line_items]
        if step == "ship":
            order = shipped(order, *units)
        elif step == "cancel" and any(units):
            order, _back = canceled(order, *units)
        elif step == "adjust":
            order, before = _adjust(order, before, chosen.draw(st.integers(1, 100)))
        assert all(0 <= payment.left_minor <= payment.captured_minor for payment in order.payments)
    assert sum(before.lines.values()) + before.shipping_minor == order.adjusted_minor


def _adjust(order: Order, before: Amounts, percent: int) -> tuple[Order, Amounts]:
    possible = adjustable(order, before)
    room = possible.in_all_minor
    lines: dict[LineItemId, int] = {}
    for line_id in line_ids(order):
        amount = min(room, -(-possible.of_line(line_id) * percent // 100))
        room -= amount
        lines[line_id] = amount
    wanted = Amounts(lines, min(room, possible.of_shipping))
    if wanted.whole_minor == 0:
        return order, before
    check(order, wanted, before)
    sums = {line_id: before.lines.get(line_id, 0) + amount for line_id, amount in lines.items()}
    return adjusted(order, wanted), Amounts(sums, before.shipping_minor + wanted.shipping_minor)


@given(price=st.integers(0, 9_999), shipping=st.integers(0, 999), percent=st.integers(0, 100))
def test_an_adjustment_changes_nothing_of_what_a_later_cancellation_brings(price, shipping, percent) -> None:
    order = shipped(taken_in(incoming((3, price, 0), shipping=shipping)), 2)
    later, _before = _adjust(order, NOTHING, percent)

    assert whole_quote(later).refund_minor == whole_quote(order).refund_minor


def test_a_merchant_gives_back_less_and_the_rest_is_withheld() -> None:
    order = taken_in(incoming((2, 2000, 0)))

    for at_most, refund in ((None, 2000), (2500, 2000), (2000, 2000), (1999, 1999), (1, 1), (0, 0)):
        quoted = whole_quote(order, most_minor=at_most)
        assert (quoted.refund_minor, quoted.withheld_minor) == (refund, 2000 - refund)
        assert sum(share.amount_minor for share in quoted.payments) == refund


def test_nothing_refunded_is_said_to_be_withheld() -> None:
    quoted = whole_quote(taken_in(incoming((1, 2000, 0))), most_minor=0)

    assert [(kept.amount_minor, kept.why) for kept in quoted.kept] == [(2000, KeptReason.WITHHELD)]
    assert quoted.left_out == ()


def test_of_what_was_only_authorized_nothing_can_be_withheld() -> None:
    order = taken_in(incoming((1, 2000, 0)), captured=0)

    plain, less = whole_quote(order), whole_quote(order, most_minor=0)

    assert (less.withheld_minor, less.released_minor, less.voids) == (0, 2000, plain.voids)


def test_leaving_out_the_first_units_crosses_gaps() -> None:
    units = (UnitRange(0, 2), UnitRange(5, 7))

    assert drop_first(units, 0) == units
    assert drop_first(units, 3) == (UnitRange(6, 7),)
    assert drop_first(units, 4) == ()

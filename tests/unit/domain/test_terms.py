"""Terms that change with time or with who asks: fee steps, a warehouse, asking again."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.actors import ActorKind
from shared.domain.eligibility import Blocker, assess
from shared.domain.orders import Order
from shared.domain.policy import Fee, FeeStep, Policy, Warehouse, WarehouseAnswer, from_document, to_document
from shared.domain.refunds import KeptReason, pick_units, quote
from shared.domain.units import UnitRange, free
from tests.unit.domain.facts import NOON, canceled, incoming, taken_in

DEARER = Fee(
    fixed_minor=100, percent=5, later=(FeeStep(60, 200, 10), FeeStep(1_440, percent=50), FeeStep(120))
)


@pytest.mark.parametrize(
    ("minutes", "terms"),
    [
        (0, (100, 5)),
        (59, (100, 5)),
        (60, (200, 10)),
        (119, (200, 10)),
        (120, (0, 0)),
        (1_439, (0, 0)),
        (1_440, (0, 50)),
        (-5, (100, 5)),
    ],
)
def test_the_latest_step_that_has_begun_sets_the_fee(minutes: int, terms: tuple[int, int]) -> None:
    step = DEARER.at(minutes)
    assert (step.fixed_minor, step.percent) == terms


def test_a_fee_is_that_of_the_minute_in_which_the_buyer_asks() -> None:
    order = taken_in(incoming((1, 10_000, 0)), Policy(fee=DEARER))
    before, after = (NOON + timedelta(minutes=60, seconds=seconds) for seconds in (-1, 0))
    assert canceled(order, 1, at=before)[1] == 10_000 - 100 - 500
    assert canceled(order, 1, at=after)[1] == 10_000 - 200 - 1_000


def test_across_steps_the_earlier_units_keep_their_percentage() -> None:
    fee = Fee(percent=10, later=(FeeStep(60, percent=50),))
    order = taken_in(incoming((2, 2_000, 0)), Policy(fee=fee))
    order, first = canceled(order, 1)
    order, second = canceled(order, 1, at=NOON + timedelta(hours=2))
    assert (first, second) == (900, 500)
    assert order.fee_bases == {10: 1_000, 50: 1_000}


def test_a_fixed_fee_that_rises_costs_a_later_cancellation_the_difference_and_one_that_falls_nothing() -> (
    None
):
    rising = taken_in(incoming((2, 2_000, 0)), Policy(fee=Fee(100, later=(FeeStep(60, 300),))))
    falling = taken_in(incoming((2, 2_000, 0)), Policy(fee=Fee(300, later=(FeeStep(60, 100),))))
    refunds = []
    for order in (rising, falling):
        after, first = canceled(order, 1)
        refunds.append((first, canceled(after, 1, at=NOON + timedelta(hours=2))[1]))
    assert refunds == [(900, 800), (700, 1_000)]


steps = st.builds(FeeStep, st.integers(1, 300), st.integers(0, 2_000), st.integers(0, 100))
fees = st.builds(Fee, st.integers(0, 2_000), st.integers(0, 100), st.lists(steps, max_size=3).map(tuple))
orders = st.builds(
    lambda lines: incoming(*((units, price, 0) for units, price in lines)),
    st.lists(st.tuples(st.integers(1, 5), st.integers(0, 20_000)), min_size=1, max_size=3),
)


@given(orders, fees, st.integers(0, 400), st.randoms(use_true_random=False))
def test_within_one_step_canceling_one_by_one_costs_what_all_at_once_does(
    given_order, fee, minutes, random
) -> None:
    order, at = taken_in(given_order, Policy(fee=fee)), NOON + timedelta(minutes=minutes)
    _, at_once = canceled(order, *(line.ordered for line in order.line_items), at=at)
    refunds = []
    for index in shuffled(order, random):
        order, refund = canceled(
            order, *(int(place == index) for place in range(len(order.line_items))), at=at
        )
        refunds.append(refund)
    assert sum(refunds) == at_once
    assert min(refunds) >= 0


@given(orders, fees, st.randoms(use_true_random=False))
def test_whatever_the_steps_no_cancellation_costs_more_than_it_brings(given_order, fee, random) -> None:
    order, at = taken_in(given_order, Policy(fee=fee)), NOON
    for index in shuffled(order, random):
        at += timedelta(minutes=random.randrange(120))
        order, refund = canceled(
            order, *(int(place == index) for place in range(len(order.line_items))), at=at
        )
        assert refund >= 0
    assert order.payments[0].refunded_minor + order.fees_minor == order.total_minor


def shuffled(order: Order, random) -> list[int]:
    units = [index for index, line in enumerate(order.line_items) for _ in range(line.ordered)]
    random.shuffle(units)
    return units


def blockers(order: Order, asker: ActorKind = ActorKind.BUYER) -> tuple[Blocker, ...]:
    return assess(order, asker, now=NOON)[order.line_items[0].id].blockers


def test_when_the_shop_takes_no_requests_by_itself_buyers_are_sent_to_its_people() -> None:
    order = replace(taken_in(incoming((1, 1_000, 0))), self_service=False)
    assert blockers(order) == (Blocker.POLICY_OFF,)
    assert blockers(order, ActorKind.MERCHANT_USER) == ()


def test_an_order_in_fulfillment_blocks_buyers_unless_a_warehouse_can_be_asked() -> None:
    order = replace(taken_in(incoming((1, 1_000, 0))), in_fulfillment=True)
    assert blockers(order) == (Blocker.IN_FULFILLMENT,)
    assert blockers(order, ActorKind.FEED) == ()
    assert blockers(replace(order, policy=Policy(warehouse=Warehouse(30)))) == ()


def test_who_was_declined_asks_again_only_where_the_policy_lets_them() -> None:
    order = taken_in(incoming((2, 2_000, 0), (1, 500, 0)), Policy(ask_again=False))
    first, second = order.line_items
    refused = replace(order, line_items=(replace(first, declined=True), second))
    assert blockers(refused) == (Blocker.DECLINED_BEFORE,)
    assert assess(refused, ActorKind.BUYER, now=NOON)[second.id].quantity == 1
    assert blockers(refused, ActorKind.MERCHANT_USER) == ()
    assert blockers(replace(refused, policy=Policy())) == ()


def test_what_the_merchant_withholds_is_said_and_never_more_than_what_was_charged() -> None:
    order = taken_in(incoming((1, 1_000, 0)))
    units = pick_units(order, {order.line_items[0].id: 1})
    less, nothing, more = (
        quote(order, units, for_buyer=False, at=NOON, most_minor=most) for most in (300, 0, 9_999)
    )
    assert [(one.refund_minor, one.withheld_minor) for one in (less, nothing, more)] == [
        (300, 700),
        (0, 1_000),
        (1_000, 0),
    ]
    assert [(kept.amount_minor, kept.why) for kept in less.kept] == [(700, KeptReason.WITHHELD)]
    assert (less.charged_minor, less.items_minor) == (1_000, 1_000)


def test_a_policy_with_every_term_survives_its_document() -> None:
    policy = Policy(fee=DEARER, ask_again=False, warehouse=Warehouse(15, WarehouseAnswer.STOPPED))
    assert from_document(to_document(policy)) == policy


def test_a_policy_frozen_before_a_term_existed_reads_as_it_was_then() -> None:
    old = {
        name: value for name, value in to_document(Policy()).items() if name not in {"warehouse", "ask_again"}
    }
    old["fee"] = {"fixed_minor": 50, "percent": 0}
    assert from_document(old) == Policy(fee=Fee(50))


def test_units_that_are_claimed_twice_are_free_once_at_most() -> None:
    assert free(6, [UnitRange(0, 4), UnitRange(1, 2)]) == (UnitRange(4, 6),)

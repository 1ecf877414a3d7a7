"""Which units may go, for whom, and what stands in the way."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.actors import ActorKind
from shared.domain.eligibility import Blocker, NextStep, assess, closes_at, next_step, units
from shared.domain.orders import Order
from shared.domain.policy import Policy, WindowFrom
from tests.unit.domain.facts import NOON, incoming, taken_in


def an_order(policy: Policy | None = None, captured: int | None = None, **line: int | bool) -> Order:
    order = taken_in(incoming((4, 4000, 0)), policy, captured)
    return replace(order, line_items=(replace(order.line_items[0], **line),))


def blockers(
    order: Order, asker: ActorKind = ActorKind.BUYER, after: timedelta = timedelta(0)
) -> tuple[Blocker, ...]:
    return assess(order, asker, now=NOON + after)[order.line_items[0].id].blockers


def test_all_open_units_may_go() -> None:
    order = an_order(shipped=1, canceled=1)
    assert units(assess(order, ActorKind.BUYER, now=NOON)) == 2


@pytest.mark.parametrize(
    ("line", "blocker"),
    [
        ({"shipped": 4}, Blocker.ALREADY_SHIPPED),
        ({"canceled": 4}, Blocker.ALREADY_CANCELED),
        ({"requested": 4}, Blocker.ALREADY_REQUESTED),
        ({"shipped": 3, "requested": 1}, Blocker.ALREADY_REQUESTED),
        ({"shipped": 3, "canceled": 1}, Blocker.ALREADY_SHIPPED),
    ],
)
def test_a_spent_line_says_how_its_units_went(line: dict[str, int], blocker: Blocker) -> None:
    assert blockers(an_order(**line)) == (blocker,)


def test_a_product_that_may_not_be_canceled_blocks_the_buyer_alone() -> None:
    order = an_order(cancelable=False)
    assert blockers(order) == (Blocker.NOT_CANCELABLE_PRODUCT,)
    assert blockers(order, ActorKind.MERCHANT_USER) == ()


def test_a_hold_blocks_the_buyer_alone() -> None:
    order = replace(an_order(), hold=True)
    assert blockers(order) == (Blocker.ORDER_ON_HOLD,)
    assert blockers(order, ActorKind.STORE) == ()


@pytest.mark.parametrize(
    ("fact", "blocker"),
    [("disputed", Blocker.PAYMENT_DISPUTED), ("fulfilled_by_other", Blocker.FULFILLED_BY_OTHER)],
)
def test_a_dispute_and_another_fulfiller_block_everybody(fact: str, blocker: Blocker) -> None:
    order = replace(an_order(), **{fact: True})
    assert blockers(order) == (blocker,)
    assert blockers(order, ActorKind.MERCHANT_USER) == (blocker,)


def test_the_window_closes_to_the_second() -> None:
    order = an_order(Policy(window_hours=2))
    assert blockers(order, after=timedelta(hours=2, seconds=-1)) == ()
    assert blockers(order, after=timedelta(hours=2)) == (Blocker.WINDOW_CLOSED,)


def test_a_window_from_payment_has_not_begun_before_it() -> None:
    order = an_order(Policy(window_hours=2, window_from=WindowFrom.PAID))
    assert closes_at(replace(order, paid_at=None)) is None
    assert closes_at(order) == NOON + timedelta(hours=2)


def test_pending_orders_follow_the_policy() -> None:
    order = an_order(Policy(pending=False))
    pending = replace(order, payments=())
    assert blockers(order) == ()
    assert blockers(pending) == (Blocker.PENDING_NOT_ALLOWED,)
    assert blockers(replace(pending, policy=Policy())) == ()


def test_an_order_that_costs_nothing_is_never_pending() -> None:
    order = taken_in(incoming((1, 0, 0)))
    assert not replace(order, payments=()).is_pending


@pytest.mark.parametrize("blocker", Blocker)
def test_every_blocker_names_a_next_step_that_its_reader_can_take(blocker: Blocker) -> None:
    of_merchant = {NextStep.DECIDE_REQUEST, NextStep.SETTLE_DISPUTE, NextStep.CANCEL_FOR_BUYER}
    of_buyer = {NextStep.CONTACT, NextStep.WITHDRAW_OR_WAIT, NextStep.WAIT_FOR_PAYMENT}

    assert next_step(blocker, ActorKind.BUYER) not in of_merchant
    assert next_step(blocker, ActorKind.STORE) not in of_buyer

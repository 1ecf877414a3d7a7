"""Fees, lost discounts, bundles and rules, through the real actions."""

from datetime import timedelta

import pytest

from shared.actions import execution
from shared.domain.actors import ActorKind
from shared.domain.cancellation import RequestState
from shared.domain.errors import NotEligible
from shared.domain.events import MailEvent
from shared.domain.intake import IncomingDiscount
from shared.domain.policy import DiscountPolicy, Fee, Mode, Policy
from shared.domain.reasons import DeclineReason, Reason
from shared.domain.refunds import KeptReason
from shared.domain.rules import Decision, Rule
from shared.queries.cancellations import quote_for
from shared.queries.invariants import violations_of
from shared.queries.order_values import OrderPage
from shared.queries.orders import order_page
from shared.storage.engine import Database
from tests.builders import a_merchant, accept, an_order, cancel, request
from tests.post import messages_of


def page(db: Database, merchant_id, order_id) -> OrderPage:
    return order_page(db, merchant_id, order_id, ActorKind.BUYER)


def test_a_fee_is_quoted_kept_and_remembered(db: Database) -> None:
    merchant_id = a_merchant(db, Policy(fee=Fee(fixed_minor=250, percent=10)))
    order_id = an_order().with_item(quantity=2, price=4000).taken_in(db, merchant_id)
    quoted = quote_for(db, merchant_id, order_id, ActorKind.BUYER, None).quote
    assert [(kept.amount_minor, kept.why) for kept in quoted.kept] == [(650, KeptReason.FEE)]

    accept(db, merchant_id, request(db, merchant_id, order_id, 1))
    accept(db, merchant_id, request(db, merchant_id, order_id, 1))

    refunds = [refund.amount_minor for refund in page(db, merchant_id, order_id).refunds]
    assert refunds == [2000 - 450, 2000 - 200]
    assert sum(refunds) == quoted.refund_minor
    assert violations_of(db, merchant_id) == []


def test_the_merchants_own_cancellation_costs_no_fee(db: Database) -> None:
    merchant_id = a_merchant(db, Policy(fee=Fee(percent=50)))
    order_id = an_order().taken_in(db, merchant_id)

    cancel(db, merchant_id, order_id)

    assert [refund.amount_minor for refund in page(db, merchant_id, order_id).refunds] == [6400]
    assert violations_of(db, merchant_id) == []


def test_a_lost_discount_lowers_the_refund_until_the_rest_goes_too(db: Database) -> None:
    merchant_id = a_merchant(db, Policy(discount=DiscountPolicy.REPRICE))
    off = IncomingDiscount(3000, min_subtotal_minor=10_000)
    two = an_order().with_item("Kettle", price=8000).with_item("Lamp", price=4000).with_(discounts=(off,))
    order_id = two.taken_in(db, merchant_id)

    cancel(db, merchant_id, order_id, 0, 1)
    cancel(db, merchant_id, order_id, 1, 0)

    assert [refund.amount_minor for refund in page(db, merchant_id, order_id).refunds] == [1000, 8000]
    assert violations_of(db, merchant_id) == []


def test_a_bundle_takes_its_parts_along(db: Database) -> None:
    merchant_id = a_merchant(db)
    order = an_order().with_item("Tea set", 2, 8000).with_item("Cup", 8, 0, parent_sku="TEA-SET")
    order_id = order.taken_in(db, merchant_id)

    cancel(db, merchant_id, order_id, 1, 0)

    assert [item.canceled for item in page(db, merchant_id, order_id).items] == [1, 4]
    with pytest.raises(NotEligible):
        request(db, merchant_id, order_id, 0, 1)
    assert violations_of(db, merchant_id) == []


RULES = Policy(
    mode=Mode.RULES,
    silence_hours=6,
    rules=(
        Rule(Decision.DECLINE, reasons=(Reason.FOUND_CHEAPER,)),
        Rule(Decision.ACCEPT, within_minutes=90, most_earlier=0),
    ),
)


def test_a_rule_accepts_at_once(db: Database) -> None:
    merchant_id = a_merchant(db, RULES)
    order_id = an_order().taken_in(db, merchant_id)

    request_id = request(db, merchant_id, order_id)
    execution.execute(db, merchant_id, request_id)

    assert page(db, merchant_id, order_id).requests[0].state is RequestState.ACCEPTED


def test_a_rule_declines_at_once_and_the_buyer_is_told(db: Database) -> None:
    merchant_id = a_merchant(db, RULES)
    order_id = an_order().taken_in(db, merchant_id)

    request(db, merchant_id, order_id, reason=Reason.FOUND_CHEAPER)

    view = page(db, merchant_id, order_id).requests[0]
    assert (view.state, view.decline_reason) == (RequestState.DECLINED, DeclineReason.BY_RULE)
    assert page(db, merchant_id, order_id).items[0].open == 1
    assert MailEvent.CANCELLATION_DECLINED in [message.event for message in messages_of(db, merchant_id)]
    assert violations_of(db, merchant_id) == []


def test_where_no_rule_fits_a_person_decides_and_the_clock_runs(db: Database) -> None:
    merchant_id = a_merchant(db, RULES)
    order_id = an_order().with_(age=timedelta(hours=3)).taken_in(db, merchant_id)

    request(db, merchant_id, order_id)

    view = page(db, merchant_id, order_id).requests[0]
    assert view.state is RequestState.REQUESTED
    assert view.decide_by is not None


def test_a_buyers_earlier_requests_count(db: Database) -> None:
    merchant_id = a_merchant(db, RULES)
    states = []
    for _ in range(2):
        order_id = an_order().with_(email="Often@example.com").taken_in(db, merchant_id)
        request(db, merchant_id, order_id)
        states.append(page(db, merchant_id, order_id).requests[0].state)

    assert states == [RequestState.ACCEPTING, RequestState.REQUESTED]

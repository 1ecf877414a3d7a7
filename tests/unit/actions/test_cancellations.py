"""Request, accept, decline, withdraw, ship: quantities, money and states after each."""

import pytest

from shared.actions import cancellations, execution
from shared.domain.actors import BUYER, ActorKind
from shared.domain.cancellation import RequestState
from shared.domain.errors import AlreadyDecided, NotEligible, NotFound, QuoteChanged, UnderCancellation
from shared.domain.orders import ItemStatus, OrderStatus, PaymentStatus
from shared.domain.policy import Policy, ShippingPolicy
from shared.domain.reasons import DeclineReason, Reason
from shared.queries.cancellations import quote_for
from shared.queries.order_values import OrderPage
from shared.queries.orders import order_page
from shared.storage.engine import Database
from tests.builders import (
    USER,
    a_merchant,
    accept,
    an_order,
    automatic,
    cancel,
    quantities,
    request,
    ship,
)


def page(db: Database, merchant_id, order_id) -> OrderPage:
    return order_page(db, merchant_id, order_id, ActorKind.BUYER)


def test_a_request_marks_its_units_and_leaves_money_alone(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_id = an_order().with_item(quantity=3, price=3000).taken_in(db, merchant_id)

    request(db, merchant_id, order_id, 2, comments="Found it nearer home")

    order = page(db, merchant_id, order_id)
    assert (order.items[0].requested, order.items[0].open) == (2, 1)
    assert order.items[0].status is ItemStatus.CANCELLATION_REQUESTED
    assert order.requests[0].state is RequestState.REQUESTED
    assert order.requests[0].comments == "Found it nearer home"
    assert order.requests[0].reason_words == "Order created by mistake"
    assert order.refunds == ()


def test_an_accepted_request_cancels_refunds_and_restocks_once(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_id = an_order().with_item(quantity=3, price=3000).taken_in(db, merchant_id)
    request_id = request(db, merchant_id, order_id, 2)

    accept(db, merchant_id, request_id)
    execution.execute(db, merchant_id, request_id)

    order = page(db, merchant_id, order_id)
    assert (order.items[0].canceled, order.items[0].requested) == (2, 0)
    assert [refund.amount_minor for refund in order.refunds] == [2000]
    assert order.payment_status is PaymentStatus.PARTIALLY_REFUNDED
    assert order.requests[0].state is RequestState.ACCEPTED


def test_canceling_every_unit_closes_the_order_with_its_shipping(db: Database) -> None:
    merchant_id = a_merchant(db)
    two = an_order().with_item(quantity=2, price=2000)
    order_id = two.with_(shipping_minor=500).taken_in(db, merchant_id)

    cancel(db, merchant_id, order_id, 1)
    cancel(db, merchant_id, order_id)

    order = page(db, merchant_id, order_id)
    assert order.status is OrderStatus.CANCELED
    assert [refund.amount_minor for refund in order.refunds] == [1000, 1500]
    assert order.payment_status is PaymentStatus.REFUNDED


def test_an_automatic_policy_accepts_and_waits_for_the_worker(db: Database) -> None:
    merchant_id = a_merchant(db, automatic())
    order_id = an_order().taken_in(db, merchant_id)

    request_id = request(db, merchant_id, order_id)

    assert page(db, merchant_id, order_id).requests[0].state is RequestState.ACCEPTING
    execution.execute(db, merchant_id, request_id)
    assert page(db, merchant_id, order_id).requests[0].state is RequestState.ACCEPTED


def test_the_undo_window_holds_the_execution_back(db: Database) -> None:
    merchant_id = a_merchant(db, automatic(undo_minutes=10))
    order_id = an_order().taken_in(db, merchant_id)
    request_id = request(db, merchant_id, order_id)

    execution.execute(db, merchant_id, request_id)
    assert page(db, merchant_id, order_id).requests[0].state is RequestState.ACCEPTING

    cancellations.withdraw(db, merchant_id, request_id, BUYER)
    assert page(db, merchant_id, order_id).requests[0].state is RequestState.WITHDRAWN


def test_a_declined_request_frees_its_units(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_id = an_order().taken_in(db, merchant_id)
    request_id = request(db, merchant_id, order_id)

    cancellations.decline(
        db, merchant_id, request_id, USER, reason=DeclineReason.ALREADY_PACKED, message="Sorry, it is packed."
    )

    order = page(db, merchant_id, order_id)
    assert order.items[0].open == 1
    assert order.requests[0].decline_message == "Sorry, it is packed."
    assert order.can_cancel


def test_a_decision_is_made_once(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_id = an_order().taken_in(db, merchant_id)
    request_id = request(db, merchant_id, order_id)
    cancellations.decline(db, merchant_id, request_id, USER, reason=DeclineReason.TOO_LATE)

    with pytest.raises(AlreadyDecided):
        cancellations.accept(db, merchant_id, request_id, USER)
    with pytest.raises(AlreadyDecided):
        cancellations.withdraw(db, merchant_id, request_id, BUYER)


def test_more_than_is_open_is_refused(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_id = an_order().with_item(quantity=2).taken_in(db, merchant_id)
    request(db, merchant_id, order_id, 1)

    with pytest.raises(NotEligible):
        request(db, merchant_id, order_id, 2)


def test_another_merchants_order_does_not_exist(db: Database) -> None:
    order_id = an_order().taken_in(db, a_merchant(db))

    with pytest.raises(NotFound):
        request(db, a_merchant(db), order_id)


def test_a_confirm_after_a_change_is_answered_with_the_change(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_id = an_order().with_item(quantity=3).taken_in(db, merchant_id)
    seen = quote_for(db, merchant_id, order_id, ActorKind.BUYER, None).quote.hash
    ship(db, merchant_id, order_id, 1)

    ask = cancellations.Ask(quantities=quantities(db, merchant_id, order_id, 1), for_buyer=True, seen=seen)
    with pytest.raises(QuoteChanged):
        cancellations.request(db, merchant_id, order_id, ask, BUYER)


def test_the_same_window_confirmed_twice_makes_one_request(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_id = an_order().with_item(quantity=3).taken_in(db, merchant_id)
    wanted = quantities(db, merchant_id, order_id, 1)
    ask = cancellations.Ask(for_buyer=True, nonce="window-1", quantities=wanted)

    first = cancellations.request(db, merchant_id, order_id, ask, BUYER)
    second = cancellations.request(db, merchant_id, order_id, ask, BUYER)

    assert first == second
    assert page(db, merchant_id, order_id).items[0].requested == 1


def test_a_shipment_takes_undecided_units_and_declines_their_request(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_id = an_order().with_item(quantity=2).taken_in(db, merchant_id)
    request(db, merchant_id, order_id)

    ship(db, merchant_id, order_id, 2)

    order = page(db, merchant_id, order_id)
    assert order.requests[0].decline_reason is DeclineReason.ALREADY_SHIPPED
    assert order.status is OrderStatus.SHIPPED


def test_what_a_shipment_leaves_of_a_request_can_still_be_accepted(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_id = an_order().with_item(quantity=3, price=3000).taken_in(db, merchant_id)
    request_id = request(db, merchant_id, order_id)
    ship(db, merchant_id, order_id, 1)

    accept(db, merchant_id, request_id)

    order = page(db, merchant_id, order_id)
    assert (order.requests[0].units[0].asked, order.requests[0].units[0].quantity) == (3, 2)
    assert [refund.amount_minor for refund in order.refunds] == [2000]
    assert order.status is OrderStatus.SHIPPED


def test_a_shipment_lowers_what_an_open_request_brings_back(db: Database) -> None:
    merchant_id = a_merchant(db)
    three = an_order().with_item(quantity=3, price=3000).with_(shipping_minor=500)
    order_id = three.taken_in(db, merchant_id)
    request_id = request(db, merchant_id, order_id)
    assert page(db, merchant_id, order_id).requests[0].refund_minor == 3500

    ship(db, merchant_id, order_id, 1)

    assert page(db, merchant_id, order_id).requests[0].refund_minor == 2000
    accept(db, merchant_id, request_id)
    assert [refund.amount_minor for refund in page(db, merchant_id, order_id).refunds] == [2000]


def test_units_that_are_decided_to_be_canceled_may_not_ship(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_id = an_order().with_item(quantity=2).taken_in(db, merchant_id)
    request_id = request(db, merchant_id, order_id)
    cancellations.accept(db, merchant_id, request_id, USER)

    with pytest.raises(UnderCancellation):
        ship(db, merchant_id, order_id, 1)

    execution.execute(db, merchant_id, request_id)
    with pytest.raises(NotEligible):
        ship(db, merchant_id, order_id, 1)


def test_shipping_that_never_goes_back_is_shown_as_kept(db: Database) -> None:
    merchant_id = a_merchant(db, Policy(shipping=ShippingPolicy.NEVER))
    order_id = an_order().with_(shipping_minor=495).taken_in(db, merchant_id)

    view = quote_for(db, merchant_id, order_id, ActorKind.BUYER, None)

    assert [kept.amount_minor for kept in view.quote.kept] == [495]
    assert view.quote.refund_minor == 6400


def test_an_order_that_was_only_authorized_is_released_and_not_refunded(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_id = an_order().with_(paid=False).taken_in(db, merchant_id)

    cancel(db, merchant_id, order_id, reason=Reason.PRICING_ERROR)

    order = page(db, merchant_id, order_id)
    assert order.refunds == ()
    assert order.status is OrderStatus.CANCELED

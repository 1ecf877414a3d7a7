"""A store tells of payments while refunds or voids of theirs have failed: each amount goes back once."""

from __future__ import annotations

import pytest

from shared.actions import changes, refunds
from shared.actions.changes import OrderChange
from shared.domain.errors import StillUnderWay
from shared.domain.gateways import Trouble
from shared.domain.intake import IncomingPayment
from shared.domain.orders import Gateway
from shared.queries.invariants import violations_of
from shared.queries.refunds import waiting_refunds
from tests.builders import STORE, USER, cancel
from tests.stripe_peer import Intent


def told(till, order_id, *payments: Intent) -> None:
    now = [IncomingPayment(Gateway.STRIPE, intent.amount, intent.captured, intent.id) for intent in payments]
    changes.change(till.db, till.merchant_id, order_id, OrderChange(payments=now), STORE)


def test_what_failed_to_go_back_is_not_given_back_a_second_time(till) -> None:
    paid, authorized = till.peer.a_payment(5_000), till.peer.a_payment(0, authorized=5_000)
    order_id = till.order(paid, authorized)
    till.peer.faults.append("refused")
    cancel(till.db, till.merchant_id, order_id, 6)
    till.work()
    failed = next(row for row in till.rows(order_id) if row.state == "failed")
    assert (failed.kind, failed.amount_minor) == ("refund", 1_000)

    more = till.peer.a_payment(0, authorized=100)
    told(till, order_id, paid, authorized, more)
    till.work()
    assert till.peer.given_back(paid) == 0

    refunds.retry(till.db, till.merchant_id, failed.id, USER)
    till.work()
    assert till.peer.given_back(paid) == 1_000
    assert till.agrees(order_id, paid, authorized, more)


def test_a_void_that_came_too_late_waits_for_nobody_once_the_money_is_refunded(till) -> None:
    payment = till.peer.a_payment(0, authorized=10_000)
    order_id = till.order(payment)
    payment.captured, payment.status = 10_000, "succeeded"
    cancel(till.db, till.merchant_id, order_id)
    till.work()
    assert till.rows(order_id)[0].trouble == Trouble.ALREADY_CAPTURED

    told(till, order_id, payment)
    till.work()

    assert [(row.kind, row.state) for row in till.rows(order_id)] == [
        ("void", "failed"),
        ("refund", "succeeded"),
    ]
    assert till.order_row(order_id).refunds_failed == 0
    assert waiting_refunds(till.db, till.merchant_id).failed == ()
    assert till.agrees(order_id, payment)


def test_a_capture_waits_for_what_the_gateway_says_of_the_release(till) -> None:
    payment = till.peer.a_payment(0, authorized=10_000)
    order_id = till.order(payment)
    cancel(till.db, till.merchant_id, order_id)
    payment.captured, payment.status = 10_000, "succeeded"

    with pytest.raises(StillUnderWay):
        told(till, order_id, payment)
    till.work()
    told(till, order_id, payment)
    till.work()

    assert till.states(order_id) == ["failed", "succeeded"]
    assert till.agrees(order_id, payment)


def test_of_an_authorization_of_which_a_part_was_captured_that_part_is_refunded(till) -> None:
    payment = till.peer.a_payment(0, authorized=10_000)
    order_id = till.order(payment)
    payment.captured, payment.status = 4_000, "succeeded"

    cancel(till.db, till.merchant_id, order_id)
    till.work()

    assert [(row.kind, row.state, row.amount_minor) for row in till.rows(order_id)] == [
        ("void", "failed", 10_000),
        ("refund", "succeeded", 4_000),
    ]
    assert till.agrees(order_id, payment)


def test_new_payments_may_stand_before_those_on_record(till) -> None:
    first, second = till.peer.a_payment(1_000), till.peer.a_payment(2_000)
    order_id = till.order(first, second)
    third, fourth = till.peer.a_payment(300), till.peer.a_payment(400)

    told(till, order_id, third, fourth, first, second)

    assert [row.captured_minor for row in till.payments(order_id)] == [1_000, 2_000, 300, 400]
    assert violations_of(till.db, till.merchant_id) == []

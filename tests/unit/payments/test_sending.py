"""Whatever goes wrong on the way, what the gateway gave back is what the ledger says, and never more."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from shared.actions import bulk_cancel, gateways, merchants, refund_outcomes, refunds, reported_refunds
from shared.domain.catalogue import Giver
from shared.domain.errors import AlreadyDecided, NothingLeft
from shared.domain.gateways import Trouble
from shared.domain.orders import Gateway
from shared.domain.permissions import Role
from shared.domain.reasons import Reason
from shared.payments import sending
from shared.queries.invariants import violations_of
from shared.queries.refunds import waiting_refunds
from tests.builders import USER, an_order, cancel
from tests.stripe_peer import running_peer
from tests.till import Till

FAULTS = ["", "500_before", "500_after", "429", "409", "lost_before", "lost_after", "pending", "refused"]


def test_a_refund_goes_back_and_the_buyer_is_told(till) -> None:
    payment = till.peer.a_payment(10_000)
    order_id = till.order(payment)

    cancel(till.db, till.merchant_id, order_id, 3)
    assert till.states(order_id) == ["pending"]
    till.work()

    (row,) = till.rows(order_id)
    assert (row.state, row.amount_minor) == ("succeeded", 3000)
    assert row.gateway_reference in till.peer.refunds
    assert any("Refund for your order" in mail["Subject"] for mail in till.box.messages)
    assert till.agrees(order_id, payment)


def test_yen_are_never_divided(till) -> None:
    payment = till.peer.a_payment(5800, currency="jpy")
    order = an_order().with_item("Lamp", 1, 5800).with_(currency="JPY")
    order_id = till.order(payment, order=order)

    cancel(till.db, till.merchant_id, order_id)
    till.work()

    assert [made["amount"] for made in till.peer.refunds.values()] == [5800]


def test_an_authorization_is_voided_and_nothing_refunded(till) -> None:
    payment = till.peer.a_payment(0, authorized=10_000)
    order_id = till.order(payment)

    cancel(till.db, till.merchant_id, order_id)
    till.work()

    (row,) = till.rows(order_id)
    assert (row.kind, row.state) == ("void", "succeeded")
    assert payment.status == "canceled"
    assert till.peer.refunds == {}
    assert till.agrees(order_id, payment)


def test_an_authorization_that_was_captured_meanwhile_is_refunded_and_nobody_called(till, db) -> None:
    merchants.create_user(
        db, till.merchant_id, email="maya@example.com", name="Maya", password="x" * 12, role=Role.OWNER
    )
    payment = till.peer.a_payment(0, authorized=10_000)
    order_id = till.order(payment)
    payment.captured, payment.status = 10_000, "succeeded"

    cancel(till.db, till.merchant_id, order_id)
    till.work()

    void, refund = till.rows(order_id)
    assert (void.state, void.trouble) == ("failed", Trouble.ALREADY_CAPTURED)
    assert (refund.state, refund.amount_minor) == ("succeeded", 10_000)
    paid = till.payments(order_id)[0]
    assert (paid.captured_minor, paid.released_minor, paid.refunded_minor) == (10_000, 0, 10_000)
    assert till.order_row(order_id).refunds_failed == 0
    assert not any("failed" in mail["Subject"] for mail in till.box.messages)
    assert till.agrees(order_id, payment)


def test_a_refused_refund_leaves_the_cancellation_and_tells_the_team(till, db) -> None:
    merchants.create_user(
        db, till.merchant_id, email="maya@example.com", name="Maya", password="x" * 12, role=Role.OWNER
    )
    payment = till.peer.a_payment(10_000)
    order_id = till.order(payment)
    till.peer.faults.append("refused")

    cancel(till.db, till.merchant_id, order_id, 4)
    till.work()

    (row,) = till.rows(order_id)
    order = till.order_row(order_id)
    assert (row.state, row.trouble) == ("failed", Trouble.DISPUTED)
    assert (order.canceled, order.refunded_minor, order.payment_status) == (4, 0, "refund_failed")
    (alert,) = [mail for mail in till.box.messages if "Refund failed" in mail["Subject"]]
    assert alert["To"] == "maya@example.com"
    assert f"/console/orders/{order_id}" in alert.as_string()
    assert till.agrees(order_id, payment)


def test_a_failed_refund_is_sent_again_in_a_row_of_its_own(till) -> None:
    payment = till.peer.a_payment(10_000)
    order_id = till.order(payment)
    till.peer.faults.append("refused")
    cancel(till.db, till.merchant_id, order_id, 4)
    till.work()
    (failed,) = till.rows(order_id)

    refunds.retry(till.db, till.merchant_id, failed.id, USER)
    till.work()

    assert till.states(order_id) == ["failed", "succeeded"]
    assert till.rows(order_id)[1].retry_of == failed.id
    assert till.order_row(order_id).payment_status == "partially_refunded"
    with pytest.raises(AlreadyDecided):
        refunds.retry(till.db, till.merchant_id, failed.id, USER)
    assert till.agrees(order_id, payment)


def test_a_failed_refund_may_be_left_to_a_person(till) -> None:
    payment = till.peer.a_payment(10_000)
    order_id = till.order(payment)
    till.peer.faults.append("refused")
    cancel(till.db, till.merchant_id, order_id, 4)
    till.work()

    refunds.pay_by_hand(till.db, till.merchant_id, till.rows(order_id)[0].id, USER)
    by_hand = till.rows(order_id)[1]
    assert by_hand.state == "manual"
    refunds.mark_paid(till.db, till.merchant_id, by_hand.id, USER)

    assert till.states(order_id) == ["failed", "succeeded"]
    assert till.order_row(order_id).refunds_failed == 0


def test_a_retry_goes_over_the_other_payments_where_its_own_has_too_little(till) -> None:
    small, large = till.peer.a_payment(4000), till.peer.a_payment(6000)
    order_id = till.order(small, large)
    till.peer.faults.append("refused")
    cancel(till.db, till.merchant_id, order_id, 4)
    till.work()
    (failed,) = till.rows(order_id)
    made = till.peer.refund_by_hand(small, 1000)
    till.hear("refund.created", made)

    (told,) = waiting_refunds(till.db, till.merchant_id).reported
    reported_refunds.record(till.db, till.merchant_id, told.id, USER)

    refunds.retry(till.db, till.merchant_id, failed.id, USER)
    till.work()

    again = [row for row in till.rows(order_id) if row.retry_of == failed.id]
    assert sum(row.amount_minor for row in again) == 4000
    assert till.agrees(order_id, small, large)


def test_a_retry_beyond_what_all_payments_hold_is_refused(till) -> None:
    payment = till.peer.a_payment(10_000)
    order_id = till.order(payment)
    till.peer.faults.append("refused")
    cancel(till.db, till.merchant_id, order_id)
    till.work()
    till.hear("refund.created", till.peer.refund_by_hand(payment, 1))

    (told,) = waiting_refunds(till.db, till.merchant_id).reported
    reported_refunds.record(till.db, till.merchant_id, told.id, USER)

    with pytest.raises(NothingLeft):
        refunds.retry(till.db, till.merchant_id, till.rows(order_id)[0].id, USER)


@pytest.mark.parametrize("fault", ["500_before", "429", "409", "lost_before", "lost_after"])
def test_an_unknown_outcome_is_tried_again_under_the_same_key(till, fault) -> None:
    payment = till.peer.a_payment(10_000)
    order_id = till.order(payment)
    till.peer.faults.append(fault)
    cancel(till.db, till.merchant_id, order_id, 3)
    till.work()
    assert till.states(order_id) == ["sent"]

    till.hurry()

    assert till.states(order_id) == ["succeeded"]
    assert till.peer.given_back(payment) == 3000
    assert till.agrees(order_id, payment)


@pytest.mark.parametrize("fault", ["500_after", "lost_after", "500_before"])
def test_a_try_after_the_key_is_forgotten_looks_first(till, fault) -> None:
    payment = till.peer.a_payment(10_000)
    order_id = till.order(payment)
    till.peer.faults.append(fault)
    cancel(till.db, till.merchant_id, order_id, 3)
    till.work()

    till.a_day_passes()
    till.hurry()

    assert till.states(order_id) == ["succeeded"]
    assert till.peer.given_back(payment) == 3000
    assert till.agrees(order_id, payment)


def test_a_worker_that_dies_between_row_and_call_leaves_nothing_undone(till) -> None:
    payment = till.peer.a_payment(10_000)
    order_id = till.order(payment)
    cancel(till.db, till.merchant_id, order_id, 3)
    refund_outcomes.begin(till.db, till.merchant_id, till.rows(order_id)[0].id)
    assert till.states(order_id) == ["sent"]

    till.work()

    assert till.agrees(order_id, payment)
    assert till.states(order_id) == ["succeeded"]


def test_two_workers_at_once_send_it_once(till) -> None:
    payment = till.peer.a_payment(10_000)
    order_id = till.order(payment)
    cancel(till.db, till.merchant_id, order_id, 3)
    refund_id = till.rows(order_id)[0].id

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(till.send, [refund_id, refund_id]))

    assert len(till.peer.refunds) == 1
    assert till.agrees(order_id, payment)


def test_two_partial_refunds_at_once_never_exceed_the_payment(till) -> None:
    payment = till.peer.a_payment(10_000)
    order_id = till.order(payment)
    till.peer.faults.extend(["refused", "refused"])
    cancel(till.db, till.merchant_id, order_id, 6)
    cancel(till.db, till.merchant_id, order_id, 4)
    till.work()
    till.hear("refund.created", till.peer.refund_by_hand(payment, 3000))

    (told,) = waiting_refunds(till.db, till.merchant_id).reported
    reported_refunds.record(till.db, till.merchant_id, told.id, USER)
    failed = [row.id for row in till.rows(order_id) if row.state == "failed"]

    def again(refund_id) -> Exception | None:
        try:
            refunds.retry(till.db, till.merchant_id, refund_id, USER)
        except NothingLeft as error:
            return error
        return None

    with ThreadPoolExecutor(2) as threads:
        refusals = list(threads.map(again, failed))
    till.work()

    assert len([refusal for refusal in refusals if refusal]) == 1
    assert till.agrees(order_id, payment)


def test_a_pending_refund_counts_against_the_balance_and_may_fail_later(till) -> None:
    payment = till.peer.a_payment(10_000)
    order_id = till.order(payment)
    till.peer.faults.append("pending")
    cancel(till.db, till.merchant_id, order_id, 3)
    till.work()
    (row,) = till.rows(order_id)
    assert (row.state, till.order_row(order_id).refunded_minor) == ("sent", 3000)

    till.peer.end(row.gateway_reference, "failed", "lost_or_stolen_card")
    till.hurry()

    (row,) = till.rows(order_id)
    assert (row.state, row.trouble) == ("failed", Trouble.CARD_CLOSED)
    assert till.agrees(order_id, payment)


def test_a_pending_refund_that_goes_well_is_found_without_any_event(till) -> None:
    payment = till.peer.a_payment(10_000)
    order_id = till.order(payment)
    till.peer.faults.append("pending")
    cancel(till.db, till.merchant_id, order_id, 3)
    till.work()
    till.peer.end(till.rows(order_id)[0].gateway_reference, "succeeded")

    till.hurry()

    assert till.states(order_id) == ["succeeded"]


def test_without_a_connection_a_person_pays(till) -> None:
    gateways.disconnect(till.db, till.merchant_id, Gateway.STRIPE)
    payment = till.peer.a_payment(10_000)
    order_id = till.order(payment)

    cancel(till.db, till.merchant_id, order_id, 3)

    assert till.states(order_id) == ["manual"]


def test_a_connection_that_is_gone_fails_a_first_try_and_leaves_a_later_one_open(till) -> None:
    nobody = lambda *_: None  # noqa: E731 - the connection that is gone
    payment = till.peer.a_payment(10_000)
    order_id = till.order(payment)
    cancel(till.db, till.merchant_id, order_id, 3)
    cancel(till.db, till.merchant_id, order_id, 2)
    first, second = till.rows(order_id)
    till.peer.faults.append("lost_after")
    with pytest.raises(stripe.APIConnectionError):
        till.send(second.id)

    sending.send(till.db, nobody, till.merchant_id, first.id)
    with pytest.raises(sending.UnknownOutcome):
        sending.send(till.db, nobody, till.merchant_id, second.id)

    assert till.states(order_id) == ["failed", "sent"]


def test_a_refund_nobody_can_tell_of_waits_for_a_person_who_asks_again(till) -> None:
    payment = till.peer.a_payment(10_000)
    order_id = till.order(payment)
    till.peer.faults.extend(["429"] * 12)
    cancel(till.db, till.merchant_id, order_id, 3)
    for _ in range(12):
        till.hurry()
    (row,) = till.rows(order_id)
    assert [effect.state for effect in till.effects(row.id)] == ["dead"]
    assert row.state == "sent"
    till.peer.faults.clear()

    refunds.ask_again(till.db, till.merchant_id, row.id)
    till.work()

    assert till.states(order_id) == ["succeeded"]
    with pytest.raises(AlreadyDecided):
        refunds.ask_again(till.db, till.merchant_id, row.id)
    assert till.agrees(order_id, payment)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(faults=st.lists(st.sampled_from(FAULTS), max_size=6), units=st.lists(st.integers(1, 3), max_size=3))
@example(faults=["refused", "refused"], units=[1])
def test_whatever_happens_both_ledgers_agree_in_the_end(db, faults, units) -> None:
    with running_peer() as peer:
        till = Till(db, peer)
        payment = peer.a_payment(10_000)
        order_id = till.order(payment)
        peer.faults.extend(faults)
        for count in units:
            cancel(db, till.merchant_id, order_id, count)
            till.work()
        for _ in range(8):
            till.hurry()
        till.a_day_passes()
        till.hurry()
        while failed := [
            row for row in till.rows(order_id) if row.state == "failed" and row.retried_at is None
        ]:
            for row in failed:
                refunds.retry(db, till.merchant_id, row.id, USER)
            for _ in range(8):
                till.hurry()
        for made in list(peer.refunds.values()):
            if made["status"] == "pending":
                till.hear("refund.updated", peer.end(made["id"], "succeeded"))

        assert till.agrees(order_id, payment)
        assert peer.given_back(payment) == 1000 * sum(units)


def test_a_batch_has_its_refunds_sent_as_single_cancellations_do(till: Till) -> None:
    order_ids = [till.order(till.peer.a_payment(5_000)) for _ in range(2)]
    wishes = [bulk_cancel.Wanted(order_id, Reason.NO_INVENTORY, str(order_id)) for order_id in order_ids]

    with till.db.begin(till.merchant_id) as tx:
        plan = bulk_cancel.plan(tx, wishes, Giver.MERCHANT, lock=True)
        bulk_cancel.carry_out(tx, [one for one in plan if isinstance(one, bulk_cancel.Planned)], USER)
    assert [till.states(order_id) for order_id in order_ids] == [["pending"], ["pending"]]
    till.work()

    assert [till.states(order_id) for order_id in order_ids] == [["succeeded"], ["succeeded"]]
    assert violations_of(till.db, till.merchant_id) == []

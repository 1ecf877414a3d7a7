"""What the gateway tells by itself is taken in once, in any order, and never guessed at."""

from __future__ import annotations

import time

import pytest
import stripe

from shared.actions import changes, refunds, reported_refunds
from shared.actions.changes import OrderChange
from shared.actions.elsewhere import write_paid_back
from shared.domain.actors import ActorKind
from shared.domain.errors import AlreadyDecided, NotFound, NothingLeft
from shared.domain.gateways import Trouble
from shared.domain.ids import new_id
from shared.domain.orders import Gateway
from shared.domain.payments import PaymentShare
from shared.payments import stripe_events
from shared.payments.stripe_events import BadEvent
from shared.queries.orders import order_page
from shared.queries.refunds import waiting_refund_count, waiting_refunds
from shared.storage.scopes import lock_order, payments_of
from tests.builders import STORE, USER, an_order, cancel
from tests.stripe_peer import WEBHOOK_SECRET


def a_refund(till, *faults: str):
    payment = till.peer.a_payment(10_000)
    order_id = till.order(payment)
    till.peer.faults.extend(faults)
    cancel(till.db, till.merchant_id, order_id, 3)
    till.work()
    return payment, order_id


def told(till):
    return waiting_refunds(till.db, till.merchant_id).reported


def test_an_event_ends_a_refund_whose_answer_was_lost(till) -> None:
    payment, order_id = a_refund(till, "lost_after")
    (made,) = till.peer.refunds.values()

    till.hear("refund.created", made)

    assert till.states(order_id) == ["succeeded"]
    assert told(till) == ()
    assert till.agrees(order_id, payment)


def test_the_same_event_twice_and_late_ones_change_nothing(till) -> None:
    payment, order_id = a_refund(till)
    (made,) = till.peer.refunds.values()
    mails = len(till.box.messages)

    for kind in ("refund.created", "refund.updated", "refund.updated"):
        till.hear(kind, made)
    till.hear("refund.updated", {**made, "status": "pending"})
    till.work()

    assert till.states(order_id) == ["succeeded"]
    assert len(till.box.messages) == mails
    assert told(till) == ()
    assert till.agrees(order_id, payment)


def test_a_bank_that_sends_the_money_back_makes_it_fail_after_all(till) -> None:
    payment, order_id = a_refund(till)
    (made,) = till.peer.refunds.values()
    till.hear("refund.failed", till.peer.end(made["id"], "failed", "expired_or_canceled_card"))
    till.hear("refund.updated", {**made, "status": "succeeded"})

    (row,) = till.rows(order_id)
    assert (row.state, row.trouble) == ("failed", Trouble.CARD_CLOSED)
    assert till.order_row(order_id).refunds_failed == 1
    assert till.agrees(order_id, payment)


def test_a_list_of_refunds_in_a_charge_is_read_too(till) -> None:
    payment, order_id = a_refund(till, "pending")
    (made,) = till.peer.refunds.values()
    made["status"] = "succeeded"
    listed = {"object": "list", "data": [made], "has_more": False}

    till.hear("charge.refunded", {"id": payment.charge, "object": "charge"})
    assert till.states(order_id) == ["sent"]
    till.hear("charge.refunded", {"id": payment.charge, "object": "charge", "refunds": listed})

    assert till.states(order_id) == ["succeeded"]


@pytest.mark.parametrize("named_by", ["payment_intent", "charge"])
def test_a_refund_nobody_asked_for_is_shown_to_a_person_once(till, named_by) -> None:
    payment = till.peer.a_payment(10_000)
    payment.id, payment.charge = (payment.id, "") if named_by == "payment_intent" else ("", payment.charge)
    till.peer.intents = {payment.id: payment}
    order_id = till.order(payment) if payment.id else None
    made = till.peer.refund_by_hand(payment, 2500)

    till.hear("refund.created", made)
    till.hear("refund.updated", made)

    (seen,) = told(till)
    assert (seen.order_id, seen.amount_minor, seen.reference) == (order_id, 2500, made["id"])
    assert waiting_refund_count(till.db, till.merchant_id) == 1
    if order_id is not None:
        page = order_page(till.db, till.merchant_id, order_id, ActorKind.MERCHANT_USER)
        assert [one.id for one in page.reported_refunds] == [seen.id]
        assert order_page(till.db, till.merchant_id, order_id, ActorKind.BUYER).reported_refunds == ()


def test_a_refund_of_an_order_the_shop_canceled_is_known_by_its_amount(till) -> None:
    payment = till.peer.a_payment(10_000)
    order_id = till.order(payment)
    changes.change(till.db, till.merchant_id, order_id, OrderChange(canceled=True), STORE)
    made = till.peer.refund_by_hand(payment, 10_000)

    till.hear("refund.created", made)
    till.hear("refund.updated", made)

    assert [(row.state, row.gateway_reference) for row in till.rows(order_id)] == [("external", made["id"])]
    assert told(till) == ()
    assert till.agrees(order_id, payment)

    till.hear("refund.failed", till.peer.end(made["id"], "failed", "expired_or_canceled_card"))
    assert till.states(order_id) == ["failed"]


def test_between_two_refunds_of_one_amount_none_is_guessed(till) -> None:
    payment = till.peer.a_payment(10_000)
    order_id = till.order(payment)
    with till.db.begin(till.merchant_id) as tx:
        (paid,) = payments_of(tx, order_id)
        share = PaymentShare(paid.id, Gateway.STRIPE, paid.reference, 2500)
        write_paid_back(tx, lock_order(tx, order_id), [share, share], request_id=None)

    till.hear("refund.created", till.peer.refund_by_hand(payment, 2500))

    assert [row.gateway_reference for row in till.rows(order_id)] == ["", ""]
    assert len(told(till)) == 1


def test_what_was_reported_first_is_settled_when_the_shop_tells_that_it_canceled(till) -> None:
    payment = till.peer.a_payment(10_000)
    order_id = till.order(payment)
    made = till.peer.refund_by_hand(payment, 10_000)
    till.hear("refund.created", made)
    assert len(told(till)) == 1

    changes.change(till.db, till.merchant_id, order_id, OrderChange(canceled=True), STORE)
    till.hear("refund.updated", made)

    assert told(till) == ()
    assert [(row.state, row.gateway_reference) for row in till.rows(order_id)] == [("external", made["id"])]
    assert till.agrees(order_id, payment)
    till.hear("refund.failed", till.peer.end(made["id"], "failed", "expired_or_canceled_card"))
    assert till.states(order_id) == ["failed"]


def test_of_two_reported_refunds_of_one_amount_none_is_taken_for_what_the_shop_tells(till) -> None:
    payment = till.peer.a_payment(20_000)
    order_id = till.order(payment, order=an_order().with_item("Lamp", 1, 10_000))
    for _ in range(2):
        till.hear("refund.created", till.peer.refund_by_hand(payment, 10_000))

    changes.change(till.db, till.merchant_id, order_id, OrderChange(canceled=True), STORE)

    assert len(told(till)) == 2


def test_what_a_person_has_looked_at_is_not_taken_for_another(till) -> None:
    payment = till.peer.a_payment(10_000)
    order_id = till.order(payment)
    made = till.peer.refund_by_hand(payment, 10_000)
    till.hear("refund.created", made)
    reported_refunds.dismiss(till.db, till.merchant_id, told(till)[0].id, USER)
    changes.change(till.db, till.merchant_id, order_id, OrderChange(canceled=True), STORE)

    till.hear("refund.updated", made)

    assert [row.gateway_reference for row in till.rows(order_id)] == [""]
    assert told(till) == ()


def test_what_a_person_records_stands_in_the_ledger(till) -> None:
    payment = till.peer.a_payment(10_000)
    order_id = till.order(payment)
    till.hear("refund.created", till.peer.refund_by_hand(payment, 2500))

    reported_refunds.record(till.db, till.merchant_id, told(till)[0].id, USER)

    assert till.states(order_id) == ["external"]
    assert told(till) == ()
    assert till.agrees(order_id, payment)


def test_what_a_person_dismisses_is_not_asked_again(till) -> None:
    payment = till.peer.a_payment(10_000)
    order_id = till.order(payment)
    made = till.peer.refund_by_hand(payment, 2500)
    till.hear("refund.created", made)
    (seen,) = told(till)

    reported_refunds.dismiss(till.db, till.merchant_id, seen.id, USER)
    till.hear("refund.updated", made)

    assert told(till) == ()
    assert till.states(order_id) == []
    with pytest.raises(AlreadyDecided):
        reported_refunds.record(till.db, till.merchant_id, seen.id, USER)
    with pytest.raises(NotFound):
        reported_refunds.dismiss(till.db, till.merchant_id, new_id(), USER)


def test_a_refund_made_by_hand_there_takes_the_place_of_one_that_failed(till) -> None:
    payment, order_id = a_refund(till, "refused")
    till.hear("refund.created", till.peer.refund_by_hand(payment, 3000))

    reported_refunds.record(till.db, till.merchant_id, told(till)[0].id, USER)

    assert sorted(till.states(order_id)) == ["external", "failed"]
    assert till.order_row(order_id).refunds_failed == 0
    assert till.agrees(order_id, payment)


def test_more_than_the_payment_holds_is_not_recorded(till) -> None:
    payment, _order_id = a_refund(till)
    till.hear("refund.created", {**till.peer.refund_by_hand(payment, 1), "amount": 8000})

    (seen,) = told(till)
    assert not seen.can_be_recorded
    with pytest.raises(NothingLeft):
        reported_refunds.record(till.db, till.merchant_id, seen.id, USER)


def test_what_fits_two_payments_or_none_belongs_to_no_order(till) -> None:
    shared, foreign = till.peer.a_payment(10_000), till.peer.a_payment(500)
    till.order(shared)
    till.order(shared)

    till.hear("refund.created", till.peer.refund_by_hand(shared, 100))
    till.hear("refund.created", till.peer.refund_by_hand(foreign, 100))

    assert [seen.order_id for seen in told(till)] == [None, None]
    with pytest.raises(NotFound):
        reported_refunds.record(till.db, till.merchant_id, told(till)[0].id, USER)


def test_a_refund_under_our_key_with_other_money_is_shown_to_a_person(till) -> None:
    _payment, order_id = a_refund(till, "lost_after")
    (made,) = till.peer.refunds.values()

    till.hear("refund.created", {**made, "amount": 2999})

    assert till.states(order_id) == ["sent"]
    assert [seen.amount_minor for seen in told(till)] == [2999]


def test_a_refund_that_went_well_after_it_was_refused_is_shown_to_a_person(till) -> None:
    payment, order_id = a_refund(till, "refused")
    (row,) = till.rows(order_id)
    made = till.peer.refund_by_hand(payment, 3000)
    made["metadata"] = {"rescind_refund_id": str(row.id)}

    till.hear("refund.created", made)

    assert till.states(order_id) == ["failed"]
    assert [seen.reference for seen in told(till)] == [made["id"]]


def test_a_reported_refund_that_fails_there_asks_nobody_any_more(till) -> None:
    payment = till.peer.a_payment(10_000)
    till.order(payment)
    made = till.peer.refund_by_hand(payment, 2500)
    till.hear("refund.created", made)

    till.hear("refund.failed", till.peer.end(made["id"], "failed"))
    till.hear("refund.failed", {**made, "id": "re_unheard_of"})

    assert told(till) == ()


def test_what_was_recorded_and_fails_there_is_a_failed_refund(till) -> None:
    payment = till.peer.a_payment(10_000)
    order_id = till.order(payment)
    made = till.peer.refund_by_hand(payment, 2500)
    till.hear("refund.created", made)
    reported_refunds.record(till.db, till.merchant_id, told(till)[0].id, USER)

    till.hear("refund.failed", till.peer.end(made["id"], "failed"))

    assert till.states(order_id) == ["failed"]
    assert till.agrees(order_id, payment)


def test_a_dispute_marks_the_order_and_its_end_takes_the_mark_off(till) -> None:
    payment = till.peer.a_payment(10_000)
    order_id = till.order(payment)

    till.hear("charge.dispute.created", till.peer.dispute(payment, "needs_response"))
    till.hear("charge.dispute.created", till.peer.dispute(payment, "needs_response"))
    assert till.order_row(order_id).disputed
    till.hear("charge.dispute.closed", till.peer.dispute(payment, "won"))

    assert not till.order_row(order_id).disputed
    assert till.agrees(order_id, payment)


@pytest.mark.parametrize("kind", ["payment_intent.canceled", "payment_intent.amount_capturable_updated"])
def test_what_is_about_neither_refunds_nor_disputes_is_left(till, kind) -> None:
    payment = till.peer.a_payment(10_000)
    order_id = till.order(payment)

    till.hear(kind, {"id": payment.id, "object": "payment_intent", "status": "canceled"})
    till.hear("charge.dispute.created", till.peer.dispute(till.peer.a_payment(1), "needs_response"))

    assert till.states(order_id) == []


def test_only_who_can_sign_is_believed(peer) -> None:
    made = peer.refund_by_hand(peer.a_payment(100), 1)
    body, signature = peer.event("refund.created", made)
    old = stripe.WebhookSignature.generate_signature_header(
        body.decode(), WEBHOOK_SECRET, int(time.time()) - 301
    )
    garbled = stripe.WebhookSignature.generate_signature_header("{", WEBHOOK_SECRET)

    assert len(stripe_events.read(body, signature, WEBHOOK_SECRET)) == 1
    for what, sign, secret in [
        (body, "", WEBHOOK_SECRET),
        (body, signature, "whsec_other"),
        (body, signature, ""),
        (body + b" ", signature, WEBHOOK_SECRET),
        (body, old, WEBHOOK_SECRET),
        (b"{", garbled, WEBHOOK_SECRET),
    ]:
        with pytest.raises(BadEvent):
            stripe_events.read(what, sign, secret)


def test_an_id_that_is_none_of_ours_is_a_refund_of_nobody(till) -> None:
    payment = till.peer.a_payment(10_000)
    till.order(payment)
    made = {**till.peer.refund_by_hand(payment, 5), "metadata": {"rescind_refund_id": "not-an-id"}}

    till.hear("refund.created", made)

    assert len(told(till)) == 1
    with pytest.raises(NotFound):
        refunds.retry(till.db, till.merchant_id, new_id(), USER)

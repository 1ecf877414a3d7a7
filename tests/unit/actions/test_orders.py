"""Memos, manual refunds, silence, links and messages."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from shared.actions import cancellations, cases, orders, refunds
from shared.actions.case_steps import Message
from shared.domain.actors import BUYER, SYSTEM, ActorKind
from shared.domain.cancellation import RequestState
from shared.domain.errors import AlreadyDecided, NotFound, NotPermitted
from shared.domain.events import Event
from shared.domain.ids import RefundId, RequestId, new_id
from shared.domain.orders import PaymentStatus
from shared.domain.policy import Policy, SilenceOutcome
from shared.domain.reasons import DeclineReason
from shared.domain.refunds import RefundState
from shared.queries.cancellations import open_request_count, open_requests
from shared.queries.case_list import case_list
from shared.queries.orders import order_page
from shared.queries.support_values import CaseFilter
from shared.storage.engine import Database
from shared.storage.records import RequestRecord
from tests.builders import USER, a_merchant, accept, an_order, cancel, request


def lapse(db: Database, merchant_id, request_id: RequestId) -> None:
    with db.begin(merchant_id) as tx:
        tx.session.execute(
            update(RequestRecord)
            .where(RequestRecord.id == request_id)
            .values(decide_by=tx.now - timedelta(seconds=1))
        )


def test_a_memo_is_kept_and_noted_once(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_id = an_order().taken_in(db, merchant_id)

    orders.save_memo(db, merchant_id, order_id, "Called at 9:50", USER)
    orders.save_memo(db, merchant_id, order_id, "Called at 9:50", USER)

    page = order_page(db, merchant_id, order_id, ActorKind.MERCHANT_USER)
    assert page.memo == "Called at 9:50"
    assert [row.event for row in page.timeline] == [Event.MEMO_CHANGED, Event.ORDER_TAKEN_IN]


def test_a_manual_refund_is_marked_paid_once(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_id = an_order().taken_in(db, merchant_id)
    cancel(db, merchant_id, order_id)
    refund = order_page(db, merchant_id, order_id, ActorKind.BUYER).refunds[0]
    assert refund.awaits_person

    refunds.mark_paid(db, merchant_id, refund.id, USER)

    page = order_page(db, merchant_id, order_id, ActorKind.BUYER)
    assert page.refunds[0].state is RefundState.SUCCEEDED
    assert page.payment_status is PaymentStatus.REFUNDED
    with pytest.raises(AlreadyDecided):
        refunds.mark_paid(db, merchant_id, refund.id, USER)
    with pytest.raises(NotFound):
        refunds.mark_paid(db, a_merchant(db), refund.id, USER)
    with pytest.raises(NotFound):
        refunds.mark_paid(db, merchant_id, RefundId(new_id()), USER)


@pytest.mark.parametrize(
    ("outcome", "state"),
    [(SilenceOutcome.ACCEPT, RequestState.ACCEPTING), (SilenceOutcome.DECLINE, RequestState.DECLINED)],
)
def test_silence_has_the_configured_outcome_once(
    db: Database, outcome: SilenceOutcome, state: RequestState
) -> None:
    merchant_id = a_merchant(db, Policy(silence_hours=6, silence_outcome=outcome))
    order_id = an_order().taken_in(db, merchant_id)
    request_id = request(db, merchant_id, order_id)
    cancellations.apply_silence(db, merchant_id, request_id, SYSTEM)
    assert open_requests(db, merchant_id)[0].state is RequestState.REQUESTED

    lapse(db, merchant_id, request_id)
    cancellations.apply_silence(db, merchant_id, request_id, SYSTEM)
    cancellations.apply_silence(db, merchant_id, request_id, SYSTEM)

    page = order_page(db, merchant_id, order_id, ActorKind.BUYER)
    assert page.requests[0].state is state
    assert open_request_count(db, merchant_id) == 0


def test_silence_after_a_decision_changes_nothing(db: Database) -> None:
    merchant_id = a_merchant(db, Policy(silence_hours=6))
    order_id = an_order().taken_in(db, merchant_id)
    request_id = request(db, merchant_id, order_id)
    cancellations.decline(db, merchant_id, request_id, USER, reason=DeclineReason.OTHER)

    lapse(db, merchant_id, request_id)
    cancellations.apply_silence(db, merchant_id, request_id, SYSTEM)

    page = order_page(db, merchant_id, order_id, ActorKind.BUYER)
    assert page.requests[0].state is RequestState.DECLINED


def test_a_merchant_takes_an_accepted_request_back_while_the_undo_window_runs(db: Database) -> None:
    merchant_id = a_merchant(db, Policy(undo_minutes=10))
    order_id = an_order().taken_in(db, merchant_id)
    request_id = request(db, merchant_id, order_id)
    cancellations.accept(db, merchant_id, request_id, USER)

    cancellations.decline(db, merchant_id, request_id, USER, reason=DeclineReason.ALREADY_PACKED)

    page = order_page(db, merchant_id, order_id, ActorKind.BUYER)
    assert page.requests[0].state is RequestState.DECLINED
    assert page.items[0].open == 1


def test_without_an_undo_window_who_accepted_has_decided(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_id = an_order().taken_in(db, merchant_id)
    request_id = request(db, merchant_id, order_id)
    cancellations.accept(db, merchant_id, request_id, USER)

    with pytest.raises(AlreadyDecided):
        cancellations.decline(db, merchant_id, request_id, USER, reason=DeclineReason.ALREADY_PACKED)


def test_a_buyer_cannot_withdraw_what_the_merchant_cancels(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_id = an_order().taken_in(db, merchant_id)
    request_id = cancellations.request(db, merchant_id, order_id, cancellations.Ask(), USER)

    with pytest.raises(NotPermitted):
        cancellations.withdraw(db, merchant_id, request_id, BUYER)


def test_requests_with_the_least_time_left_come_first(db: Database) -> None:
    merchant_id = a_merchant(db, Policy(silence_hours=6))
    ids = [request(db, merchant_id, an_order().taken_in(db, merchant_id)) for _ in range(3)]
    lapse(db, merchant_id, ids[2])

    assert [view.id for view in open_requests(db, merchant_id)] == [ids[2], ids[0], ids[1]]
    accept(db, merchant_id, ids[0])
    assert open_request_count(db, merchant_id) == 2


def test_a_message_to_the_merchant_stands_with_its_order(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_id = an_order().taken_in(db, merchant_id)

    cases.open_case(db, merchant_id, order_id, "Products", Message("Where is it?"), BUYER)

    found = case_list(db, merchant_id, CaseFilter()).rows
    assert [(case.buyer_name, case.newest) for case in found] == [("Ana Torres", "Where is it?")]
    assert case_list(db, a_merchant(db), CaseFilter()).rows == ()
    [case] = order_page(db, merchant_id, order_id, ActorKind.MERCHANT_USER).cases
    assert [message.body for message in case.messages] == ["Where is it?"]


def test_revoking_links_and_sending_one_are_noted(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_id = an_order().taken_in(db, merchant_id)

    orders.revoke_links(db, merchant_id, order_id, USER)
    orders.send_link(db, merchant_id, order_id)

    page = order_page(db, merchant_id, order_id, ActorKind.MERCHANT_USER)
    assert page.timeline[0].event is Event.LINKS_REVOKED

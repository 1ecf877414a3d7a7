"""What a store tells anew of an order, and what becomes of the requests on it meanwhile."""

from datetime import timedelta

import pytest

from shared.actions import cancellations, changes, execution, merchants
from shared.actions.changes import OrderChange
from shared.actions.merchants import MerchantChanges
from shared.domain.actors import ActorKind
from shared.domain.cancellation import RequestState
from shared.domain.eligibility import Blocker
from shared.domain.errors import InvalidContent, NotEligible
from shared.domain.events import Event, MailEvent
from shared.domain.ids import MerchantId, OrderId
from shared.domain.intake import IncomingPayment
from shared.domain.orders import Gateway, OrderStatus
from shared.domain.policy import DiscountPolicy, Policy, SilenceOutcome, Warehouse
from shared.domain.reasons import DeclineReason, Reason
from shared.domain.refunds import RefundState
from shared.queries.invariants import violations_of
from shared.queries.order_values import OrderPage
from shared.queries.orders import order_page
from shared.queries.request_values import RequestView
from shared.storage import rates
from shared.storage.engine import Database
from shared.storage.records import StockRecord
from tests.builders import STORE, USER, a_merchant, accept, an_order, automatic, cancel, request, ship
from tests.clock import MovedDatabase
from tests.post import Remembering, messages_of, outside, work_off

SILENT = Policy(silence_hours=24)


@pytest.fixture
def moved(db: Database) -> MovedDatabase:
    return MovedDatabase(db.engine)


def told(db: Database, merchant_id: MerchantId, order_id: OrderId, **change: object) -> None:
    changes.change(db, merchant_id, order_id, OrderChange(**change), STORE)  # type: ignore[arg-type]


def page(db: Database, merchant_id: MerchantId, order_id: OrderId) -> OrderPage:
    return order_page(db, merchant_id, order_id, ActorKind.MERCHANT_USER)


def asked(db: Database, merchant_id: MerchantId, order_id: OrderId) -> RequestView:
    return page(db, merchant_id, order_id).requests[0]


def work(db: Database, merchant_id: MerchantId) -> None:
    work_off(outside(db, Remembering()), merchant_id)


def mails(db: Database, merchant_id: MerchantId) -> list[str]:
    return [message.event for message in messages_of(db, merchant_id)]


def test_a_merchant_silent_past_the_limit_brings_the_outcome_once(moved: MovedDatabase) -> None:
    merchant_id = a_merchant(moved, SILENT)
    order_id = an_order().taken_in(moved, merchant_id)
    request_id = request(moved, merchant_id, order_id)

    moved.advance(hours=24, seconds=1)
    for _ in range(2):
        work(moved, merchant_id)
        cancellations.apply_silence(moved, merchant_id, request_id, STORE)

    assert asked(moved, merchant_id, order_id).state is RequestState.ACCEPTED
    assert mails(moved, merchant_id).count(MailEvent.CANCELLATION_ACCEPTED) == 1
    assert violations_of(moved, merchant_id) == []


@pytest.mark.parametrize("stand", ["hold", "disputed"])
def test_the_silence_clock_stands_still_while_somebody_looks_into_the_order(
    moved: MovedDatabase, stand: str
) -> None:
    merchant_id = a_merchant(moved, SILENT)
    order_id = an_order().taken_in(moved, merchant_id)
    request(moved, merchant_id, order_id)
    due = asked(moved, merchant_id, order_id).decide_by

    moved.advance(hours=10)
    told(moved, merchant_id, order_id, **{stand: True})
    assert asked(moved, merchant_id, order_id).decide_by is None
    moved.advance(hours=20)
    work(moved, merchant_id)
    assert asked(moved, merchant_id, order_id).state is RequestState.REQUESTED
    told(moved, merchant_id, order_id, **{stand: False})

    later = asked(moved, merchant_id, order_id).decide_by
    assert due
    assert later
    assert abs(later - due - timedelta(hours=20)) < timedelta(minutes=1)
    moved.advance(hours=13)
    work(moved, merchant_id)
    assert asked(moved, merchant_id, order_id).state is RequestState.REQUESTED
    moved.advance(hours=2)
    work(moved, merchant_id)
    assert asked(moved, merchant_id, order_id).state is RequestState.ACCEPTED
    assert mails(moved, merchant_id).count(MailEvent.CANCELLATION_ACCEPTED) == 1
    assert violations_of(moved, merchant_id) == []


def test_a_hold_and_a_dispute_together_end_with_the_later_one(moved: MovedDatabase) -> None:
    merchant_id = a_merchant(moved, SILENT)
    order_id = an_order().taken_in(moved, merchant_id)
    request(moved, merchant_id, order_id)
    due = asked(moved, merchant_id, order_id).decide_by

    for change in ({"hold": True}, {"disputed": True}, {"hold": False}, {"disputed": False}):
        told(moved, merchant_id, order_id, **change)
        moved.advance(hours=10)

    later = asked(moved, merchant_id, order_id).decide_by
    assert due
    assert later
    assert abs(later - due - timedelta(hours=30)) < timedelta(minutes=1)


def test_a_clock_that_stood_twice_never_fires_twice(moved: MovedDatabase) -> None:
    merchant_id = a_merchant(moved, Policy(silence_hours=24, silence_outcome=SilenceOutcome.DECLINE))
    order_id = an_order().taken_in(moved, merchant_id)
    request(moved, merchant_id, order_id)

    for hold in (True, False, True, False):
        told(moved, merchant_id, order_id, hold=hold)
        moved.advance(hours=30 if hold else 1)
        work(moved, merchant_id)
        assert asked(moved, merchant_id, order_id).state is RequestState.REQUESTED
    moved.advance(hours=100)
    work(moved, merchant_id)

    assert asked(moved, merchant_id, order_id).decline_reason is DeclineReason.TOO_LATE
    assert mails(moved, merchant_id).count(MailEvent.CANCELLATION_DECLINED) == 1
    assert violations_of(moved, merchant_id) == []


def test_an_order_that_came_in_on_hold_knows_since_when(moved: MovedDatabase) -> None:
    merchant_id = a_merchant(moved, SILENT)
    order_id = an_order().with_(hold=True).taken_in(moved, merchant_id)
    moved.advance(hours=5)
    told(moved, merchant_id, order_id, hold=False)
    request(moved, merchant_id, order_id)
    before = asked(moved, merchant_id, order_id).decide_by

    told(moved, merchant_id, order_id, hold=True)
    moved.advance(hours=1)
    told(moved, merchant_id, order_id, hold=False)

    after = asked(moved, merchant_id, order_id).decide_by
    assert before
    assert after
    assert abs(after - before - timedelta(hours=1)) < timedelta(minutes=1)


def test_nobody_but_the_merchant_decides_while_an_order_is_on_hold(db: Database) -> None:
    merchant_id = a_merchant(db, automatic())
    order_id = an_order().with_item(quantity=2).with_(hold=True).taken_in(db, merchant_id)

    with pytest.raises(NotEligible) as refusal:
        request(db, merchant_id, order_id, 1)
    assert set(refusal.value.facts["blockers"].values()) == {(Blocker.ORDER_ON_HOLD,)}
    cancel(db, merchant_id, order_id, 1)

    assert page(db, merchant_id, order_id).items[0].canceled == 1


@pytest.mark.parametrize("decision", ["accept", "decline"])
def test_a_merchant_decides_while_a_requested_order_is_on_hold(db: Database, decision: str) -> None:
    merchant_id = a_merchant(db, SILENT)
    order_id = an_order().taken_in(db, merchant_id)
    request_id = request(db, merchant_id, order_id)
    told(db, merchant_id, order_id, hold=True)

    if decision == "accept":
        accept(db, merchant_id, request_id)
    else:
        cancellations.decline(db, merchant_id, request_id, USER, reason=DeclineReason.OTHER)
    told(db, merchant_id, order_id, hold=False)

    expected = {"accept": RequestState.ACCEPTED, "decline": RequestState.DECLINED}[decision]
    assert asked(db, merchant_id, order_id).state is expected
    assert violations_of(db, merchant_id) == []


def test_what_is_decided_is_carried_out_under_a_dispute_and_its_refund_waits_for_a_person(
    db: Database,
) -> None:
    merchant_id = a_merchant(db, automatic())
    order_id = an_order().taken_in(db, merchant_id)
    request_id = request(db, merchant_id, order_id)
    told(db, merchant_id, order_id, disputed=True)

    execution.execute(db, merchant_id, request_id)

    order = page(db, merchant_id, order_id)
    assert order.status is OrderStatus.CANCELED
    assert [refund.state for refund in order.refunds] == [RefundState.MANUAL]


def test_an_order_the_shop_canceled_by_itself_closes_its_requests_with_that_explanation(
    db: Database,
) -> None:
    merchant_id = a_merchant(db)
    order_id = an_order().with_item(quantity=3, price=3000).taken_in(db, merchant_id)
    request(db, merchant_id, order_id, 1)
    cancellations.accept(db, merchant_id, request(db, merchant_id, order_id, 1), USER)

    told(db, merchant_id, order_id, canceled=True)

    order = page(db, merchant_id, order_id)
    assert order.status is OrderStatus.CANCELED
    assert [(view.state, view.decline_reason, view.source) for view in order.requests] == [
        (RequestState.DECLINED, DeclineReason.ORDER_ENDED, ActorKind.BUYER),
        (RequestState.DECLINED, DeclineReason.ORDER_ENDED, ActorKind.BUYER),
        (RequestState.ACCEPTED, None, ActorKind.SYSTEM),
    ]
    assert [(refund.amount_minor, refund.state) for refund in order.refunds] == [(3000, RefundState.EXTERNAL)]
    assert mails(db, merchant_id).count(MailEvent.CANCELLATION_DECLINED) == 2
    assert MailEvent.CANCELLATION_ACCEPTED not in mails(db, merchant_id)
    assert violations_of(db, merchant_id) == []


def test_its_closing_e_mail_says_what_happened(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_id = an_order().with_(number="NL-9").taken_in(db, merchant_id)
    request(db, merchant_id, order_id)
    told(db, merchant_id, order_id, canceled=True)
    box = Remembering()

    work_off(outside(db, box), merchant_id)

    mail = box.messages[-1]
    text = " ".join(mail.get_body(("plain",)).get_content().split())
    assert mail["Subject"] == "Canceled: your order NL-9 at Northlight Home"
    for message in (text, mail.get_body(("html",)).get_content()):
        assert "has canceled in its own shop what had not shipped of order NL-9" in message
        assert "What you paid for them comes back from the shop." in message
        assert "declined" not in message
        assert "Reason:" not in message


def test_what_the_shop_canceled_by_itself_is_not_put_back_in_stock(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_id = an_order().taken_in(db, merchant_id)
    with db.begin(merchant_id) as tx:
        tx.session.add(StockRecord(merchant_id=merchant_id, sku="TEA-KETTLE", opening=5, on_hand=5))

    told(db, merchant_id, order_id, canceled=True)

    with db.begin(merchant_id) as tx:
        assert tx.session.get_one(StockRecord, (merchant_id, "TEA-KETTLE")).on_hand == 5
    assert Event.RESTOCKED not in [row.event for row in page(db, merchant_id, order_id).timeline]
    assert violations_of(db, merchant_id) == []


def test_it_counts_against_the_merchant_unless_the_customer_had_asked_for_all_of_it(db: Database) -> None:
    merchant_id = a_merchant(db)
    own, theirs, partly = (an_order().with_item(quantity=2).taken_in(db, merchant_id) for _ in range(3))
    request(db, merchant_id, theirs)
    request(db, merchant_id, partly, 1)

    for order_id in (own, theirs, partly):
        told(db, merchant_id, order_id, canceled=True)

    with db.begin(merchant_id) as tx:
        assert rates.counts(tx, 7).canceled_by_merchant == 2
    assert violations_of(db, merchant_id) == []


def test_units_that_shipped_stay_shipped_when_the_shop_cancels_the_rest(db: Database) -> None:
    merchant_id = a_merchant(db, Policy(discount=DiscountPolicy.REPRICE))
    order_id = an_order().with_item(quantity=3, price=3000).taken_in(db, merchant_id)
    ship(db, merchant_id, order_id, 1)

    told(db, merchant_id, order_id, canceled=True)

    order = page(db, merchant_id, order_id)
    assert (order.items[0].shipped, order.items[0].canceled) == (1, 2)
    assert order.status is OrderStatus.SHIPPED
    assert sum(refund.amount_minor for refund in order.refunds) == 2000
    with pytest.raises(NotEligible, match="Nothing of this order is left"):
        told(db, merchant_id, order_id, canceled=True)
    assert violations_of(db, merchant_id) == []


def test_an_authorization_ends_with_an_order_the_shop_canceled(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_id = an_order().with_(paid=False).taken_in(db, merchant_id)

    told(db, merchant_id, order_id, canceled=True)

    assert page(db, merchant_id, order_id).payment_status == "voided"
    assert violations_of(db, merchant_id) == []


def test_a_warehouse_that_is_being_asked_does_not_keep_a_canceled_order_open(db: Database) -> None:
    merchant_id = a_merchant(db, automatic(warehouse=Warehouse(30)))  # type: ignore[arg-type]
    order_id = an_order().taken_in(db, merchant_id)
    request(db, merchant_id, order_id)

    told(db, merchant_id, order_id, canceled=True)

    assert asked(db, merchant_id, order_id).decline_reason is DeclineReason.ORDER_ENDED
    assert violations_of(db, merchant_id) == []


def test_requests_that_are_open_when_self_service_ends_are_decided_as_before(moved: MovedDatabase) -> None:
    merchant_id = a_merchant(moved, SILENT)
    first, second = (an_order().with_item(quantity=2).taken_in(moved, merchant_id) for _ in range(2))
    request(moved, merchant_id, first, 1)
    by_hand = request(moved, merchant_id, second, 1)

    merchants.change(moved, merchant_id, MerchantChanges(self_service=False))
    accept(moved, merchant_id, by_hand)
    moved.advance(hours=25)
    work(moved, merchant_id)

    for order_id in (first, second):
        assert asked(moved, merchant_id, order_id).state is RequestState.ACCEPTED
        with pytest.raises(NotEligible) as refusal:
            request(moved, merchant_id, order_id)
        assert set(refusal.value.facts["blockers"].values()) == {(Blocker.POLICY_OFF,)}
    assert violations_of(moved, merchant_id) == []


def test_a_second_request_after_a_decline_is_allowed_or_refused_by_policy(db: Database) -> None:
    for ask_again in (True, False):
        merchant_id = a_merchant(db, Policy(ask_again=ask_again))
        order_id = an_order().with_item(quantity=2).with_item("Lamp").taken_in(db, merchant_id)
        first = request(db, merchant_id, order_id, 1)
        cancellations.decline(db, merchant_id, first, USER, reason=DeclineReason.OTHER)

        if ask_again:
            request(db, merchant_id, order_id, 2)
        else:
            with pytest.raises(NotEligible) as refusal:
                request(db, merchant_id, order_id, 1)
            assert (Blocker.DECLINED_BEFORE,) in refusal.value.facts["blockers"].values()
        request(db, merchant_id, order_id, 0, 1)


def test_a_payment_that_cannot_be_leaves_everything_as_it_was(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_id = an_order().taken_in(db, merchant_id)
    cancel(db, merchant_id, order_id, reason=Reason.PRICING_ERROR)
    before = page(db, merchant_id, order_id)

    with pytest.raises(InvalidContent):
        told(
            db,
            merchant_id,
            order_id,
            name="Ivo Berg",
            payments=[IncomingPayment(Gateway.MANUAL, 6400, 0, "Visa 4242")],
        )

    assert page(db, merchant_id, order_id) == before

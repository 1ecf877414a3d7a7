from dataclasses import dataclass

import pytest

from shared import wording
from shared.domain.actors import ActorKind
from shared.domain.eligibility import Blocker
from shared.domain.events import Event
from shared.domain.orders import Gateway, ItemStatus, OrderStatus, PaymentStatus
from shared.domain.permissions import Role
from shared.domain.policy import Policy, Warehouse, WarehouseAnswer
from shared.domain.reasons import DeclineReason, Reason
from shared.domain.refunds import Kept, KeptReason, RefundState

CONTRACT = {
    ItemStatus.PENDING: "Pending",
    ItemStatus.UNSHIPPED: "Unshipped",
    ItemStatus.CANCELLATION_REQUESTED: "Cancellation requested",
    ItemStatus.PARTIALLY_SHIPPED: "Partially shipped",
    ItemStatus.PARTIALLY_CANCELED: "Partially canceled",
    ItemStatus.SHIPPED: "Shipped",
    ItemStatus.CANCELED: "Canceled",
}


@dataclass(frozen=True)
class Row:
    event: Event
    actor: ActorKind = ActorKind.MERCHANT_USER
    actor_name: str = "Maya"
    units: int = 2
    amount_minor: int = 1250
    items: str = "2 × Kettle"
    answer: WarehouseAnswer | None = None
    for_buyer: bool = False


@pytest.mark.parametrize("status", ItemStatus)
def test_a_status_is_spelled_as_promised(status: ItemStatus) -> None:
    assert wording.item_status(status).words == CONTRACT[status]


def test_no_two_statuses_look_alike() -> None:
    looks = {(badge.css, badge.icon) for badge in map(wording.item_status, ItemStatus)}

    assert len(looks) == len(ItemStatus)


@pytest.mark.parametrize(
    ("say", "vocabulary"),
    [
        (wording.order_status, OrderStatus),
        (wording.payment_status, PaymentStatus),
        (wording.refund_state, RefundState),
        (wording.reason, Reason),
        (wording.decline_reason, DeclineReason),
        (wording.blocker, Blocker),
        (wording.next_step, Blocker),
        (wording.gateway, Gateway),
        (wording.role, Role),
    ],
)
def test_every_value_has_words(say, vocabulary) -> None:
    assert all(say(value) for value in vocabulary)


def test_a_refund_that_a_person_pays_is_told_to_each_in_their_words() -> None:
    assert wording.refund_state(RefundState.MANUAL).words == "To be paid by hand"
    assert wording.refund_state_for_buyer(RefundState.MANUAL).words == "Waiting to be sent"
    assert wording.refund_state_for_buyer(RefundState.SENT).words == "Sent"


@pytest.mark.parametrize("why", KeptReason)
def test_every_amount_that_is_kept_is_told_with_its_reason(why: KeptReason) -> None:
    assert "$5.00" in wording.kept(Kept(500, why), "USD")


@pytest.mark.parametrize("event", Event)
def test_every_event_is_told_to_merchants(event: Event) -> None:
    assert wording.timeline_for_merchant(Row(event), "USD")


def test_buyers_are_not_told_the_merchants_own_business() -> None:
    silent = [event for event in Event if not wording.timeline_for_buyer(Row(event), "USD")]

    assert silent == [
        Event.WAREHOUSE_ANSWERED,
        Event.ORDER_CHANGED,
        Event.ORDER_FACTS_ADDED,
        Event.AMOUNT_ENTERED,
        Event.SHIPMENT_REFUSED,
        Event.REFUND_FAILED,
        Event.VOID_FAILED,
        Event.REFUND_RETRIED,
        Event.REFUND_REPORTED,
        Event.REFUND_RECORDED,
        Event.REFUND_DISMISSED,
        Event.RESTOCKED,
        Event.MEMO_CHANGED,
        Event.LINKS_REVOKED,
        Event.MAIL_SENT_AGAIN,
        Event.CREDIT_SET_UP,
        Event.OPERATOR_ASKED,
        Event.OPERATOR_REPLIED,
        Event.OPERATOR_RESOLVED,
    ]


@pytest.mark.parametrize("answer", WarehouseAnswer)
def test_what_a_warehouse_answers_is_told_to_both(answer: WarehouseAnswer) -> None:
    said = Row(Event.WAREHOUSE_ANSWERED, answer=answer)
    silence = Row(Event.WAREHOUSE_ANSWERED, ActorKind.SYSTEM, "", answer=answer)

    assert "2 × Kettle" in wording.timeline_for_buyer(said, "USD")
    assert wording.timeline_for_merchant(said, "USD").startswith("Maya: ")
    assert wording.timeline_for_merchant(silence, "USD").startswith("No answer of the warehouse in time")


@pytest.mark.parametrize("blocker", Blocker)
def test_each_reader_is_told_what_they_can_do_themselves(blocker: Blocker) -> None:
    assert "the customer" not in wording.why_not(blocker)
    assert "contact us" not in wording.why_not(blocker, to_merchant=True).lower()
    assert "The shop" not in wording.why_not(blocker, to_merchant=True)
    assert wording.why_not(blocker).count(".") > 1


def test_a_policy_names_the_warehouse_that_is_asked() -> None:
    policy = Policy(warehouse=Warehouse(answer_minutes=45))

    assert wording.policy(policy) == "Review, 45 minutes for the warehouse"


def test_the_buyer_is_told_as_you() -> None:
    row = Row(Event.CANCELLATION_REQUESTED, ActorKind.BUYER, "Ana Torres")

    assert wording.timeline_for_buyer(row, "USD") == "You asked to cancel 2 × Kettle"
    assert wording.timeline_for_merchant(row, "USD") == "Ana Torres asked to cancel 2 × Kettle"


def test_what_the_shops_system_takes_back_is_told_for_what_it_was() -> None:
    asked = Row(Event.CANCELLATION_WITHDRAWN, ActorKind.STORE, "", for_buyer=True)
    own = Row(Event.CANCELLATION_WITHDRAWN, ActorKind.STORE, "")

    assert wording.timeline_for_buyer(asked, "USD") == "Your request to cancel 2 × Kettle was withdrawn"
    assert wording.timeline_for_merchant(asked, "USD") == (
        "The store withdrew the customer’s request to cancel 2 × Kettle"
    )
    assert wording.timeline_for_buyer(own, "USD") == (
        "The shop was about to cancel 2 × Kettle and has stopped that"
    )
    assert wording.timeline_for_merchant(own, "USD") == "The store took back the cancellation of 2 × Kettle"


def test_an_actor_without_a_name_is_told_by_kind() -> None:
    row = Row(Event.REFUND_SENT, ActorKind.STORE, "")

    assert wording.timeline_for_merchant(row, "USD") == "The store sent $12.50 back"


def test_the_lists_to_choose_from_are_in_their_order() -> None:
    assert wording.decline_reasons()[-1] == ("other", "Other")

"""A warehouse is asked first: what it answers, what its silence means, and what may happen meanwhile."""

from uuid import UUID

import pytest

from shared.actions import cancellations, execution, warehouse
from shared.domain.actors import BUYER, ActorKind
from shared.domain.cancellation import RequestState
from shared.domain.eligibility import Blocker
from shared.domain.errors import AlreadyDecided, NotEligible, NotFound, UnderCancellation
from shared.domain.events import EffectKind, Event
from shared.domain.ids import MerchantId
from shared.domain.policy import Mode, Policy, Warehouse, WarehouseAnswer
from shared.domain.reasons import DeclineReason, Reason
from shared.queries.invariants import violations_of
from shared.queries.orders import order_page
from shared.storage.engine import Database
from tests.builders import STORE, USER, a_merchant, an_order, quantities, request, ship
from tests.clock import later
from tests.post import effects_of

ASKED = Policy(mode=Mode.AUTOMATIC, warehouse=Warehouse(answer_minutes=30))


def a_shop(db: Database, policy: Policy = ASKED, units: int = 3) -> tuple[MerchantId, UUID]:
    merchant_id = a_merchant(db, policy)
    return merchant_id, an_order().with_item("Kettle", units, units * 1_000).taken_in(db, merchant_id)


def told(db: Database, merchant_id: MerchantId, order_id: UUID):
    assert violations_of(db, merchant_id) == []
    return order_page(db, merchant_id, order_id, ActorKind.BUYER)


def test_until_the_warehouse_answers_nothing_is_carried_out(db: Database) -> None:
    merchant_id, order_id = a_shop(db)
    request_id = request(db, merchant_id, order_id)

    execution.execute(later(db, 20), merchant_id, request_id)

    assert told(db, merchant_id, order_id).requests[0].state is RequestState.ACCEPTING
    kinds = [effect.kind for effect in effects_of(db, merchant_id)]
    assert EffectKind.END_QUESTION in kinds
    assert EffectKind.EXECUTE_CANCELLATION not in kinds


def test_what_it_has_stopped_is_canceled(db: Database) -> None:
    merchant_id, order_id = a_shop(db)
    request_id = request(db, merchant_id, order_id, 2)

    warehouse.answer(db, merchant_id, request_id, WarehouseAnswer.STOPPED, STORE)
    execution.execute(db, merchant_id, request_id)

    order = told(db, merchant_id, order_id)
    assert (order.items[0].canceled, order.requests[0].state) == (2, RequestState.ACCEPTED)
    events = [row.event for row in order_page(db, merchant_id, order_id, ActorKind.MERCHANT_USER).timeline]
    assert {Event.WAREHOUSE_ASKED, Event.WAREHOUSE_ANSWERED} <= set(events)


def test_where_it_came_too_late_the_buyer_reads_that_it_has_shipped(db: Database) -> None:
    merchant_id, order_id = a_shop(db)
    request_id = request(db, merchant_id, order_id)

    warehouse.answer(db, merchant_id, request_id, WarehouseAnswer.TOO_LATE, STORE)

    order = told(db, merchant_id, order_id)
    assert (order.requests[0].state, order.requests[0].decline_reason) == (
        RequestState.DECLINED,
        DeclineReason.ALREADY_SHIPPED,
    )
    assert order.items[0].open == 3


@pytest.mark.parametrize(
    ("silence", "state"),
    [
        (WarehouseAnswer.STOPPED, RequestState.ACCEPTED),
        (WarehouseAnswer.TOO_LATE, RequestState.DECLINED),
    ],
)
def test_its_silence_is_the_answer_that_the_policy_names_and_not_before_its_time(
    db: Database, silence: WarehouseAnswer, state: RequestState
) -> None:
    merchant_id, order_id = a_shop(db, Policy(mode=Mode.AUTOMATIC, warehouse=Warehouse(30, silence)))
    request_id = request(db, merchant_id, order_id)

    warehouse.end_question(later(db, 29), merchant_id, request_id)
    assert told(db, merchant_id, order_id).requests[0].state is RequestState.ACCEPTING
    for _ in range(2):
        warehouse.end_question(later(db, 30), merchant_id, request_id)
        execution.execute(later(db, 30), merchant_id, request_id)

    assert told(db, merchant_id, order_id).requests[0].state is state


def test_an_answer_is_taken_once_and_only_while_it_is_awaited(db: Database) -> None:
    merchant_id, order_id = a_shop(db)
    request_id = request(db, merchant_id, order_id)
    warehouse.answer(db, merchant_id, request_id, WarehouseAnswer.STOPPED, STORE)

    with pytest.raises(AlreadyDecided):
        warehouse.answer(db, merchant_id, request_id, WarehouseAnswer.TOO_LATE, STORE)
    warehouse.end_question(later(db, 60), merchant_id, request_id)

    assert told(db, merchant_id, order_id).requests[0].state is RequestState.ACCEPTING
    with pytest.raises(NotFound):
        warehouse.answer(db, a_merchant(db), request_id, WarehouseAnswer.STOPPED, STORE)


def test_a_warehouse_that_nobody_named_is_not_asked(db: Database) -> None:
    merchant_id, order_id = a_shop(db, Policy(mode=Mode.AUTOMATIC))
    request_id = request(db, merchant_id, order_id)

    with pytest.raises(AlreadyDecided):
        warehouse.answer(db, merchant_id, request_id, WarehouseAnswer.TOO_LATE, STORE)
    warehouse.end_question(later(db, 60), merchant_id, request_id)

    assert told(db, merchant_id, order_id).requests[0].state is RequestState.ACCEPTING


def test_a_stopped_request_still_waits_for_its_undo_window(db: Database) -> None:
    policy = Policy(mode=Mode.AUTOMATIC, undo_minutes=60, warehouse=Warehouse(30))
    merchant_id, order_id = a_shop(db, policy)
    request_id = request(db, merchant_id, order_id)
    warehouse.answer(db, merchant_id, request_id, WarehouseAnswer.STOPPED, STORE)

    execution.execute(later(db, 59), merchant_id, request_id)
    assert told(db, merchant_id, order_id).requests[0].state is RequestState.ACCEPTING
    with pytest.raises(UnderCancellation):
        ship(db, merchant_id, order_id, 1)
    execution.execute(later(db, 60), merchant_id, request_id)

    assert told(db, merchant_id, order_id).requests[0].state is RequestState.ACCEPTED


def test_a_person_decides_before_the_warehouse_is_asked(db: Database) -> None:
    merchant_id, order_id = a_shop(db, Policy(warehouse=Warehouse(30)))
    request_id = request(db, merchant_id, order_id)
    with pytest.raises(AlreadyDecided):
        warehouse.answer(db, merchant_id, request_id, WarehouseAnswer.STOPPED, STORE)

    cancellations.accept(db, merchant_id, request_id, USER)
    warehouse.answer(db, merchant_id, request_id, WarehouseAnswer.STOPPED, STORE)
    execution.execute(db, merchant_id, request_id)

    assert told(db, merchant_id, order_id).requests[0].state is RequestState.ACCEPTED


def test_a_merchants_own_cancellation_asks_it_too(db: Database) -> None:
    merchant_id, order_id = a_shop(db)
    ask = cancellations.Ask(quantities(db, merchant_id, order_id, 1), Reason.NO_INVENTORY)
    request_id = cancellations.request(db, merchant_id, order_id, ask, USER)

    execution.execute(db, merchant_id, request_id)
    assert told(db, merchant_id, order_id).items[0].requested == 1
    warehouse.answer(db, merchant_id, request_id, WarehouseAnswer.STOPPED, USER)
    execution.execute(db, merchant_id, request_id)

    assert told(db, merchant_id, order_id).items[0].canceled == 1


def test_while_it_is_asked_the_buyer_may_withdraw_and_the_merchant_reinstate(db: Database) -> None:
    merchant_id, order_id = a_shop(db)
    first, second = (request(db, merchant_id, order_id, 1) for _ in range(2))

    cancellations.withdraw(db, merchant_id, first, BUYER)
    cancellations.decline(db, merchant_id, second, USER, reason=DeclineReason.ALREADY_PACKED)
    for request_id in (first, second):
        with pytest.raises(AlreadyDecided):
            warehouse.answer(db, merchant_id, request_id, WarehouseAnswer.STOPPED, STORE)
        warehouse.end_question(later(db, 60), merchant_id, request_id)

    order = told(db, merchant_id, order_id)
    assert [one.state for one in order.requests] == [RequestState.WITHDRAWN, RequestState.DECLINED]
    assert order.items[0].open == 3


def test_what_ships_while_it_is_asked_leaves_the_request_and_the_rest_is_canceled(db: Database) -> None:
    merchant_id, order_id = a_shop(db)
    request_id = request(db, merchant_id, order_id)

    ship(db, merchant_id, order_id, 1)
    assert told(db, merchant_id, order_id).requests[0].refund_minor == 2_000
    warehouse.answer(db, merchant_id, request_id, WarehouseAnswer.STOPPED, STORE)
    execution.execute(db, merchant_id, request_id)

    order = told(db, merchant_id, order_id)
    assert (order.items[0].shipped, order.items[0].canceled) == (1, 2)
    assert [refund.amount_minor for refund in order.refunds] == [2_000]


def test_a_shipment_of_all_of_it_is_the_answer(db: Database) -> None:
    merchant_id, order_id = a_shop(db)
    request_id = request(db, merchant_id, order_id)

    ship(db, merchant_id, order_id, 3)

    order = told(db, merchant_id, order_id)
    assert order.requests[0].decline_reason is DeclineReason.ALREADY_SHIPPED
    with pytest.raises(AlreadyDecided):
        warehouse.answer(db, merchant_id, request_id, WarehouseAnswer.STOPPED, STORE)


def test_units_that_left_too_late_to_be_stopped_are_not_offered_to_the_buyer_again(db: Database) -> None:
    merchant_id, order_id = a_shop(db)
    warehouse.answer(db, merchant_id, request(db, merchant_id, order_id, 2), WarehouseAnswer.TOO_LATE, USER)

    item = order_page(db, merchant_id, order_id, ActorKind.BUYER).items[0]
    assert (item.open, item.cancelable_quantity) == (3, 1)
    with pytest.raises(NotEligible):
        request(db, merchant_id, order_id, 2)
    request(db, merchant_id, order_id, 1)

    nothing_more = order_page(db, merchant_id, order_id, ActorKind.BUYER).items[0]
    assert nothing_more.open == 2
    assert nothing_more.blockers == (Blocker.IN_FULFILLMENT,)

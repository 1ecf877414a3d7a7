"""Two at once, on real connections: one wins, the other is told, and the sums are right whoever it was."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, BrokenBarrierError
from uuid import UUID

import pytest
from sqlalchemy.exc import DBAPIError

from shared.actions import cancellations, execution
from shared.domain.actors import BUYER, ActorKind
from shared.domain.cancellation import RequestState
from shared.domain.errors import AlreadyDecided, NotEligible, Refusal, UnderCancellation
from shared.domain.ids import MerchantId, OrderId
from shared.domain.reasons import DeclineReason
from shared.queries.invariants import violations_of
from shared.queries.orders import order_page
from shared.queries.values import OrderPage
from shared.storage.engine import Database
from shared.storage.records import OrderRecord
from shared.storage.scopes import orders_of
from tests.builders import USER, a_merchant, an_order, automatic, request, ship

ROUNDS = int(os.environ.get("ROUNDS", "10"))
PATIENCE_SECONDS = 30


def at_once(*moves: Callable[[], object]) -> list[Exception | None]:
    """Let all begin in the same moment, and give each one's error."""
    start = Barrier(len(moves), timeout=PATIENCE_SECONDS)

    def run(move: Callable[[], object]) -> Exception | None:
        start.wait()
        try:
            move()
        except Exception as error:  # noqa: BLE001 - whatever it is, the test looks at it
            return error
        return None

    with ThreadPoolExecutor(len(moves)) as threads:
        return list(threads.map(run, moves))


def page(db: Database, merchant_id: MerchantId, order_id: OrderId) -> OrderPage:
    return order_page(db, merchant_id, order_id, ActorKind.MERCHANT_USER)


def is_sound(db: Database, merchant_id: MerchantId, order: OrderPage) -> None:
    """Check what holds whatever happened: the invariants, and the sums as pages show them."""
    assert violations_of(db, merchant_id) == []
    for item in order.items:
        parts = (item.open, item.requested, item.canceled, item.shipped)
        assert min(parts) >= 0
        assert sum(parts) == item.ordered
    asked = {RequestState.REQUESTED, RequestState.ACCEPTING}
    claimed = sum(u.quantity for r in order.requests if r.state in asked for u in r.units)
    canceled = sum(u.quantity for r in order.requests if r.state is RequestState.ACCEPTED for u in r.units)
    assert claimed == sum(item.requested for item in order.items)
    assert canceled == sum(item.canceled for item in order.items)
    assert len(order.refunds) == sum(r.state is RequestState.ACCEPTED for r in order.requests)


def both_ask_for_the_last_unit(
    db: Database, merchant_id: MerchantId
) -> tuple[list[Exception | None], OrderPage]:
    order_id = an_order().taken_in(db, merchant_id)
    asking = lambda: request(db, merchant_id, order_id, 1)  # noqa: E731 - both do the very same
    return at_once(asking, asking), page(db, merchant_id, order_id)


def meet_after_the_check(monkeypatch: pytest.MonkeyPatch, *, seconds: float) -> None:
    """Hold each asker between check and claim until the other is there too, or until patience ends."""
    meeting = Barrier(2, timeout=seconds)
    allowed = cancellations._allowed

    def then_meet(*facts):
        quantities = allowed(*facts)
        try:
            meeting.wait()
        except BrokenBarrierError:
            return quantities
        return quantities

    monkeypatch.setattr(cancellations, "_allowed", then_meet)


def without_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    def read_order(tx, order_id: UUID):
        return tx.session.scalars(orders_of(tx).where(OrderRecord.id == order_id)).one()

    monkeypatch.setattr(cancellations, "lock_order", read_order)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_of_two_who_ask_for_the_last_unit_one_wins_and_one_is_told(db: Database, _round: int) -> None:
    merchant_id = a_merchant(db)
    errors, order = both_ask_for_the_last_unit(db, merchant_id)

    lost = [error for error in errors if error is not None]
    assert [type(error) for error in lost] == [NotEligible], "Lock the order's row before the check."
    assert len(order.requests) == 1
    is_sound(db, merchant_id, order)


def test_the_lock_holds_the_second_back_even_when_the_first_stops_to_think(db: Database, monkeypatch) -> None:
    merchant_id = a_merchant(db)
    meet_after_the_check(monkeypatch, seconds=0.5)

    errors, order = both_ask_for_the_last_unit(db, merchant_id)

    assert sorted(type(error).__name__ for error in errors) == ["NoneType", "NotEligible"]
    is_sound(db, merchant_id, order)


def test_without_the_lock_both_pass_the_check_so_the_lock_is_what_the_test_sees(
    db: Database, monkeypatch
) -> None:
    merchant_id = a_merchant(db)
    without_lock(monkeypatch)
    meet_after_the_check(monkeypatch, seconds=PATIENCE_SECONDS)

    errors, order = both_ask_for_the_last_unit(db, merchant_id)

    assert not any(isinstance(error, Refusal) for error in errors)
    # Only the database is left to catch it: as a broken constraint, or as two that wait for each other.
    caught_late = [error for error in errors if isinstance(error, DBAPIError)]
    assert caught_late or len(order.requests) == 2


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_accept_and_decline_at_once_end_in_one_decision(db: Database, _round: int) -> None:
    merchant_id = a_merchant(db)
    order_id = an_order().with_item(quantity=2).taken_in(db, merchant_id)
    request_id = request(db, merchant_id, order_id)

    def accept() -> None:
        cancellations.accept(db, merchant_id, request_id, USER)
        execution.execute(db, merchant_id, request_id)

    errors = at_once(
        accept,
        lambda: cancellations.decline(db, merchant_id, request_id, USER, reason=DeclineReason.TOO_LATE),
    )

    order = page(db, merchant_id, order_id)
    assert {type(error) for error in errors} <= {type(None), AlreadyDecided}
    assert order.requests[0].state in {RequestState.ACCEPTED, RequestState.DECLINED}
    is_sound(db, merchant_id, order)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_withdraw_and_execute_at_once_end_in_one_of_the_two(db: Database, _round: int) -> None:
    merchant_id = a_merchant(db, automatic())
    order_id = an_order().with_item(quantity=2).taken_in(db, merchant_id)
    request_id = request(db, merchant_id, order_id)

    errors = at_once(
        lambda: cancellations.withdraw(db, merchant_id, request_id, BUYER),
        lambda: execution.execute(db, merchant_id, request_id),
    )

    order = page(db, merchant_id, order_id)
    assert errors[1] is None
    expected = RequestState.WITHDRAWN if errors[0] is None else RequestState.ACCEPTED
    assert order.requests[0].state is expected
    assert errors[0] is None or isinstance(errors[0], AlreadyDecided)
    is_sound(db, merchant_id, order)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_shipment_and_a_request_at_once_never_take_the_same_unit(db: Database, _round: int) -> None:
    merchant_id = a_merchant(db, automatic())
    order_id = an_order().taken_in(db, merchant_id)

    errors = at_once(
        lambda: ship(db, merchant_id, order_id, 1),
        lambda: request(db, merchant_id, order_id, 1),
    )

    order = page(db, merchant_id, order_id)
    assert sum(error is None for error in errors) == 1
    assert isinstance(errors[0], UnderCancellation | None)
    assert isinstance(errors[1], NotEligible | None)
    assert order.items[0].shipped == (errors[0] is None)
    is_sound(db, merchant_id, order)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_request_carried_out_twice_at_once_is_carried_out_once(db: Database, _round: int) -> None:
    merchant_id = a_merchant(db, automatic())
    order_id = an_order().with_item(quantity=2).taken_in(db, merchant_id)
    request_id = request(db, merchant_id, order_id, 1)
    carry_out = lambda: execution.execute(db, merchant_id, request_id)  # noqa: E731 - both do the very same

    assert at_once(carry_out, carry_out) == [None, None]

    order = page(db, merchant_id, order_id)
    assert order.items[0].canceled == 1
    assert len(order.refunds) == 1
    is_sound(db, merchant_id, order)

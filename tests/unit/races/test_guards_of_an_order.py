"""The order's lock and the table of moves, each with a twin: the same meeting without it, and the harm."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import Barrier, BrokenBarrierError, Event
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError, IntegrityError

from shared.actions import cancellations, execution, ledger, merchants, moves, refunds
from shared.actions.cancellations import Ask
from shared.actions.merchants import NewMerchant
from shared.domain.actors import BUYER, ActorKind
from shared.domain.cancellation import Move, RequestState
from shared.domain.errors import Refusal
from shared.domain.events import MailEvent
from shared.domain.ids import MerchantId, OrderId, RequestId, new_id
from shared.domain.reasons import DeclineReason, Reason
from shared.queries.invariants import violations_of
from shared.queries.orders import order_page
from shared.storage import timeline
from shared.storage.engine import Database
from shared.storage.records import OrderRecord, RequestRecord
from shared.storage.scopes import find_order, orders_of
from tests.builders import USER, a_merchant, an_order, automatic, cancel, line_ids, request
from tests.post import messages_of
from tests.unit.races.scene import IN_VAIN_SECONDS, PATIENCE_SECONDS, at_once

LINE = "Tea kettle"


def broken(db: Database, merchant_id: MerchantId) -> set[str]:
    return {violation.invariant for violation in violations_of(db, merchant_id)}


def meet(at: Barrier) -> int:
    """Wait for the other, and tell the two apart (0, 1); go on alone where a guard keeps it away."""
    try:
        return at.wait()
    except BrokenBarrierError:
        return 0


def unlocked_order(tx, order_id: UUID) -> OrderRecord:
    return tx.session.scalars(orders_of(tx).where(OrderRecord.id == order_id)).one()


def unlocked_request(tx, request_id: UUID) -> tuple[OrderRecord, RequestRecord]:
    request_ = tx.session.get_one(RequestRecord, (tx.merchant_id, request_id))
    return find_order(tx, request_.order_id), request_


def meet_after_the_check(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Hold each asker between check and claim until the other is there too, or until patience ends."""
    meeting, allowed = Barrier(2, timeout=seconds), cancellations._allowed

    def then_meet(*facts):
        quantities = allowed(*facts)
        meet(meeting)
        return quantities

    monkeypatch.setattr(cancellations, "_allowed", then_meet)


def two_ask_for_the_last_unit(db: Database, merchant_id: MerchantId) -> list[Exception | None]:
    order_id = an_order().taken_in(db, merchant_id)
    [line] = line_ids(db, merchant_id, order_id)
    ask = partial(cancellations.request, db, merchant_id, order_id, Ask({line: 1}, for_buyer=True), BUYER)
    return [ended.error for ended in at_once(ask, ask)]


def test_the_orders_lock_holds_the_second_asker_back_even_when_the_first_stops_to_think(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    merchant_id = a_merchant(db)
    meet_after_the_check(monkeypatch, IN_VAIN_SECONDS)

    errors = two_ask_for_the_last_unit(db, merchant_id)

    assert sorted(type(error).__name__ for error in errors) == ["NoneType", "NotEligible"]
    assert broken(db, merchant_id) == set()


def test_without_the_orders_lock_both_askers_pass_the_check(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    merchant_id = a_merchant(db)
    monkeypatch.setattr(cancellations, "lock_order", unlocked_order)
    meet_after_the_check(monkeypatch, PATIENCE_SECONDS)

    errors = two_ask_for_the_last_unit(db, merchant_id)

    assert not any(isinstance(error, Refusal) for error in errors)
    # Only the database is left to catch it: as a broken constraint, or as two that wait for each other.
    assert [error for error in errors if isinstance(error, DBAPIError)]


def a_quiet_merchant(db: Database) -> MerchantId:
    """Open an account that mails no buyers, so that no row about an e-mail catches a second outcome."""
    policy = automatic()
    slug = f"quiet-{new_id()}"
    return merchants.create(db, NewMerchant(slug=slug, name="Quiet", policy=policy, mails_buyers=False))


def two_workers_on_one_request(
    db: Database, merchant_id: MerchantId, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> list[Exception | None]:
    order_id = an_order().with_item(LINE, 3).taken_in(db, merchant_id)
    request_id = a_request(db, merchant_id, order_id, reason=None)
    a_request(db, merchant_id, order_id, reason=None)
    meeting, settle, first_is_done = Barrier(2, timeout=seconds), execution._settle, Event()

    def meet_and_settle(*facts):
        if meet(meeting):
            first_is_done.wait(PATIENCE_SECONDS)
        return settle(*facts)

    def work() -> None:
        execution.execute(db, merchant_id, request_id)
        first_is_done.set()

    monkeypatch.setattr(execution, "_settle", meet_and_settle)
    monkeypatch.setattr(execution, "_restock", lambda *_facts: None)
    return [ended.error for ended in at_once(work, work)]


def a_request(
    db: Database, merchant_id: MerchantId, order_id: OrderId, *, reason: Reason | None = Reason.OTHER
) -> RequestId:
    return request(db, merchant_id, order_id, 1, reason=reason)


def test_the_lock_and_the_state_let_one_of_two_workers_carry_a_request_out(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    merchant_id = a_quiet_merchant(db)

    assert two_workers_on_one_request(db, merchant_id, monkeypatch, IN_VAIN_SECONDS) == [None, None]

    assert "accepted_requests_are_refunded_once" not in broken(db, merchant_id)


def test_without_the_lock_two_workers_refund_one_request_twice(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    merchant_id = a_quiet_merchant(db)
    monkeypatch.setattr(execution, "lock_request", unlocked_request)

    assert two_workers_on_one_request(db, merchant_id, monkeypatch, PATIENCE_SECONDS) == [None, None]

    assert "accepted_requests_are_refunded_once" in broken(db, merchant_id)


def test_an_accepted_request_that_read_as_accepting_again_would_be_refunded_twice(db: Database) -> None:
    merchant_id = a_quiet_merchant(db)
    order_id = an_order().with_item(LINE, 3).taken_in(db, merchant_id)
    request_id = cancel(db, merchant_id, order_id, 1, reason=Reason.NO_INVENTORY)
    a_request(db, merchant_id, order_id)
    execution.execute(db, merchant_id, request_id)
    assert broken(db, merchant_id) == set()
    with db.begin(merchant_id) as tx:
        of_it = update(RequestRecord).where(RequestRecord.id == request_id)
        tx.session.execute(of_it.values(state=RequestState.ACCEPTING))

    execution.execute(db, merchant_id, request_id)

    assert {"accepted_requests_are_refunded_once", "requests_end_once"} <= broken(db, merchant_id)


def any_move(_state: RequestState, move: Move) -> RequestState:
    ends = {Move.ACCEPT: RequestState.ACCEPTING, Move.WITHDRAW: RequestState.WITHDRAWN}
    return ends.get(move, RequestState.DECLINED)


def take_the_table_away(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (cancellations, moves):
        monkeypatch.setattr(module, "after", any_move)


def decline_twice_over(db: Database, merchant_id: MerchantId, second: Callable[..., None]) -> None:
    order_id = an_order().with_item(LINE, 3).taken_in(db, merchant_id)
    request_id = a_request(db, merchant_id, order_id)
    a_request(db, merchant_id, order_id)
    cancellations.decline(db, merchant_id, request_id, USER, reason=DeclineReason.OTHER)
    second(db, merchant_id, request_id, BUYER)


def test_without_the_table_of_moves_a_request_ends_twice_and_frees_what_another_holds(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    merchant_id = a_merchant(db)
    take_the_table_away(monkeypatch)

    decline_twice_over(db, merchant_id, cancellations.withdraw)

    assert {
        "requests_end_once",
        "outcomes_are_mailed_once",
        "requested_is_the_sum_of_open_requests",
    } <= broken(db, merchant_id)


def test_without_the_table_of_moves_the_same_outcome_is_mailed_once_all_the_same(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    merchant_id = a_merchant(db)
    take_the_table_away(monkeypatch)
    decline_again = partial(cancellations.decline, reason=DeclineReason.OTHER)

    with pytest.raises(IntegrityError, match="uq_messages_outcome"):
        decline_twice_over(db, merchant_id, decline_again)


@pytest.mark.parametrize("is_guarded", [True, False])
def test_without_the_lock_a_refund_is_marked_as_paid_by_two_people_and_mailed_twice(
    db: Database, monkeypatch: pytest.MonkeyPatch, *, is_guarded: bool
) -> None:
    merchant_id = a_merchant(db)
    order_id = an_order().with_item(LINE, 2).taken_in(db, merchant_id)
    cancel(db, merchant_id, order_id, 1)
    [refund] = order_page(db, merchant_id, order_id, ActorKind.MERCHANT_USER).refunds
    meeting = Barrier(2, timeout=IN_VAIN_SECONDS if is_guarded else PATIENCE_SECONDS)
    note = timeline.note

    def meet_and_note(*facts, **more):
        meet(meeting)
        return note(*facts, **more)

    monkeypatch.setattr(timeline, "note", meet_and_note)
    if not is_guarded:
        monkeypatch.setattr(ledger, "lock_order", unlocked_order)
    pay = partial(refunds.mark_paid, db, merchant_id, refund.id, USER)

    told = sorted(type(ended.error).__name__ for ended in at_once(pay, pay))

    assert told == (["AlreadyDecided", "NoneType"] if is_guarded else ["NoneType", "NoneType"])
    mails = [message.event for message in messages_of(db, merchant_id)]
    assert mails.count(MailEvent.REFUND_SENT) == (1 if is_guarded else 2)

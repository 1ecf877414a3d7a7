"""The same thing asked for twice, by a double click, a second tab, a lost answer or a restarted worker."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, update

from shared.actions import cancellations, effects, execution, intake
from shared.actions.cancellations import Ask
from shared.actions.intake import IntakeOutcome
from shared.actions.stock import set_on_hand
from shared.domain.actors import BUYER
from shared.domain.events import EffectKind
from shared.domain.ids import EffectId, MerchantId, OrderId
from shared.domain.intake import IncomingPayment
from shared.domain.orders import Gateway
from shared.queries.invariants import violations_of
from shared.storage.engine import Database
from shared.storage.idempotency import Answer, Once, Replayed
from shared.storage.records import EffectRecord, StockRecord
from shared.worker.perform import perform
from tests.builders import STORE, a_merchant, an_order, automatic, line_ids, request, ship
from tests.post import Remembering, effects_of, messages_of, outside, work_off
from tests.unit.races.scene import FEW_ROUNDS, at_once, hash_of, states

LINE = "Tea kettle"


def on_hand(db: Database, merchant_id: MerchantId, sku: str) -> int:
    with db.begin(merchant_id) as tx:
        return tx.session.get_one(StockRecord, (merchant_id, sku)).on_hand


def what_happened(db: Database, merchant_id: MerchantId, order_id: OrderId) -> dict[str, int]:
    """Count the requests, refunds and outcome e-mails of an order."""
    state = states(db, merchant_id)[order_id]
    return {
        "requests": len(state["requests"] or ()),
        "refunds": len(state["refunds"] or ()),
        "mails": state["mails"].count("cancellation_accepted"),
    }


def test_two_identical_confirms_at_once_are_one_request_one_refund_one_restock_and_one_mail(
    db: Database,
) -> None:
    merchant_id = a_merchant(db, automatic())
    set_on_hand(db, merchant_id, "TEA-KETTLE", 5)
    for place in range(FEW_ROUNDS):
        order_id = an_order().with_item(LINE, 2).taken_in(db, merchant_id)
        ask = Ask(for_buyer=True, seen=hash_of(db, merchant_id, order_id), nonce="the-window")
        confirm = partial(cancellations.request, db, merchant_id, order_id, ask, BUYER)

        first, second = at_once(confirm, confirm)
        work_off(outside(db, Remembering()), merchant_id)

        assert (first.told, second.told) == ("", "")
        assert first.answer == second.answer
        assert what_happened(db, merchant_id, order_id) == {"requests": 1, "refunds": 1, "mails": 1}
        assert on_hand(db, merchant_id, "TEA-KETTLE") == 5 + 2 * (place + 1)
    assert violations_of(db, merchant_id) == []


def test_a_store_that_calls_twice_at_once_is_answered_alike_and_cancels_once(db: Database) -> None:
    merchant_id = a_merchant(db, automatic())
    for place in range(FEW_ROUNDS):
        order_id = an_order().with_item(LINE, 2).taken_in(db, merchant_id)
        [line] = line_ids(db, merchant_id, order_id)
        once = Once("cancel", f"key-{place}", b"call", render=lambda _tx, found: Answer(202, str(found)))
        call = partial(cancellations.request, db, merchant_id, order_id, Ask({line: 1}), STORE, once=once)

        ended = at_once(call, call)

        answers = [
            each.error.answer.body if isinstance(each.error, Replayed) else str(each.answer) for each in ended
        ]
        assert [type(each.error) for each in ended].count(Replayed) == 1
        assert answers[0] == answers[1]
        assert what_happened(db, merchant_id, order_id)["requests"] == 1
    assert violations_of(db, merchant_id) == []


@pytest.mark.parametrize("captured", [6_000, 10_000, 0])
def test_two_partial_refunds_at_once_never_give_back_more_than_was_captured(
    db: Database, captured: int
) -> None:
    merchant_id = a_merchant(db, automatic())
    for _ in range(FEW_ROUNDS):
        payment = IncomingPayment(Gateway.MANUAL, 10_000, captured, "Visa 4242")
        order = an_order().with_item(LINE, 2, 10_000).with_(payments=(payment,))
        order_id = order.taken_in(db, merchant_id)
        asked = [request(db, merchant_id, order_id, 1) for _ in range(2)]

        ended = at_once(*(partial(execution.execute, db, merchant_id, each) for each in asked))

        assert [each.told for each in ended] == ["", ""]
        assert states(db, merchant_id)[order_id]["payments"] == [captured]
    assert violations_of(db, merchant_id) == []


def test_of_two_confirms_in_different_tabs_the_second_is_shown_the_new_refund_first(db: Database) -> None:
    merchant_id = a_merchant(db, automatic())
    for _ in range(FEW_ROUNDS):
        order_id = an_order().with_item(LINE, 4).taken_in(db, merchant_id)
        [line] = line_ids(db, merchant_id, order_id)
        seen = hash_of(db, merchant_id, order_id)
        tabs = [
            partial(
                cancellations.request,
                db,
                merchant_id,
                order_id,
                Ask({line: 1}, for_buyer=True, seen=seen, nonce=f"tab-{tab}"),
                BUYER,
            )
            for tab in range(2)
        ]

        assert sorted(each.told for each in at_once(*tabs)) == ["", "quote_changed"]
        assert what_happened(db, merchant_id, order_id)["requests"] == 1
    assert violations_of(db, merchant_id) == []


def test_a_parcel_that_leaves_with_what_was_asked_for_ends_the_request_whoever_is_first(db: Database) -> None:
    merchant_id = a_merchant(db)
    for place in range(FEW_ROUNDS):
        order_id = an_order().taken_in(db, merchant_id)
        moves = [partial(request, db, merchant_id, order_id, 1), partial(ship, db, merchant_id, order_id, 1)]

        asked, shipped = at_once(*moves) if place % 2 else at_once(*moves[::-1])[::-1]

        assert shipped.told == ""
        assert asked.told in {"", "not_eligible"}
        state = states(db, merchant_id)[order_id]
        ends = [(found[0], found[2]) for found in state["requests"] or ()]
        assert ends == ([("declined", "already_shipped")] if asked.told == "" else [])
    assert violations_of(db, merchant_id) == []


def test_four_workers_on_the_same_due_work_carry_each_piece_out_once(db: Database) -> None:
    merchant_id = a_merchant(db, automatic())
    for order_id in [an_order().with_item(LINE, 2).taken_in(db, merchant_id) for _ in range(FEW_ROUNDS)]:
        request(db, merchant_id, order_id, 1)
    boxes = [Remembering() for _ in range(4)]

    at_once(*(partial(work_off, outside(db, box), merchant_id) for box in boxes))
    work_off(outside(db, boxes[0]), merchant_id)

    assert {effect.state for effect in effects_of(db, merchant_id)} == {"done"}
    sent = [message["Message-ID"] for box in boxes for message in box.messages]
    assert len(sent) == len(set(sent)) == len(messages_of(db, merchant_id))
    assert violations_of(db, merchant_id) == []


def test_work_that_a_killed_worker_had_done_and_not_noted_is_not_done_again(db: Database) -> None:
    merchant_id = a_merchant(db, automatic())
    order_id = an_order().with_item(LINE, 2).taken_in(db, merchant_id)
    request_id = request(db, merchant_id, order_id, 1)
    [effect] = [each for each in effects_of(db, merchant_id) if each.kind == EffectKind.EXECUTE_CANCELLATION]
    assert effects.claim(db, merchant_id, EffectId(effect.id)) is not None
    execution.execute(db, merchant_id, request_id)
    with db.begin(merchant_id) as tx:
        past = func.clock_timestamp() - timedelta(seconds=1)
        tx.session.execute(
            update(EffectRecord).where(EffectRecord.state == "running").values(lease_until=past)
        )

    assert perform(outside(db, Remembering()), merchant_id, EffectId(effect.id))

    assert what_happened(db, merchant_id, order_id) == {"requests": 1, "refunds": 1, "mails": 1}
    assert [each.state for each in effects_of(db, merchant_id) if each.id == effect.id] == ["done"]
    assert violations_of(db, merchant_id) == []


def test_an_import_that_was_broken_off_goes_on_and_repeats_nothing(db: Database) -> None:
    merchant_id = a_merchant(db)
    given = [an_order().incoming() for _ in range(20)]
    intake.take_in(db, merchant_id, given[:7], actor=STORE)

    again = intake.take_in(db, merchant_id, given, actor=STORE)

    assert [taken.outcome for taken in again] == (
        [IntakeOutcome.ALREADY_THERE] * 7 + [IntakeOutcome.TAKEN_IN] * 13
    )
    assert len(messages_of(db, merchant_id)) == 20
    assert violations_of(db, merchant_id) == []


def test_the_same_import_twice_at_once_takes_each_order_in_once(db: Database) -> None:
    merchant_id = a_merchant(db)
    for _ in range(FEW_ROUNDS):
        given = [an_order().incoming() for _ in range(20)]
        halves = [partial(intake.take_in, db, merchant_id, given, actor=STORE) for _ in range(2)]

        ended = at_once(*halves)

        outcomes = [[taken.outcome for taken in each.answer] for each in ended]
        for pair in zip(*outcomes, strict=True):
            assert sorted(pair) == [IntakeOutcome.ALREADY_THERE, IntakeOutcome.TAKEN_IN]
    assert violations_of(db, merchant_id) == []

"""One worker at a time carries an effect out; none is lost, and none is tried for ever."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, update

from shared.actions import effects
from shared.actions.effects import Claimed
from shared.domain.cancellation import RequestState
from shared.domain.events import EffectKind
from shared.domain.ids import EffectId, MerchantId
from shared.domain.policy import Policy, SilenceOutcome
from shared.ports import Refused
from shared.storage import outbox
from shared.storage.engine import Database
from shared.storage.records import EffectRecord, RequestRecord
from shared.worker.perform import perform
from tests.builders import a_merchant, an_order, automatic, request
from tests.post import Remembering, effects_of, messages_of, outside, work_off


def a_mail(db: Database) -> tuple[MerchantId, EffectId]:
    merchant_id = a_merchant(db)
    an_order().taken_in(db, merchant_id)
    return merchant_id, EffectId(effects_of(db, merchant_id)[0].id)


def held(db: Database, merchant_id: MerchantId, effect_id: EffectId) -> Claimed:
    claimed = effects.claim(db, merchant_id, effect_id)
    assert claimed is not None
    return claimed


def end_lease(db: Database, merchant_id: MerchantId) -> None:
    with db.begin(merchant_id) as tx:
        past = func.clock_timestamp() - timedelta(seconds=1)
        tx.session.execute(
            update(EffectRecord).where(EffectRecord.state == "running").values(lease_until=past)
        )


def make_due(db: Database, merchant_id: MerchantId) -> None:
    with db.begin(merchant_id) as tx:
        tx.session.execute(update(EffectRecord).where(EffectRecord.state == "ready").values(due_at=tx.now))


def test_of_two_workers_one_gets_the_effect(db: Database) -> None:
    merchant_id, effect_id = a_mail(db)
    start = threading.Barrier(4)

    def take(_: int) -> Claimed | None:
        start.wait()
        return effects.claim(db, merchant_id, effect_id)

    with ThreadPoolExecutor(4) as pool:
        claims = list(pool.map(take, range(4)))

    assert sum(claim is not None for claim in claims) == 1


def test_an_effect_that_is_held_is_left_alone(db: Database) -> None:
    merchant_id, effect_id = a_mail(db)
    held(db, merchant_id, effect_id)
    box = Remembering()

    assert not perform(outside(db, box), merchant_id, effect_id)
    assert effects.due(db, merchant_id) == []
    assert effects.unfinished(db, merchant_id) == 1
    assert box.messages == []


def test_a_killed_workers_effect_is_taken_when_its_lease_has_run_out(db: Database) -> None:
    merchant_id, effect_id = a_mail(db)
    held(db, merchant_id, effect_id)
    end_lease(db, merchant_id)
    box = Remembering()

    assert effects.due(db, merchant_id) == [effect_id]
    assert perform(outside(db, box), merchant_id, effect_id)
    assert len(box.messages) == 1
    assert (effects_of(db, merchant_id)[0].state, effects_of(db, merchant_id)[0].attempt) == ("done", 2)


def test_who_lost_the_lease_changes_nothing_any_more(db: Database) -> None:
    merchant_id, effect_id = a_mail(db)
    slow = held(db, merchant_id, effect_id)
    end_lease(db, merchant_id)
    quick = held(db, merchant_id, effect_id)

    effects.finish(db, merchant_id, slow)
    effects.give_up(db, merchant_id, slow, "too late")
    effects.put_off(db, merchant_id, slow, "too late")

    effect = effects_of(db, merchant_id)[0]
    assert (effect.state, effect.attempt, effect.error) == ("running", quick.attempt, "")
    effects.finish(db, merchant_id, quick)
    assert effects_of(db, merchant_id)[0].state == "done"


def test_a_done_effect_is_never_taken_again(db: Database) -> None:
    merchant_id, effect_id = a_mail(db)
    effects.finish(db, merchant_id, held(db, merchant_id, effect_id))

    assert effects.claim(db, merchant_id, effect_id) is None
    assert effects.unfinished(db, merchant_id) == 0


def test_tries_follow_the_schedule_a_fifth_either_way(db: Database) -> None:
    merchant_id, effect_id = a_mail(db)
    waits = []
    for _ in effects.DELAYS[EffectKind.SEND_MAIL]:
        make_due(db, merchant_id)
        effects.put_off(db, merchant_id, held(db, merchant_id, effect_id), "down")
        effect = effects_of(db, merchant_id)[0]
        with db.begin(merchant_id) as tx:
            waits.append(round((effect.due_at - tx.now).total_seconds()))
        assert (effect.state, effect.error, effect.lease_until) == ("ready", "down", None)

    schedule = effects.DELAYS[EffectKind.SEND_MAIL]
    assert all(0.79 < wait / planned < 1.21 for wait, planned in zip(waits, schedule, strict=True))
    make_due(db, merchant_id)
    effects.put_off(db, merchant_id, held(db, merchant_id, effect_id), "still down")
    assert (effects_of(db, merchant_id)[0].state, effects_of(db, merchant_id)[0].error) == (
        "dead",
        "still down",
    )


def test_what_kills_its_workers_is_parked(db: Database) -> None:
    merchant_id, effect_id = a_mail(db)
    box = Remembering()
    for _ in range(len(effects.DELAYS[EffectKind.SEND_MAIL]) + 1):
        held(db, merchant_id, effect_id)
        end_lease(db, merchant_id)

    assert perform(outside(db, box), merchant_id, effect_id)
    assert effects_of(db, merchant_id)[0].state == "dead"
    assert box.messages == []


def test_one_that_fails_does_not_keep_the_others(db: Database) -> None:
    merchant_id = a_merchant(db)
    for _ in range(3):
        an_order().taken_in(db, merchant_id)
    box = Remembering()
    troubles = iter([Refused("550 nobody"), OSError("down")])

    def sometimes() -> None:
        for trouble in troubles:
            raise trouble

    box.trouble = sometimes
    work_off(outside(db, box), merchant_id)

    assert [effect.state for effect in effects_of(db, merchant_id)] == ["dead", "ready", "done"]
    assert [row.state for row in messages_of(db, merchant_id)] == ["refused", "ready", "sent"]


def test_nothing_is_carried_out_when_its_transaction_did_not_commit(db: Database) -> None:
    merchant_id = a_merchant(db)

    def defer_and_fail() -> None:
        with db.begin(merchant_id) as tx:
            outbox.defer(tx, EffectKind.SEND_MAIL, merchant_id, dedup_key="mail:x")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        defer_and_fail()

    assert effects_of(db, merchant_id) == []


def test_the_same_key_makes_one_effect(db: Database) -> None:
    merchant_id = a_merchant(db)
    for _ in range(2):
        with db.begin(merchant_id) as tx:
            outbox.defer(tx, EffectKind.SEND_MAIL, merchant_id, dedup_key="mail:x")

    assert len(effects_of(db, merchant_id)) == 1


def the_request(db: Database, merchant_id: MerchantId) -> RequestRecord:
    with db.begin(merchant_id) as tx:
        return tx.session.query(RequestRecord).one()


def test_an_accepted_request_is_carried_out_by_the_worker(db: Database) -> None:
    merchant_id = a_merchant(db, automatic())
    request(db, merchant_id, an_order().taken_in(db, merchant_id))
    assert the_request(db, merchant_id).state == RequestState.ACCEPTING
    box = Remembering()

    work_off(outside(db, box), merchant_id)

    assert the_request(db, merchant_id).state == RequestState.ACCEPTED
    assert [row.event for row in messages_of(db, merchant_id)] == [
        "order_confirmed",
        "cancellation_requested",
        "cancellation_accepted",
    ]


def test_during_the_undo_window_nothing_is_due(db: Database) -> None:
    merchant_id = a_merchant(db, automatic(undo_minutes=10))
    request(db, merchant_id, an_order().taken_in(db, merchant_id))

    work_off(outside(db, Remembering()), merchant_id)

    assert the_request(db, merchant_id).state == RequestState.ACCEPTING


def test_silence_is_answered_by_the_worker(db: Database) -> None:
    policy = Policy(silence_hours=1, silence_outcome=SilenceOutcome.DECLINE)
    merchant_id = a_merchant(db, policy)
    request(db, merchant_id, an_order().taken_in(db, merchant_id))
    work_off(outside(db, Remembering()), merchant_id)
    assert the_request(db, merchant_id).state == RequestState.REQUESTED

    with db.begin(merchant_id) as tx:
        tx.session.execute(update(RequestRecord).values(decide_by=tx.now))
    make_due(db, merchant_id)
    work_off(outside(db, Remembering()), merchant_id)

    assert the_request(db, merchant_id).state == RequestState.DECLINED

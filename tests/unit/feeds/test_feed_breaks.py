"""A worker killed anywhere in a feed continues, repeats nothing, and comes to what any other does."""

import random
from uuid import UUID

import pytest

from shared.actions import bulk_batches, bulk_runs
from shared.domain.bulk import RunState
from shared.domain.ids import MerchantId
from shared.feeds import running
from shared.queries import feeds
from shared.queries.invariants import violations_of
from shared.storage.engine import Database
from shared.storage.records import RequestRecord
from tests.builders import a_merchant
from tests.unit.feeds.carrying import LAMP, MUG, count, hand_in, number, orders, report_text, statuses
from tests.unit.feeds.making import cancel

KILLS = 20


class Killed(BaseException):
    """The worker is gone."""


def content() -> str:
    rows = [
        row
        for n in range(1, 13)
        for row in ((number(n), "NoInventory", LAMP), (number(n), "PricingError", MUG))[: 1 + n % 2]
    ]
    whole = [(number(n), "", "") for n in range(13, 17)]
    return cancel(*rows, *whole, (number(99), "", ""), (number(3), "NoInventory", LAMP))


def told(db: Database, merchant_id: MerchantId, run_id: UUID) -> tuple:
    feed = feeds.find(db, merchant_id, run_id)
    return feed.state, feed.rows, feed.errors, feed.units, feed.refunded, statuses(db, merchant_id)


@pytest.fixture
def small_steps(monkeypatch) -> None:
    monkeypatch.setattr(running, "PIECE", 2)
    monkeypatch.setattr(bulk_runs, "BATCH", 1)


@pytest.mark.usefixtures("small_steps")
def test_a_worker_killed_at_twenty_places_comes_to_the_same(db, merchant_id, tmp_path, monkeypatch) -> None:
    other = a_merchant(db)
    for each in (merchant_id, other):
        orders(db, each, *range(1, 17))
    undisturbed = hand_in(db, other, tmp_path, content()).run_id
    running.take_turn(db, other, undisturbed)
    run_id = hand_in(db, merchant_id, tmp_path, content()).run_id
    chance = random.Random(7)  # noqa: S311 - places to break off, nothing secret
    left = [KILLS]

    def deadly(work, *, before: float = 0.0):
        def may_die(*given, **more):
            if left[0] and chance.random() < before:
                left[0] -= 1
                raise Killed
            made = work(*given, **more)
            if left[0] and chance.random() < 0.4:
                left[0] -= 1
                raise Killed
            return made

        return may_die

    # Within transactions and between them.
    monkeypatch.setattr(bulk_runs, "keep_rows", deadly(bulk_runs.keep_rows, before=0.2))
    monkeypatch.setattr(bulk_runs, "end_reading", deadly(bulk_runs.end_reading, before=0.5))
    monkeypatch.setattr(bulk_runs, "advance", deadly(bulk_runs.advance))
    monkeypatch.setattr(bulk_runs.bulk_staging, "stage", deadly(bulk_runs.bulk_staging.stage))
    monkeypatch.setattr(bulk_batches.bulk_cancel, "carry_out", deadly(bulk_batches.bulk_cancel.carry_out))
    monkeypatch.setattr(bulk_batches.bulk_whole, "carry_out", deadly(bulk_batches.bulk_whole.carry_out))
    lives = 1
    while feeds.find(db, merchant_id, run_id).state is not RunState.DONE:
        try:
            running.take_turn(db, merchant_id, run_id)
        except Killed:
            lives += 1

    assert lives == KILLS + 1
    assert told(db, merchant_id, run_id) == told(db, other, undisturbed)
    assert report_text(db, merchant_id, run_id) == report_text(db, other, undisturbed)
    assert count(db, merchant_id, RequestRecord) == count(db, other, RequestRecord)
    assert violations_of(db, merchant_id) == []


def test_a_reading_that_another_worker_took_over_ends_quietly(db, merchant_id, tmp_path, monkeypatch) -> None:
    orders(db, merchant_id, 1)
    run_id = hand_in(db, merchant_id, tmp_path, cancel((number(1), "", ""))).run_id
    opened = running.open_feed

    def overtaken(*given):
        monkeypatch.setattr(running, "open_feed", opened)
        running.take_turn(db, merchant_id, run_id)
        return opened(*given)

    monkeypatch.setattr(running, "open_feed", overtaken)

    running.take_turn(db, merchant_id, run_id)

    assert feeds.find(db, merchant_id, run_id).state is RunState.DONE
    assert count(db, merchant_id, RequestRecord) == 1

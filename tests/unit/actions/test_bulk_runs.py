"""Runs: staged, previewed, confirmed, spread, stopped; each order is dealt with once, whatever happens."""

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select, text

from shared.actions import bulk_runs, keys, merchants
from shared.actions.bulk_runs import NewRun
from shared.domain.actors import Actor, ActorKind
from shared.domain.bulk import RowAction, RunKind, RunState, StagedRow, Verdict
from shared.domain.errors import AlreadyDecided, InvalidContent, NotFound
from shared.domain.ids import MerchantId, new_id
from shared.domain.permissions import Role
from shared.domain.reasons import Reason
from shared.queries.invariants import violations_of
from shared.storage.engine import Database
from shared.storage.records import BulkRowRecord, BulkRunRecord, OrderRecord
from shared.storage.scopes import orders_of
from tests.builders import STORE, USER, a_merchant, an_order, cancel, ship
from tests.clock import later

FEED = NewRun(RunKind.FEED, "cancel.txt", feed_type="order_cancellation")
CHOSEN = NewRun(RunKind.SELECTION, "3 orders", reason=Reason.NO_INVENTORY)


def row(record: int, order: str, item: str = "", **more) -> StagedRow:
    given = {"reason": Reason.NO_INVENTORY, **more}
    return StagedRow(record, RowAction.CANCEL, order_ref=order, item_ref=item, **given)


def a_run(db: Database, merchant_id: MerchantId, *rows: StagedRow, new: NewRun = FEED) -> UUID:
    run_id = bulk_runs.begin(db, merchant_id, new, STORE).run_id
    bulk_runs.keep_rows(db, merchant_id, run_id, rows, first=1)
    bulk_runs.end_reading(db, merchant_id, run_id, bulk_runs.CODES)
    return run_id


def to_its_end(db: Database, merchant_id: MerchantId, run_id: UUID) -> BulkRunRecord:
    while bulk_runs.advance(db, merchant_id, run_id):
        pass
    return run_of(db, merchant_id, run_id)


def run_of(db: Database, merchant_id: MerchantId, run_id: UUID) -> BulkRunRecord:
    with db.begin(merchant_id) as tx:
        run = tx.session.get_one(BulkRunRecord, (merchant_id, run_id))
        tx.session.expunge(run)
        return run


def told(db: Database, merchant_id: MerchantId, run_id: UUID) -> list[tuple[str, str, int]]:
    with db.begin(merchant_id) as tx:
        rows = tx.session.scalars(
            select(BulkRowRecord).where(BulkRowRecord.run_id == run_id).order_by(BulkRowRecord.row_number)
        )
        return [(r.verdict, r.code, r.units) for r in rows]


def numbered(db: Database, merchant_id: MerchantId, *numbers: str) -> list[UUID]:
    return [an_order().with_(number=number).taken_in(db, merchant_id) for number in numbers]


def status(db: Database, merchant_id: MerchantId, order_id: UUID) -> str:
    with db.begin(merchant_id) as tx:
        return tx.session.scalars(orders_of(tx).where(OrderRecord.id == order_id)).one().status


def test_each_row_of_a_file_is_told_what_became_of_it(db: Database) -> None:
    merchant_id = a_merchant(db)
    fresh, gone, shipped = numbered(db, merchant_id, "A-1", "A-2", "A-3")
    cancel(db, merchant_id, gone)
    ship(db, merchant_id, shipped)
    other = a_merchant(db)
    numbered(db, other, "B-1")

    run_id = a_run(
        db,
        merchant_id,
        row(3, "A-1"),
        row(4, "A-2"),
        row(5, "A-3"),
        row(6, "B-1"),
        row(7, "A-1", "NO-SUCH-ITEM"),
    )
    run = to_its_end(db, merchant_id, run_id)

    assert told(db, merchant_id, run_id) == [
        (Verdict.DONE, "", 1),
        (Verdict.ERROR, "already_canceled", 0),
        (Verdict.ERROR, "already_shipped", 0),
        (Verdict.ERROR, "order_not_found", 0),
        (Verdict.ERROR, "item_not_found", 0),
    ]
    assert run.state == RunState.DONE
    assert (run.counters["done"], run.counters["errors"]) == (1, 4)
    assert status(db, merchant_id, fresh) == "canceled"
    assert violations_of(db, merchant_id) == []


def test_a_row_again_is_a_warning_and_rows_that_contradict_each_other_are_errors(db: Database) -> None:
    merchant_id = a_merchant(db)
    order = an_order().with_item("Lamp", 2, 5000).with_item("Mug", 1, 800)
    for number in ("A-1", "A-2", "A-3"):
        order.with_(number=number).taken_in(db, merchant_id)

    run_id = a_run(
        db,
        merchant_id,
        row(3, "A-1", "LAMP"),
        row(4, "A-1", "LAMP"),
        row(5, "A-2", "LAMP", reason=Reason.PRICING_ERROR),
        row(6, "A-2", "LAMP"),
        row(7, "A-3"),
        row(8, "A-3", "MUG"),
    )
    to_its_end(db, merchant_id, run_id)

    assert told(db, merchant_id, run_id) == [
        (Verdict.DONE, "", 2),
        (Verdict.WARNING, "duplicate_row", 0),
        *[(Verdict.ERROR, "conflicting_rows", 0)] * 4,
    ]


def test_a_row_that_cannot_go_leaves_the_other_rows_of_its_order(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_id = (
        an_order()
        .with_(number="A-1")
        .with_item("Lamp", 2, 5000)
        .with_item("Mug", 1, 800)
        .taken_in(db, merchant_id)
    )
    cancel(db, merchant_id, order_id, 0, 1)

    run_id = a_run(db, merchant_id, row(3, "A-1", "LAMP", quantity=1), row(4, "A-1", "MUG"))
    to_its_end(db, merchant_id, run_id)

    assert told(db, merchant_id, run_id) == [(Verdict.DONE, "", 1), (Verdict.ERROR, "already_canceled", 0)]


def test_a_message_stands_or_falls_as_a_whole(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_id = (
        an_order()
        .with_(number="A-1")
        .with_item("Lamp", 2, 5000)
        .with_item("Mug", 1, 800)
        .taken_in(db, merchant_id)
    )

    run_id = a_run(db, merchant_id, row(1, "A-1", "LAMP", quantity=1), row(1, "A-1", "MUG", quantity=9))
    to_its_end(db, merchant_id, run_id)

    assert told(db, merchant_id, run_id) == [
        (Verdict.ERROR, "record_refused", 0),
        (Verdict.ERROR, "too_many_units", 0),
    ]
    assert status(db, merchant_id, order_id) == "unshipped"


def test_rows_of_one_order_with_two_reasons_become_two_requests(db: Database) -> None:
    merchant_id = a_merchant(db)
    an_order().with_(number="A-1").with_item("Lamp", 2, 5000).with_item("Mug", 1, 800).taken_in(
        db, merchant_id
    )

    run_id = a_run(db, merchant_id, row(3, "A-1", "LAMP"), row(4, "A-1", "MUG", reason=Reason.PRICING_ERROR))
    to_its_end(db, merchant_id, run_id)

    assert told(db, merchant_id, run_id) == [(Verdict.DONE, "", 2), (Verdict.DONE, "", 1)]
    assert violations_of(db, merchant_id) == []


def test_a_dry_run_changes_nothing_and_comes_to_what_the_run_comes_to(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_ids = numbered(db, merchant_id, "A-1", "A-2")
    rows = (row(3, "A-1"), row(4, "A-2"), row(5, "A-9"))

    dry = to_its_end(db, merchant_id, a_run(db, merchant_id, *rows, new=replace(FEED, dry_run=True)))
    assert {status(db, merchant_id, order_id) for order_id in order_ids} == {"unshipped"}
    real = to_its_end(db, merchant_id, a_run(db, merchant_id, *rows))

    assert dry.counters == real.counters
    assert dry.counters["refunded"] == {"USD": 12_800}


def test_the_same_file_again_is_the_run_that_was_there_first(db: Database) -> None:
    merchant_id = a_merchant(db)
    new = replace(FEED, dedup_key="order_cancellation:abc")

    first = bulk_runs.begin(db, merchant_id, new, STORE)
    second = bulk_runs.begin(db, merchant_id, new, STORE)

    assert (first.is_repeated, second.is_repeated) == (False, True)
    assert first.run_id == second.run_id


def test_chosen_orders_are_previewed_and_then_confirmed_once(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_ids = numbered(db, merchant_id, "A-1", "A-2", "A-3")
    ship(db, merchant_id, order_ids[2])
    run_id = bulk_runs.begin_selection(db, merchant_id, CHOSEN, order_ids, USER).run_id

    preview = to_its_end(db, merchant_id, run_id)
    assert preview.state == RunState.PREVIEWED
    assert (preview.counters["orders"], preview.counters["errors"]) == (2, 1)
    bulk_runs.confirm(db, merchant_id, run_id, USER)
    with pytest.raises(AlreadyDecided):
        bulk_runs.confirm(db, merchant_id, run_id, USER)
    done = to_its_end(db, merchant_id, run_id)

    assert done.state == RunState.DONE
    assert done.counters == preview.counters
    assert [status(db, merchant_id, order_id) for order_id in order_ids] == [
        "canceled",
        "canceled",
        "shipped",
    ]
    assert violations_of(db, merchant_id) == []


def test_a_selection_needs_a_reason_and_orders_of_the_merchants_own(db: Database) -> None:
    merchant_id, other = a_merchant(db), a_merchant(db)
    theirs = numbered(db, other, "A-1")

    with pytest.raises(InvalidContent):
        bulk_runs.begin_selection(db, merchant_id, replace(CHOSEN, reason=None), theirs, USER)
    with pytest.raises(InvalidContent):
        bulk_runs.begin_selection(db, merchant_id, CHOSEN, theirs, USER)
    with pytest.raises(NotFound):
        bulk_runs.stop(db, merchant_id, new_id())


def test_a_spread_run_does_its_days_portion_and_waits(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_ids = numbered(db, merchant_id, "A-1", "A-2", "A-3")
    run_id = bulk_runs.begin_selection(db, merchant_id, CHOSEN, order_ids, USER).run_id
    to_its_end(db, merchant_id, run_id)

    bulk_runs.confirm(db, merchant_id, run_id, USER, per_day=2)
    first = to_its_end(db, merchant_id, run_id)
    assert (first.state, first.next_group) == (RunState.RUNNING, 2)
    assert to_its_end(db, merchant_id, run_id).next_group == 2
    with db.begin(merchant_id) as tx:
        due = tx.session.execute(text("SELECT max(due_at) FROM effects WHERE kind = 'advance_run'"))
        assert due.scalar_one() == first.resumes_at
    tomorrow = later(db, 24 * 60)
    second = to_its_end(tomorrow, merchant_id, run_id)

    assert (second.state, second.next_group, second.resumes_at) == (RunState.DONE, 3, None)
    assert violations_of(tomorrow, merchant_id) == []


def test_an_effect_that_is_left_over_does_not_begin_the_next_days_portion(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_ids = numbered(db, merchant_id, "A-1", "A-2", "A-3")
    run_id = bulk_runs.begin_selection(db, merchant_id, CHOSEN, order_ids, USER).run_id
    to_its_end(db, merchant_id, run_id)
    bulk_runs.confirm(db, merchant_id, run_id, USER, per_day=1)

    for _effect in ("of the choice", "of the confirmation"):
        bulk_runs.take_turn(db, merchant_id, run_id)

    assert run_of(db, merchant_id, run_id).next_group == 1
    assert to_its_end(later(db, 24 * 60), merchant_id, run_id).next_group == 2
    bulk_runs.stop(db, merchant_id, run_id)
    assert run_of(db, merchant_id, run_id).state == RunState.STOPPED


def test_a_stopped_run_says_which_rows_it_left_and_stays_consistent(db: Database, monkeypatch) -> None:
    monkeypatch.setattr(bulk_runs, "BATCH", 1)
    merchant_id = a_merchant(db)
    numbered(db, merchant_id, "A-1", "A-2", "A-3")
    run_id = a_run(db, merchant_id, row(3, "A-1"), row(4, "A-2"), row(5, "A-3"))

    assert bulk_runs.advance(db, merchant_id, run_id)
    bulk_runs.stop(db, merchant_id, run_id)
    run = to_its_end(db, merchant_id, run_id)

    assert run.state == RunState.STOPPED
    assert [verdict for verdict, _, _ in told(db, merchant_id, run_id)] == ["done", "stopped", "stopped"]
    assert violations_of(db, merchant_id) == []


def test_who_was_removed_from_the_team_meanwhile_stops_the_run(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_ids = numbered(db, merchant_id, "A-1")
    user_id = merchants.create_user(
        db,
        merchant_id,
        email=f"m-{new_id()}@example.com",
        name="M",
        password="long enough 1",
        role=Role.MANAGER,
    )
    leaver = Actor(ActorKind.MERCHANT_USER, user_id)
    run_id = bulk_runs.begin_selection(db, merchant_id, CHOSEN, order_ids, leaver).run_id
    to_its_end(db, merchant_id, run_id)
    bulk_runs.confirm(db, merchant_id, run_id, leaver)
    with db.begin(merchant_id) as tx:
        tx.session.execute(
            text("UPDATE memberships SET role = 'viewer' WHERE user_id = :id"), {"id": user_id}
        )

    run = to_its_end(db, merchant_id, run_id)

    assert (run.state, run.note) == (RunState.STOPPED, "no_longer_permitted")
    assert status(db, merchant_id, order_ids[0]) == "unshipped"


@pytest.mark.parametrize("revoked", [True, False])
def test_a_run_goes_on_as_long_as_the_key_that_sent_it_is_in_force(db: Database, *, revoked: bool) -> None:
    merchant_id = a_merchant(db)
    [order_id] = numbered(db, merchant_id, "A-1")
    key = merchants.create_api_key(db, merchant_id, name="shop")
    used = keys.use(db, key)
    assert used is not None
    run_id = bulk_runs.begin(db, merchant_id, FEED, Actor(ActorKind.STORE, used.id)).run_id
    bulk_runs.keep_rows(db, merchant_id, run_id, [row(3, "A-1")], first=1)
    bulk_runs.end_reading(db, merchant_id, run_id, bulk_runs.CODES)
    if revoked:
        merchants.revoke_api_key(db, merchant_id, used.id)

    run = to_its_end(db, merchant_id, run_id)

    assert (run.state, run.note) == ((RunState.STOPPED, "key_revoked") if revoked else (RunState.DONE, ""))
    assert status(db, merchant_id, order_id) == ("unshipped" if revoked else "canceled")


def test_a_reading_that_was_overtaken_gives_way(db: Database) -> None:
    merchant_id = a_merchant(db)
    run_id = bulk_runs.begin(db, merchant_id, FEED, STORE).run_id
    bulk_runs.keep_rows(db, merchant_id, run_id, [row(3, "A-1"), row(4, "A-2")], first=1)
    bulk_runs.keep_rows(db, merchant_id, run_id, [row(3, "A-1")], first=1)

    with pytest.raises(AlreadyDecided):
        bulk_runs.keep_rows(db, merchant_id, run_id, [row(5, "A-3")], first=3)

    bulk_runs.end_reading(db, merchant_id, run_id, bulk_runs.CODES)
    assert len(told(db, merchant_id, run_id)) == 1


def test_a_batch_that_breaks_off_is_done_anew_and_once(db: Database, monkeypatch) -> None:
    monkeypatch.setattr(bulk_runs, "BATCH", 1)
    merchant_id = a_merchant(db)
    numbered(db, merchant_id, "A-1", "A-2")
    run_id = a_run(db, merchant_id, row(3, "A-1"), row(4, "A-2"))
    with monkeypatch.context() as broken:
        broken.setattr(bulk_runs, "_added", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            bulk_runs.advance(db, merchant_id, run_id)

    run = to_its_end(db, merchant_id, run_id)

    assert run.counters["orders"] == 2
    assert violations_of(db, merchant_id) == []

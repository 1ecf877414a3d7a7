"""Work that touches the same rows from opposite ends waits in line, and never in a ring."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from threading import Barrier, BrokenBarrierError
from uuid import UUID

import pytest
from sqlalchemy import text

from shared.actions import bulk_runs, execution, intake, rates
from shared.actions.bulk_runs import NewRun
from shared.actions.stock import set_on_hand
from shared.domain.bulk import RunKind
from shared.domain.ids import MerchantId, RequestId, new_id
from shared.domain.metrics import RateCounts
from shared.domain.reasons import Reason
from shared.queries.invariants import violations_of
from shared.storage import bulk_writes
from shared.storage.engine import Database
from shared.storage.rates import counts as counted
from shared.storage.scopes import lock_stock
from tests.builders import STORE, USER, a_merchant, an_order, automatic, request
from tests.unit.races.scene import FEW_ROUNDS, IN_VAIN_SECONDS, at_once

SKUS = [f"SKU-{place}" for place in range(6)]


def an_accepted_request(db: Database, merchant_id: MerchantId, skus: list[str]) -> RequestId:
    """Have an order of these SKUs, in this order, canceled by its buyer and not carried out yet."""
    order = an_order()
    for sku in skus:
        order = order.with_item(f"Item {sku}", sku=sku)
    order_id = order.taken_in(db, merchant_id)
    return request(db, merchant_id, order_id, reason=Reason.ORDERED_BY_MISTAKE)


def test_two_imports_of_the_same_orders_from_opposite_ends_never_wait_in_a_ring(db: Database) -> None:
    merchant_id = a_merchant(db)
    for _ in range(FEW_ROUNDS):
        given = [an_order().incoming() for _ in range(6)]
        ways = (given, given[::-1])

        ended = at_once(*(partial(intake.take_in, db, merchant_id, way, actor=STORE) for way in ways))

        assert [each.told for each in ended] == ["", ""]
    assert violations_of(db, merchant_id) == []


def test_two_cancellations_of_the_same_skus_from_opposite_ends_never_wait_in_a_ring(db: Database) -> None:
    merchant_id = a_merchant(db, automatic())
    for sku in SKUS:
        set_on_hand(db, merchant_id, sku, 1)
    for _ in range(FEW_ROUNDS):
        asked = [an_accepted_request(db, merchant_id, skus) for skus in (SKUS, SKUS[::-1])]

        ended = at_once(*(partial(execution.execute, db, merchant_id, each) for each in asked))

        assert [each.told for each in ended] == ["", ""]
    assert violations_of(db, merchant_id) == []


def test_cancellations_counts_of_stock_and_imports_at_once_never_wait_in_a_ring(db: Database) -> None:
    merchant_id = a_merchant(db, automatic())
    for _ in range(FEW_ROUNDS):
        asked = [an_accepted_request(db, merchant_id, skus) for skus in (SKUS, SKUS[::-1])]
        given = [an_order().incoming() for _ in range(4)]

        ended = at_once(
            *(partial(execution.execute, db, merchant_id, each) for each in asked),
            *(partial(set_on_hand, db, merchant_id, sku, 5) for sku in SKUS[::3]),
            *(partial(intake.take_in, db, merchant_id, way, actor=STORE) for way in (given, given[::-1])),
        )

        assert [each.told for each in ended] == [""] * 6
    assert violations_of(db, merchant_id) == []


def test_two_orders_that_two_people_change_in_opposite_order_never_wait_in_a_ring(db: Database) -> None:
    merchant_id = a_merchant(db)
    for _ in range(FEW_ROUNDS):
        orders = [an_order().with_item(quantity=4).taken_in(db, merchant_id) for _ in range(2)]

        def ask(order_ids) -> None:
            for order_id in order_ids:
                request(db, merchant_id, order_id, 1)

        ended = at_once(partial(ask, orders), partial(ask, orders[::-1]))

        assert [each.told for each in ended] == ["", ""]
    assert violations_of(db, merchant_id) == []


def test_whoever_counts_waits_for_nobody_who_counts(db: Database) -> None:
    merchant_id = a_merchant(db)
    now = datetime.now(UTC)

    with db.begin(merchant_id) as first:
        rates.count_placed(first, [now])
        with db.begin(merchant_id) as second:
            second.session.execute(text("SET LOCAL lock_timeout = '1s'"))
            rates.count_placed(second, [now])
            rates.count_days(second, {now.date().isoformat(): 1}, new_id())
        rates.count_days(first, {now.date().isoformat(): 1}, new_id())

    with db.snapshot(merchant_id) as tx:
        assert counted(tx, 1) == RateCounts(2, 2)


def a_batch(db: Database, merchant_id: MerchantId, whole: str, unusual: str) -> UUID:
    """Confirm a batch of two orders that put their units back: one goes as it is, one is judged by itself."""
    orders = [an_order().with_item(sku=whole), an_order().with_item(sku=unusual).with_(hold=True)]
    new = NewRun(RunKind.SELECTION, title="2 orders", reason=Reason.BUYER_CANCELED)
    ids = [order.taken_in(db, merchant_id) for order in orders]
    run_id = bulk_runs.begin_selection(db, merchant_id, new, ids, USER).run_id
    while bulk_runs.advance(db, merchant_id, run_id):
        pass
    bulk_runs.confirm(db, merchant_id, run_id, USER)
    return run_id


def test_batches_whose_orders_go_both_ways_never_wait_in_a_ring_for_stock(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    merchant_id = a_merchant(db)
    for sku in ("A", "Z"):
        set_on_hand(db, merchant_id, sku, 1)
    runs = [a_batch(db, merchant_id, *skus) for skus in (("A", "Z"), ("Z", "A"))]
    meeting, put_back = Barrier(2, timeout=IN_VAIN_SECONDS), bulk_writes.put_back

    def halting(*facts: object) -> None:
        put_back(*facts)
        with suppress(BrokenBarrierError):
            meeting.wait()

    monkeypatch.setattr(bulk_writes, "put_back", halting)

    ended = at_once(*(partial(bulk_runs.advance, db, merchant_id, run_id) for run_id in runs))

    assert [each.error for each in ended] == [None, None]
    assert violations_of(db, merchant_id) == []


def test_however_many_skus_come_back_a_server_has_room_for_their_locks(db: Database) -> None:
    with db.begin(a_merchant(db)) as tx:
        lock_stock(tx, (f"SKU-{number}" for number in range(20_000)))
        held = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
        assert tx.session.scalar(held) <= 1024

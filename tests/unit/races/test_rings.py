"""Work that touches the same rows from opposite ends waits in line, and never in a ring."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from threading import Barrier, BrokenBarrierError
from types import ModuleType

import pytest

from shared.actions import bulk_cancel, cancellations, execution, intake, rates
from shared.actions.cancellations import Ask
from shared.actions.stock import set_on_hand
from shared.domain.catalogue import Giver
from shared.domain.ids import MerchantId, RequestId
from shared.domain.reasons import Reason
from shared.queries.invariants import violations_of
from shared.storage.engine import Database
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


def stop_between(monkeypatch: pytest.MonkeyPatch, module: ModuleType, meeting: Barrier) -> None:
    """Let whoever has stock and counters to lock wait for the other between the first and the second."""
    begun: list[str] = []

    def halting(name: str, step: Callable[..., object]) -> Callable[..., object]:
        def take(*facts: object, **more: object) -> object:
            if begun:
                with suppress(BrokenBarrierError):
                    meeting.wait()
            begun.append(name)
            return step(*facts, **more)

        return take

    for name in ("_restock", "_put_back", "count_canceled", "count_canceled_of"):
        if hasattr(module, name):
            monkeypatch.setattr(module, name, halting(name, getattr(module, name)))


def test_a_batch_and_a_single_cancellation_lock_stock_and_counters_in_the_same_order(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    merchant_id = a_merchant(db)
    set_on_hand(db, merchant_id, "TEA-KETTLE", 1)
    batched, single = (an_order().taken_in(db, merchant_id) for _ in range(2))
    ask = Ask(reason=Reason.BUYER_CANCELED)
    request_id = cancellations.request(db, merchant_id, single, ask, USER)
    meeting = Barrier(2, timeout=IN_VAIN_SECONDS)
    monkeypatch.setattr(rates, "shard", lambda: 0)
    for module in (bulk_cancel, execution):
        stop_between(monkeypatch, module, meeting)

    def cancel_batch() -> None:
        wish = bulk_cancel.Wanted(batched, Reason.BUYER_CANCELED, "k")
        with db.begin(merchant_id) as tx:
            plan = bulk_cancel.plan(tx, [wish], Giver.MERCHANT, lock=True)
            bulk_cancel.carry_out(tx, [one for one in plan if isinstance(one, bulk_cancel.Planned)], USER)

    ended = at_once(cancel_batch, partial(execution.execute, db, merchant_id, request_id))

    assert [each.error for each in ended] == [None, None]
    assert violations_of(db, merchant_id) == []

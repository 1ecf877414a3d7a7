"""What keeps a thing from being done twice, each with a twin: the same without the guard, and its harm."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from threading import Event
from unittest.mock import ANY

import pytest
from sqlalchemy import func, update
from sqlalchemy.dialects import postgresql

from shared.actions import cancellations, effects, execution, stock
from shared.actions.cancellations import Ask
from shared.domain.actors import BUYER
from shared.domain.errors import QuoteChanged
from shared.domain.events import EffectKind
from shared.domain.ids import EffectId, MerchantId, OrderId
from shared.queries.invariants import violations_of
from shared.storage import outbox
from shared.storage.engine import Database
from shared.storage.idempotency import Answer, Once
from shared.storage.records import EffectRecord, RequestRecord
from tests.builders import STORE, a_merchant, an_order, automatic, cancel, line_ids, request
from tests.post import effects_of
from tests.unit.races.scene import IN_VAIN_SECONDS, PATIENCE_SECONDS, at_once, hash_of

LINE = "Tea kettle"


def a_window(db: Database, merchant_id: MerchantId) -> tuple[OrderId, Ask]:
    order_id = an_order().with_item(LINE, 4).taken_in(db, merchant_id)
    [line] = line_ids(db, merchant_id, order_id)
    seen = hash_of(db, merchant_id, order_id)
    return order_id, Ask({line: 1}, for_buyer=True, seen=seen, nonce="the-window")


def test_without_its_nonce_a_window_that_is_confirmed_twice_cancels_twice(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_id, ask = a_window(db, merchant_id)
    confirm = partial(cancellations.request, db, merchant_id, order_id, actor=BUYER)

    assert confirm(ask) == confirm(ask)
    bare = replace(ask, seen=None, nonce=None)
    first, second = at_once(partial(confirm, bare), partial(confirm, bare))
    assert (first.told, second.told) == ("", "")
    assert first.answer != second.answer


def test_when_nobody_looks_for_the_nonce_only_the_database_stops_the_second_press(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    merchant_id = a_merchant(db)
    order_id, ask = a_window(db, merchant_id)
    monkeypatch.setattr(cancellations, "_confirmed_before", lambda *_window: None)
    confirm = partial(cancellations.request, db, merchant_id, order_id, replace(ask, seen=None), BUYER)

    errors = [ended.error for ended in at_once(confirm, confirm)]

    assert sorted(type(error).__name__ for error in errors) == ["IntegrityError", "NoneType"]


@pytest.mark.parametrize("is_guarded", [True, False])
def test_without_the_quotes_fingerprint_a_stale_window_refunds_what_it_did_not_show(
    db: Database, monkeypatch: pytest.MonkeyPatch, *, is_guarded: bool
) -> None:
    merchant_id = a_merchant(db, automatic())
    order = an_order().with_item(LINE, price=6_000).with_item("Mug", price=1_000).with_(shipping_minor=500)
    order_id = order.taken_in(db, merchant_id)
    mug = line_ids(db, merchant_id, order_id)[1]
    ask = Ask({mug: 1}, for_buyer=True, seen=hash_of(db, merchant_id, order_id))
    cancel(db, merchant_id, order_id, 1, 0)
    if is_guarded:
        with pytest.raises(QuoteChanged):
            cancellations.request(db, merchant_id, order_id, ask, BUYER)
        return
    monkeypatch.setattr(cancellations, "fingerprint", lambda _facts: ANY)

    request_id = cancellations.request(db, merchant_id, order_id, ask, BUYER)

    with db.begin(merchant_id) as tx:
        # The window had said 1,000: shipping stays while the kettle goes out.
        assert tx.session.get_one(RequestRecord, (merchant_id, request_id)).refund_minor == 1_500


def test_without_the_claim_on_its_key_a_stores_call_is_carried_out_twice(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    merchant_id = a_merchant(db)
    order_id, ask = a_window(db, merchant_id)
    once = Once("cancel", "key", b"call", render=lambda _tx, found: Answer(202, str(found)))
    bare = replace(ask, seen=None, nonce=None)
    monkeypatch.setattr(cancellations, "claim", lambda _tx, _once: None)
    call = partial(cancellations.request, db, merchant_id, order_id, bare, STORE, once=once)

    first, second = at_once(call, call)

    assert (first.told, second.told) == ("", "")
    assert first.answer != second.answer


def claimed(db: Database, merchant_id: MerchantId, effect_id: EffectId) -> effects.Claimed | None:
    """Let a worker take an effect whose holder's time is up."""
    with db.begin(merchant_id) as tx:
        past = func.clock_timestamp() - timedelta(seconds=1)
        tx.session.execute(update(EffectRecord).values(lease_until=past, due_at=tx.now))
    return effects.claim(db, merchant_id, effect_id)


@pytest.mark.parametrize("is_guarded", [True, False])
def test_without_the_fence_of_attempts_a_slow_worker_ends_what_another_is_doing(
    db: Database, monkeypatch: pytest.MonkeyPatch, *, is_guarded: bool
) -> None:
    merchant_id = a_merchant(db)
    an_order().taken_in(db, merchant_id)
    effect_id = EffectId(effects_of(db, merchant_id)[0].id)
    slow = claimed(db, merchant_id, effect_id)
    quick = claimed(db, merchant_id, effect_id)
    assert slow is not None
    assert quick is not None
    if not is_guarded:
        monkeypatch.setattr(effects, "_held", lambda _merchant_id, held: (EffectRecord.id == held.id,))

    effects.give_up(db, merchant_id, slow, "too slow")

    [effect] = effects_of(db, merchant_id)
    assert effect.state == ("running" if is_guarded else "dead")
    effects.finish(db, merchant_id, quick)
    assert effects_of(db, merchant_id)[0].state == "done"


class Heedless(postgresql.Insert):
    """An insert that does not look whether the row is there."""

    inherit_cache = False

    def on_conflict_do_nothing(self, **_where: object) -> Heedless:
        """Insert all the same."""
        return self


def note_and_defer(db: Database, merchant_id: MerchantId, order_id: OrderId) -> None:
    with db.begin(merchant_id) as tx:
        outbox.defer(tx, EffectKind.APPLY_SILENCE, order_id, dedup_key="the-same")


@pytest.mark.parametrize("is_guarded", [True, False])
def test_without_the_heed_for_its_key_the_second_to_note_an_effect_loses_its_whole_transaction(
    db: Database, monkeypatch: pytest.MonkeyPatch, *, is_guarded: bool
) -> None:
    merchant_id = a_merchant(db)
    order_id = an_order().taken_in(db, merchant_id)
    if not is_guarded:
        monkeypatch.setattr(outbox, "insert", Heedless)
    note = partial(note_and_defer, db, merchant_id, order_id)

    errors = [ended.error for ended in at_once(note, note)]

    lost = [] if is_guarded else ["IntegrityError"]
    assert [type(error).__name__ for error in errors if error is not None] == lost
    kinds = [effect.kind for effect in effects_of(db, merchant_id)]
    assert kinds.count(EffectKind.APPLY_SILENCE) == 1


@pytest.mark.parametrize("is_guarded", [True, False])
def test_without_the_lock_on_its_sku_a_count_of_stock_loses_what_comes_back_meanwhile(
    db: Database, monkeypatch: pytest.MonkeyPatch, *, is_guarded: bool
) -> None:
    merchant_id = a_merchant(db, automatic())
    stock.set_on_hand(db, merchant_id, "TEA-KETTLE", 5)
    order_id = an_order().with_item(LINE, 2).taken_in(db, merchant_id)
    request_id = request(db, merchant_id, order_id)
    has_read, is_back = Event(), Event()
    insert = stock.insert

    def insert_late(table):
        has_read.set()
        is_back.wait(IN_VAIN_SECONDS if is_guarded else PATIENCE_SECONDS)
        return insert(table)

    def put_back() -> None:
        has_read.wait(PATIENCE_SECONDS)
        execution.execute(db, merchant_id, request_id)
        is_back.set()

    monkeypatch.setattr(stock, "insert", insert_late)
    if not is_guarded:
        for module in (stock, execution):
            monkeypatch.setattr(module, "lock_stock", lambda _tx, _skus: None)

    ended = at_once(partial(stock.set_on_hand, db, merchant_id, "TEA-KETTLE", 9), put_back)

    assert [each.error for each in ended] == [None, None]
    lost = set() if is_guarded else {"stock_is_its_opening_and_movements"}
    assert {violation.invariant for violation in violations_of(db, merchant_id)} == lost

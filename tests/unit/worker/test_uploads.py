"""An uploaded file survives its worker: whatever happens, the end is that of a quiet run."""

import io
import secrets
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, func, select

from shared.actions import intake, merchants, uploads
from shared.actions.uploads import File
from shared.domain.actors import Actor, ActorKind
from shared.domain.ids import MerchantId
from shared.domain.permissions import Role
from shared.domain.uploads import UploadKind, UploadState
from shared.queries import uploads as views
from shared.queries.invariants import violations_of
from shared.storage import files
from shared.storage.engine import Database
from shared.storage.files import StoreFull
from shared.storage.records import MembershipRecord, OrderRecord, UploadChunkRecord
from shared.stores import importing, uploaded
from tests.builders import a_merchant
from tests.unit.stores.making import amazon_row, amazon_text

ORDERS = 7


class Killed(Exception):
    pass


def some_file() -> bytes:
    rows = [amazon_row(f"206-{place:07d}-0000001", f"{10000000000000 + place}") for place in range(ORDERS)]
    rows[3] = amazon_row("206-0000003-0000001", "10000000000003", item_price="x")
    return amazon_text(*rows).encode()


def a_user(db: Database, merchant_id: MerchantId) -> Actor:
    mark = secrets.token_hex(5)
    user_id = merchants.create_user(
        db,
        merchant_id,
        email=f"u-{mark}@example.com",
        name="Maya",
        password="correct horse staple",
        role=Role.OWNER,
    )
    return Actor(ActorKind.MERCHANT_USER, user_id)


def hand_in(db: Database, merchant_id: MerchantId, actor: Actor, content: bytes, **options: Any) -> UUID:
    file = File(UploadKind.ORDERS, "orders.txt", io.BytesIO(content), {"mail_all": False, **options}, "en")
    return uploads.hand_in(db, merchant_id, file, actor).id


def carry_out(db: Database, merchant_id: MerchantId, upload_id: UUID) -> None:
    run = uploads.start(db, merchant_id, upload_id)
    if run is not None:
        uploaded.carry_out(db, merchant_id, run)


def count(db: Database, merchant_id: MerchantId, record: type) -> int:
    with db.begin(merchant_id) as tx:
        return int(tx.session.scalar(select(func.count()).select_from(record)) or 0)


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "BATCH_ORDERS", 1)
    monkeypatch.setattr(files, "CHUNK", 100)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("batch", range(1, ORDERS))
def test_a_worker_killed_at_any_batch_goes_on_without_repeating(
    db: Database, monkeypatch: pytest.MonkeyPatch, batch: int, moment: str
) -> None:
    merchant_id = a_merchant(db)
    actor = a_user(db, merchant_id)
    upload_id = hand_in(db, merchant_id, actor, some_file())
    real: Callable[..., Any] = intake.take_in
    calls = 0

    def killing(*given: Any, **more: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == batch and moment == "before":
            raise Killed
        taken = real(*given, **more)
        if calls == batch:
            raise Killed
        return taken

    with monkeypatch.context() as patch:
        patch.setattr(intake, "take_in", killing)
        with pytest.raises(Killed):
            carry_out(db, merchant_id, upload_id)
    carry_out(db, merchant_id, upload_id)

    view = views.upload(db, merchant_id, upload_id)
    assert (view.state, view.counts.taken_in, view.counts.unchanged) == (UploadState.DONE, ORDERS - 1, 0)
    assert (view.counts.left_out, view.counts.rows, view.findings) == (1, ORDERS, 1)
    assert count(db, merchant_id, OrderRecord) == ORDERS - 1
    assert count(db, merchant_id, UploadChunkRecord) == 0
    assert violations_of(db, merchant_id) == []


def test_a_run_that_another_worker_took_over_writes_nothing_more(db: Database) -> None:
    merchant_id = a_merchant(db)
    upload_id = hand_in(db, merchant_id, a_user(db, merchant_id), some_file())
    slow = uploads.start(db, merchant_id, upload_id)
    assert slow is not None
    quick = uploads.start(db, merchant_id, upload_id)
    assert quick is not None

    uploaded.carry_out(db, merchant_id, slow)
    assert views.upload(db, merchant_id, upload_id).state is UploadState.RUNNING
    assert count(db, merchant_id, OrderRecord) == 0
    uploaded.carry_out(db, merchant_id, quick)

    assert views.upload(db, merchant_id, upload_id).counts.taken_in == ORDERS - 1
    assert uploads.start(db, merchant_id, upload_id) is None


def test_whoever_was_removed_meanwhile_stops_the_run_and_it_says_so(db: Database) -> None:
    merchant_id = a_merchant(db)
    actor = a_user(db, merchant_id)
    upload_id = hand_in(db, merchant_id, actor, some_file())
    with db.begin(merchant_id) as tx:
        tx.session.execute(delete(MembershipRecord).where(MembershipRecord.merchant_id == merchant_id))

    carry_out(db, merchant_id, upload_id)

    view = views.upload(db, merchant_id, upload_id)
    assert view.state is UploadState.FAILED
    assert view.note == "Whoever uploaded the file may import orders no more; what came before stays."
    assert count(db, merchant_id, OrderRecord) == 0


def test_a_file_that_kills_every_worker_is_given_up(db: Database) -> None:
    merchant_id = a_merchant(db)
    upload_id = hand_in(db, merchant_id, a_user(db, merchant_id), some_file())

    for _attempt in range(uploads.MOST_ATTEMPTS + 1):
        uploads.start(db, merchant_id, upload_id)

    assert views.upload(db, merchant_id, upload_id).state is UploadState.FAILED


def test_only_so_much_is_kept_waiting(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    merchant_id = a_merchant(db)
    actor = a_user(db, merchant_id)
    monkeypatch.setattr(files, "MOST_STORED", 10)

    with pytest.raises(StoreFull):
        hand_in(db, merchant_id, actor, b"more than ten bytes")

    assert views.recent(db, merchant_id, UploadKind.ORDERS) == ()


def test_the_same_content_with_other_options_is_another_upload(db: Database) -> None:
    merchant_id = a_merchant(db)
    actor = a_user(db, merchant_id)

    first = hand_in(db, merchant_id, actor, some_file())

    assert hand_in(db, merchant_id, actor, some_file()) == first
    assert hand_in(db, merchant_id, actor, some_file(), mail_all=True) != first

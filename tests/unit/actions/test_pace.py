"""Long work tells how fast it goes and how long it still takes."""

from dataclasses import replace
from pathlib import Path
from uuid import UUID

from sqlalchemy import text

from shared.actions import bulk_runs
from shared.domain.bulk import RunKind
from shared.domain.ids import MerchantId
from shared.queries import feed_uploads
from shared.queries.pace import Pace
from shared.storage import files
from shared.storage.engine import Database
from shared.storage.files import File
from tests.builders import STORE, a_merchant
from tests.unit.actions.test_bulk_runs import FEED, a_run, numbered, row, to_its_end


def pace_of(db: Database, merchant_id: MerchantId, run_id: UUID) -> Pace | None:
    return feed_uploads.feed_upload(db, merchant_id, run_id).run.pace


def began_before(db: Database, merchant_id: MerchantId, *, seconds: int) -> None:
    with db.begin(merchant_id) as tx:
        tx.session.execute(
            text("UPDATE bulk_runs SET stage_began_at = :now - make_interval(secs => :seconds)"),
            {"now": tx.now, "seconds": seconds},
        )


def test_a_run_on_its_way_tells_how_fast_it_goes_and_what_is_left(db: Database, monkeypatch) -> None:
    monkeypatch.setattr(bulk_runs, "BATCH", 1)
    merchant_id = a_merchant(db)
    numbered(db, merchant_id, "A-1", "A-2", "A-3")
    run_id = a_run(db, merchant_id, row(3, "A-1"), row(4, "A-2"), row(5, "A-3"))
    assert pace_of(db, merchant_id, run_id) is None

    bulk_runs.advance(db, merchant_id, run_id)
    began_before(db, merchant_id, seconds=60)

    pace = pace_of(db, merchant_id, run_id)
    assert pace is not None
    assert pace.left is not None
    assert 119 <= pace.left.total_seconds() <= 150
    to_its_end(db, merchant_id, run_id)
    assert pace_of(db, merchant_id, run_id) is None


def test_reading_a_file_tells_its_pace_by_the_bytes(db: Database) -> None:
    merchant_id = a_merchant(db)
    with db.begin(merchant_id) as tx:
        file = File(RunKind.FEED, "cancel.txt", Path(__file__), b"0" * 32, 1_000, {})
        upload_id = files.keep(tx, file, STORE, "en")
    run_id = bulk_runs.begin(db, merchant_id, replace(FEED, upload_id=upload_id), STORE).run_id
    rows = [row(n, "A-1") for n in range(100)]
    bulk_runs.keep_rows(db, merchant_id, run_id, rows, first=1, read_bytes=250)
    began_before(db, merchant_id, seconds=10)

    pace = pace_of(db, merchant_id, run_id)

    assert pace is not None
    assert pace.left is not None
    assert 8 <= pace.per_second <= 10
    assert 30 <= pace.left.total_seconds() <= 40

"""How fast long work goes, and how long it will still take."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared.domain.bulk import RunState
from shared.domain.uploads import UploadState
from shared.storage.engine import Transaction
from shared.storage.records import BulkRunRecord, UploadRecord

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Pace:
    """Rows or orders a second since the stage of the work began; `left` is None where nobody can tell."""

    per_second: int
    left: timedelta | None


def of_run(tx: Transaction, run: BulkRunRecord) -> Pace | None:
    """Tell how fast a run goes that reads its file or deals with its orders; None where it does neither."""
    if run.state == RunState.RUNNING:
        pace = _pace(run.stage_began_at, tx.now, run.next_group, run.next_group, run.group_count)
        # One that is spread over days waits for most of its time.
        return None if run.per_day and not run.dry_run else pace
    if run.state == RunState.READING:
        upload = tx.session.get(UploadRecord, (run.merchant_id, run.upload_id)) if run.upload_id else None
        size = upload.size if upload else 0
        return _pace(run.stage_began_at, tx.now, run.row_count, run.read_bytes, size)
    return None


def of_upload(tx: Transaction, upload: UploadRecord) -> Pace | None:
    """Tell how fast a file of orders is taken in."""
    if upload.state != UploadState.RUNNING:
        return None
    counters: dict[str, Any] = upload.counters
    return _pace(upload.started_at, tx.now, counters.get("rows", 0), upload.read_bytes, upload.size)


def _pace(began_at: datetime | None, now: datetime, count: int, done: int, whole: int) -> Pace | None:
    """Go by `done` of `whole` for the time left, and by `count` for how fast it goes."""
    if began_at is None or count == 0 or now - began_at < _SECOND:
        return None
    took = now - began_at
    left = took * (max(0, whole - done) / done) if whole and done else None
    return Pace(round(count / took.total_seconds()), left)

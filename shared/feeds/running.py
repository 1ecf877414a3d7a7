"""Carry out a run, from the feed's file to its last row: a worker's turn."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from uuid import UUID

from shared.actions import bulk_runs, feed_runs
from shared.actions.bulk_runs import TURN_SECONDS
from shared.actions.feed_runs import Reading
from shared.domain.bulk import StagedRow
from shared.domain.errors import AlreadyDecided
from shared.domain.ids import MerchantId
from shared.feeds.codes import RefusedDocument
from shared.feeds.kinds import FeedType
from shared.feeds.recognize import open_feed
from shared.feeds.staging import CODES, document, staged
from shared.rendering import speaking
from shared.storage import files
from shared.storage.engine import Database
from shared.tables.table import Progress

PIECE = 5_000


def take_turn(db: Database, merchant_id: MerchantId, run_id: UUID, *, seconds: float = TURN_SECONDS) -> None:
    """Read the feed of a run if it waits for that, and carry out what time allows; raises NotFound."""
    waiting = feed_runs.waiting(db, merchant_id, run_id)
    if waiting.reading is not None:
        read(db, merchant_id, run_id, waiting.reading)
    codes = CODES if waiting.is_feed else bulk_runs.CODES
    bulk_runs.take_turn(db, merchant_id, run_id, codes, seconds=seconds)


def read(
    db: Database, merchant_id: MerchantId, run_id: UUID, reading: Reading, progress: Progress | None = None
) -> None:
    """Read the feed that a run waits for; nothing is carried out before all of it was read.

    Another worker that begins to read it anew takes it over: then that one goes on.
    """
    with speaking(reading.locale), suppress(AlreadyDecided), tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "feed"
        files.write_out(db, merchant_id, reading.upload_id, path)
        try:
            _stage(db, merchant_id, run_id, reading, path, progress)
        except RefusedDocument as refused:
            bulk_runs.refuse(db, merchant_id, run_id, str(refused), [document(refused.problem)])


def _stage(
    db: Database,
    merchant_id: MerchantId,
    run_id: UUID,
    reading: Reading,
    path: Path,
    progress: Progress | None,
) -> None:
    feed = open_feed(path, FeedType(reading.feed_type) if reading.feed_type else None)
    rows = (staged(row, feed.kind) for row in feed.rows(progress))
    first = 1
    for piece in _pieces(rows):
        bulk_runs.keep_rows(db, merchant_id, run_id, piece, first=first)
        first += len(piece)
    problems = [document(problem) for problem in feed.problems]
    bulk_runs.end_reading(db, merchant_id, run_id, CODES, problems)


def _pieces(rows: Iterator[StagedRow]) -> Iterator[Sequence[StagedRow]]:
    while piece := list(islice(rows, PIECE)):
        yield piece

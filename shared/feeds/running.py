"""Carry out a run, from the feed's file to its last row: a worker's turn."""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import islice
from pathlib import Path
from uuid import UUID

from shared.actions import bulk_runs, effects, feed_runs
from shared.actions.bulk_runs import TURN_SECONDS
from shared.actions.feed_runs import Reading
from shared.domain.bulk import ENDED, StagedRow
from shared.domain.errors import AlreadyDecided
from shared.domain.events import EffectKind
from shared.domain.ids import MerchantId
from shared.feeds.codes import RefusedDocument
from shared.feeds.kinds import FeedType
from shared.feeds.recognize import open_feed
from shared.feeds.staging import CODES, document, staged
from shared.queries import feeds
from shared.queries.reasons import foreign_codes
from shared.rendering import gettext as _
from shared.rendering import speaking
from shared.storage import files
from shared.storage.engine import Database
from shared.tables.table import Progress

PIECE = 5_000
_PAUSE_SECONDS = 0.5

# Told the stage of the work, how much there is of it (0 for the bytes of the file), and how much is done.
Advance = Callable[[str, int, int], None]


def take_turn(db: Database, merchant_id: MerchantId, run_id: UUID, *, seconds: float = TURN_SECONDS) -> None:
    """Read the feed of a run if it waits for that, and carry out what time allows; raises NotFound."""
    waiting = feed_runs.waiting(db, merchant_id, run_id)
    if waiting.reading is not None:
        read(db, merchant_id, run_id, waiting.reading)
    codes = CODES if waiting.is_feed else bulk_runs.CODES
    bulk_runs.take_turn(db, merchant_id, run_id, codes, seconds=seconds)


def carry_out(db: Database, merchant_id: MerchantId, run_id: UUID, advance: Advance) -> None:
    """Carry a feed out to its end, in this process unless a worker has taken it up; raises NotFound."""
    claimed = effects.claim_for(db, merchant_id, EffectKind.ADVANCE_RUN, run_id)
    if claimed is not None:
        waiting = feed_runs.waiting(db, merchant_id, run_id)
        if waiting.reading is not None:
            read(db, merchant_id, run_id, waiting.reading, partial(advance, _("Reading the file"), 0))
        while bulk_runs.advance(db, merchant_id, run_id, CODES):
            _tell(db, merchant_id, run_id, advance)
        effects.finish(db, merchant_id, claimed)
    while not _tell(db, merchant_id, run_id, advance):
        time.sleep(_PAUSE_SECONDS)


def _tell(db: Database, merchant_id: MerchantId, run_id: UUID, advance: Advance) -> bool:
    feed = feeds.find(db, merchant_id, run_id)
    if feed.orders:
        advance(_("Carrying it out"), feed.orders, feed.orders_dealt_with)
    return feed.state in ENDED


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
    read = _ReadBytes(progress)
    said = foreign_codes(db, merchant_id)
    rows = (staged(row, feed.kind, said) for row in feed.rows(read))
    first = 1
    for piece in _pieces(rows):
        bulk_runs.keep_rows(db, merchant_id, run_id, piece, first=first, read_bytes=read.count)
        first += len(piece)
    problems = [document(problem) for problem in feed.problems]
    bulk_runs.end_reading(db, merchant_id, run_id, CODES, problems)


class _ReadBytes:
    """How far a file is read, for whoever keeps the rows and whoever watches."""

    def __init__(self, progress: Progress | None) -> None:
        self.count = 0
        self._progress = progress

    def __call__(self, count: int) -> None:
        self.count = count
        if self._progress is not None:
            self._progress(count)


def _pieces(rows: Iterator[StagedRow]) -> Iterator[Sequence[StagedRow]]:
    """Part rows so that those of an order that stand together stay together, up to a piece more of them."""
    row = next(rows, None)
    while row is not None:
        piece = [row, *islice(rows, PIECE - 1)]
        row = next(rows, None)
        while row is not None and row.order_ref == piece[-1].order_ref and len(piece) < 2 * PIECE:
            piece.append(row)
            row = next(rows, None)
        yield piece

"""Hand in a feed: its file is kept, its type told, and a run begun that a worker reads and carries out."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from shared.actions import feed_runs
from shared.actions.bulk_runs import Begun, NewRun
from shared.domain.actors import Actor
from shared.domain.bulk import RunKind
from shared.domain.errors import InvalidContent
from shared.domain.ids import MerchantId
from shared.domain.text import NAME_LIMIT
from shared.feeds.codes import RefusedDocument
from shared.feeds.kinds import FeedType
from shared.feeds.processing_report import plain
from shared.feeds.recognize import is_markup, open_feed
from shared.rendering import spoken_locale
from shared.storage import files
from shared.storage.engine import Database
from shared.storage.files import File
from shared.storage.idempotency import Once
from shared.tables.sniffing import MAX_BYTES

MOST_AN_HOUR = 20
_UNNAMED = "feed"


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as it is handed in. Without a wanted type it is told from the content."""

    path: Path
    filename: str = ""
    wanted: FeedType | None = None
    dry_run: bool = False


def submit(
    db: Database,
    merchant_id: MerchantId,
    feed: Feed,
    actor: Actor,
    *,
    most_an_hour: int | None = MOST_AN_HOUR,
    once: Once | None = None,
) -> Begun:
    """Hand in a feed; the same one again is the run that was there first, unless that was refused.

    Raises InvalidContent for a file that is empty or too large, TooMany after `most_an_hour` files.
    """
    size = feed.path.stat().st_size
    if not 0 < size <= MAX_BYTES:
        raise InvalidContent(f"A file has 1 to {MAX_BYTES} bytes.")
    digest = _digest(feed.path)
    feed_type = _type_of(feed)
    name = plain(feed.filename.strip())[:NAME_LIMIT] or _UNNAMED
    new = NewRun(
        RunKind.FEED,
        title=name,
        feed_type=feed_type,
        dedup_key=feed_runs.key_of(feed_type, digest, dry_run=feed.dry_run),
        dry_run=feed.dry_run,
        locale=spoken_locale(),
    )
    file = File(RunKind.FEED, name, feed.path, digest, size, {"markup": is_markup(feed.path)})
    return feed_runs.begin(db, merchant_id, new, file, actor, most_an_hour=most_an_hour, once=once)


def _type_of(feed: Feed) -> str:
    if feed.wanted is not None:
        return feed.wanted.value
    try:
        return open_feed(feed.path).kind.value
    except RefusedDocument:
        # Whoever reads it will say so in the report.
        return ""


def _digest(path: Path) -> bytes:
    digest = hashlib.sha256()
    with path.open("rb") as source:
        for piece in files.pieces(source):
            digest.update(piece)
    return digest.digest()

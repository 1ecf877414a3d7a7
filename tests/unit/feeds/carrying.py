"""Feeds through the whole path: handed in, read, carried out, reported."""

import io
from pathlib import Path
from uuid import UUID

from shared.actions.bulk_runs import Begun
from shared.domain.actors import Actor, ActorKind
from shared.domain.ids import MerchantId
from shared.feeds import reporting, running, submitting
from shared.feeds.kinds import FeedType
from shared.feeds.submitting import Feed
from shared.storage.engine import Database
from tests.unit.feeds.making import Report, reported, written

FEED = Actor(ActorKind.FEED)


def hand_in(
    db: Database, merchant_id: MerchantId, folder: Path, content: str | bytes,
    *, wanted: FeedType | None = None, dry_run: bool = False, actor: Actor = FEED,
) -> Begun:  # fmt: skip
    feed = Feed(written(folder, content), "feed.txt", wanted, dry_run)
    return submitting.submit(db, merchant_id, feed, actor, most_an_hour=None)


def carry_out(db: Database, merchant_id: MerchantId, folder: Path, content: str | bytes, **more) -> UUID:
    run_id = hand_in(db, merchant_id, folder, content, **more).run_id
    running.take_turn(db, merchant_id, run_id)
    return run_id


def report_text(db: Database, merchant_id: MerchantId, run_id: UUID) -> bytes:
    out = io.BytesIO()
    reporting.report(db, merchant_id, run_id).write(out)
    return out.getvalue()


def report_of(db: Database, merchant_id: MerchantId, run_id: UUID) -> Report:
    return reported(report_text(db, merchant_id, run_id))

"""Runs over feeds: begun with the file they read, once per content, and looked up by whoever reads it."""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select

from shared.actions.bulk_runs import Begun, NewRun, begin_in, earlier
from shared.domain.actors import Actor
from shared.domain.bulk import RunKind, RunState
from shared.domain.errors import NotFound, TooMany
from shared.domain.ids import MerchantId
from shared.storage import files
from shared.storage.engine import Database, Transaction
from shared.storage.files import File
from shared.storage.idempotency import Once, answered, claim
from shared.storage.records import BulkRunRecord

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Reading:
    """A feed's file that waits to be read."""

    upload_id: UUID
    feed_type: str
    locale: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """Whether a run is over a feed, and the file that has to be read first, if any."""

    is_feed: bool
    reading: Reading | None


def begin(
    db: Database,
    merchant_id: MerchantId,
    new: NewRun,
    file: File,
    actor: Actor,
    *,
    most_an_hour: int | None = None,
    once: Once | None = None,
) -> Begun:
    """Keep a feed's file and begin the run over it; the same one again is the run that was there first.

    Raises TooMany when the merchant has sent more than `most_an_hour`.
    """
    with db.begin(merchant_id) as tx:
        claim(tx, once)
        return answered(tx, once, _begin(tx, new, file, actor, most_an_hour))


def waiting(db: Database, merchant_id: MerchantId, run_id: UUID) -> Waiting:
    """Tell what a run waits for. Raises NotFound."""
    with db.begin(merchant_id) as tx:
        run = tx.session.get(BulkRunRecord, (merchant_id, run_id))
        if run is None:
            raise NotFound("There is no such run.")
        is_feed = run.kind == RunKind.FEED
        if run.state not in {RunState.QUEUED, RunState.READING} or run.upload_id is None:
            return Waiting(is_feed, None)
        return Waiting(is_feed, Reading(run.upload_id, run.feed_type, run.locale))


def _begin(tx: Transaction, new: NewRun, file: File, actor: Actor, most_an_hour: int | None) -> Begun:
    repeated = earlier(tx, new.dedup_key) if new.dedup_key is not None else None
    if repeated is not None:
        return repeated
    if most_an_hour is not None and _sent_lately(tx) >= most_an_hour:
        raise TooMany(f"At most {most_an_hour} files an hour are taken; send the rest later.")
    return begin_in(tx, replace(new, upload_id=files.keep(tx, file, actor, new.locale)), actor)


def _sent_lately(tx: Transaction) -> int:
    return tx.session.scalars(
        select(func.count())
        .select_from(BulkRunRecord)
        .where(
            BulkRunRecord.merchant_id == tx.merchant_id,
            BulkRunRecord.kind == RunKind.FEED,
            BulkRunRecord.created_at > tx.now - _HOUR,
        )
    ).one()

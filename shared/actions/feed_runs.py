"""Runs over feeds: begun with the file they read, once per content, and looked up by whoever reads it."""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select

from shared.actions.bulk_runs import Begun, NewRun, begin_in, earlier
from shared.domain.actors import Actor
from shared.domain.bulk import RunKind, RunState
from shared.domain.errors import AlreadyDecided, NotFound, TooMany
from shared.domain.ids import MerchantId, new_id
from shared.storage import files
from shared.storage.engine import Database, Transaction
from shared.storage.files import File
from shared.storage.idempotency import Once, answered, claim
from shared.storage.records import BulkRunRecord

_HOUR = timedelta(hours=1)
# So many dry runs keep their files, to be carried out without being sent again.
KEPT_DRY_RUNS = 3
_DRY, _REAL = ":dry", ":real"


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


def key_of(feed_type: str, digest: bytes, *, dry_run: bool) -> str:
    """Name what another run over the same file would repeat; a dry run repeats none, it looks anew."""
    return f"{feed_type}:{digest.hex()}{f'{_DRY}:{new_id()}' if dry_run else _REAL}"


def real_key(dry_key: str) -> str:
    """Name what a dry run becomes once it is carried out."""
    return dry_key.partition(_DRY)[0] + _REAL


def carry_out_dry_run(
    db: Database, merchant_id: MerchantId, run_id: UUID, actor: Actor, locale: str
) -> Begun:
    """Begin the real run over the file of a dry run; a second time it is the run that was there first.

    Raises NotFound, or AlreadyDecided when this is no dry run that went through, or its file is gone.
    """
    with db.begin(merchant_id) as tx:
        dry = tx.session.get(BulkRunRecord, (merchant_id, run_id), with_for_update=True)
        if dry is None or dry.kind != RunKind.FEED:
            raise NotFound("There is no such feed.")
        if not dry.dry_run or dry.state != RunState.DONE or dry.dedup_key is None:
            raise AlreadyDecided("This is no dry run that went through.", state=dry.state)
        repeated = earlier(tx, real_key(dry.dedup_key))
        if repeated is not None:
            return repeated
        if dry.upload_id is None:
            raise AlreadyDecided("The file is no longer kept; send it again.", state=dry.state)
        upload_id, dry.upload_id = dry.upload_id, None
        new = NewRun(
            RunKind.FEED,
            title=dry.title,
            feed_type=dry.feed_type,
            upload_id=upload_id,
            dedup_key=real_key(dry.dedup_key),
            locale=locale,
        )
        return begin_in(tx, new, actor)


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
    _forget_dry_runs(tx)
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


def _forget_dry_runs(tx: Transaction) -> None:
    """Forget the files of all dry runs but the newest."""
    older = tx.session.scalars(
        select(BulkRunRecord)
        .where(
            BulkRunRecord.merchant_id == tx.merchant_id,
            BulkRunRecord.kind == RunKind.FEED,
            BulkRunRecord.dry_run,
            BulkRunRecord.upload_id.is_not(None),
            BulkRunRecord.state.in_([RunState.DONE, RunState.STOPPED]),
        )
        .order_by(BulkRunRecord.created_at.desc(), BulkRunRecord.id.desc())
        .offset(KEPT_DRY_RUNS - 1)
        .with_for_update(skip_locked=True)
    )
    for run in older:
        if run.upload_id is not None:
            files.forget(tx, run.upload_id)
            run.upload_id = None

"""Keep a file that is handed in, let a worker carry it out piece by piece, and write down what came of it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import IO, Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from shared.domain.actors import Actor, ActorKind
from shared.domain.errors import NotFound, NotPermitted
from shared.domain.events import EffectKind
from shared.domain.ids import MerchantId, new_id
from shared.domain.permissions import Permission, Role, holds
from shared.domain.uploads import UNFINISHED, UploadKind, UploadState
from shared.storage import files, outbox
from shared.storage.bulk import insert_rows
from shared.storage.engine import Database, Transaction
from shared.storage.records import (
    EffectRecord,
    MembershipRecord,
    UploadFindingRecord,
    UploadRecord,
)

MOST_ATTEMPTS = 6
_LEASE = timedelta(seconds=60)


class Superseded(Exception):
    """Another worker has taken this run over."""


@dataclass(frozen=True, slots=True)
class File:
    """A file as it is handed in: `source` can be read twice, `options` are what its kind knows."""

    kind: UploadKind
    filename: str
    source: IO[bytes]
    options: Mapping[str, Any]
    locale: str


@dataclass(frozen=True, slots=True)
class Handed:
    """The upload, and whether the very same file had been handed in before."""

    id: UUID
    was_there: bool


@dataclass(frozen=True, slots=True)
class Run:
    """A file that is being carried out, and how far it had come."""

    upload_id: UUID
    kind: UploadKind
    filename: str
    options: Mapping[str, Any]
    locale: str
    actor: Actor
    attempt: int
    position: int
    counters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """One thing a person should look at; `line` is 0 where `place` says where it is."""

    line: int
    place: str
    order_number: str
    severity: str
    code: str
    what: str
    how_to_mend: str
    item: str = ""


def hand_in(db: Database, merchant_id: MerchantId, file: File, actor: Actor) -> Handed:
    """Keep a file and queue it; the same file with the same options is the upload it was before.

    Raises StoreFull.
    """
    digest, size = _measured(file.source)
    options = ",".join(f"{name}={file.options[name]}" for name in sorted(file.options))
    key = f"{file.kind}:{digest.hex()}:{options}"
    with db.begin(merchant_id) as tx:
        upload_id = _begin(tx, file, actor, digest, size, key)
        if upload_id is None:
            return Handed(_by_key(tx, key), was_there=True)
        files.refuse_too_much(tx)
        files.keep_content(tx, upload_id, file.source)
        outbox.defer(tx, EffectKind.CARRY_OUT_UPLOAD, upload_id, dedup_key=f"upload:{upload_id}")
    return Handed(upload_id, was_there=False)


def start(db: Database, merchant_id: MerchantId, upload_id: UUID) -> Run | None:
    """Begin to carry a file out, or go on with it; None when there is nothing left to do.

    Raises NotFound.
    """
    with db.begin(merchant_id) as tx:
        record = _lock(tx, upload_id)
        if record.state not in UNFINISHED:
            return None
        if record.attempt >= MOST_ATTEMPTS:
            _end(tx, record, UploadState.FAILED, "")
            return None
        record.attempt += 1
        record.state = UploadState.RUNNING
        record.started_at = record.started_at or tx.now
        return Run(
            upload_id=upload_id,
            kind=UploadKind(record.kind),
            filename=record.filename,
            options=record.options,
            locale=record.locale,
            actor=Actor(ActorKind(record.actor_kind), record.actor_id),
            attempt=record.attempt,
            position=record.position,
            counters=record.counters,
        )


def advance(
    tx: Transaction,
    run: Run,
    *,
    position: int,
    read_bytes: int,
    counters: Mapping[str, Any],
    found: Sequence[Found],
) -> None:
    """Note how far a run is, in the transaction of what it has just done, and hold on to it.

    Raises Superseded, or NotPermitted when whoever handed the file in may do so no more.
    """
    _refuse_who_may_no_more(tx, run.actor)
    changed = tx.session.execute(
        update(UploadRecord)
        .where(
            UploadRecord.merchant_id == tx.merchant_id,
            UploadRecord.id == run.upload_id,
            UploadRecord.attempt == run.attempt,
            UploadRecord.state == UploadState.RUNNING,
        )
        .values(position=position, read_bytes=read_bytes, counters=counters)
        .returning(UploadRecord.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if changed is None:
        raise Superseded
    _write_found(tx, run.upload_id, found)
    _prolong(tx, run)


def hold(db: Database, merchant_id: MerchantId, run: Run) -> None:
    """Keep others from taking a run over that is under way."""
    with db.begin(merchant_id) as tx:
        _prolong(tx, run)


def _prolong(tx: Transaction, run: Run) -> None:
    tx.session.execute(
        update(EffectRecord)
        .where(
            EffectRecord.merchant_id == tx.merchant_id,
            EffectRecord.dedup_key == f"upload:{run.upload_id}",
            EffectRecord.state == "running",
        )
        .values(lease_until=func.clock_timestamp() + _LEASE)
        .execution_options(synchronize_session=False)
    )


def finish(
    db: Database,
    merchant_id: MerchantId,
    run: Run,
    *,
    counters: Mapping[str, Any],
    state: UploadState = UploadState.DONE,
    note: str = "",
) -> None:
    """Note that a run has ended, and forget the file's content."""
    with db.begin(merchant_id) as tx:
        record = _lock(tx, run.upload_id)
        if record.attempt != run.attempt or record.state != UploadState.RUNNING:
            return
        record.counters = dict(counters)
        if state is UploadState.DONE:
            record.read_bytes = record.size
        _end(tx, record, state, note)


def _end(tx: Transaction, record: UploadRecord, state: UploadState, note: str) -> None:
    record.state = state
    record.note = note
    record.finished_at = tx.now
    if state is UploadState.FAILED:
        # It may be tried again as it is.
        record.dedup_key = None
    tx.session.flush()
    files.forget_content(tx, record.id)


def _begin(tx: Transaction, file: File, actor: Actor, digest: bytes, size: int, key: str) -> UUID | None:
    statement = (
        insert(UploadRecord)
        .values(
            merchant_id=tx.merchant_id,
            id=new_id(),
            kind=file.kind,
            dedup_key=key,
            filename=file.filename,
            sha256=digest,
            size=size,
            options=dict(file.options),
            locale=file.locale,
            actor_kind=actor.kind,
            actor_id=actor.id,
            state=UploadState.WAITING,
            counters={},
            created_at=tx.now,
        )
        .on_conflict_do_nothing(index_elements=["merchant_id", "dedup_key"])
        .returning(UploadRecord.id)
    )
    return tx.session.connection().execute(statement).scalar_one_or_none()


def _by_key(tx: Transaction, key: str) -> UUID:
    return tx.session.scalars(
        select(UploadRecord.id).where(
            UploadRecord.merchant_id == tx.merchant_id, UploadRecord.dedup_key == key
        )
    ).one()


def _lock(tx: Transaction, upload_id: UUID) -> UploadRecord:
    record = tx.session.scalars(
        select(UploadRecord)
        .where(UploadRecord.merchant_id == tx.merchant_id, UploadRecord.id == upload_id)
        .with_for_update()
    ).one_or_none()
    if record is None:
        raise NotFound("There is no such upload.")
    return record


def _refuse_who_may_no_more(tx: Transaction, actor: Actor) -> None:
    if actor.kind is not ActorKind.MERCHANT_USER:
        return
    role = tx.session.scalars(
        select(MembershipRecord.role).where(
            MembershipRecord.merchant_id == tx.merchant_id, MembershipRecord.user_id == actor.id
        )
    ).one_or_none()
    if role is None or not holds(Role(role), Permission.IMPORT):
        raise NotPermitted("Whoever handed the file in may import no more.")


def _write_found(tx: Transaction, upload_id: UUID, found: Sequence[Found]) -> None:
    if not found:
        return
    last = tx.session.scalars(
        select(func.coalesce(func.max(UploadFindingRecord.ordinal), 0)).where(
            UploadFindingRecord.merchant_id == tx.merchant_id, UploadFindingRecord.upload_id == upload_id
        )
    ).one()
    insert_rows(
        tx,
        UploadFindingRecord,
        [
            {
                "merchant_id": tx.merchant_id,
                "upload_id": upload_id,
                "ordinal": ordinal,
                "line": one.line,
                "place": one.place,
                "order_number": one.order_number,
                "item": one.item,
                "severity": one.severity,
                "code": one.code,
                "what": one.what,
                "how_to_mend": one.how_to_mend,
            }
            for ordinal, one in enumerate(found, start=last + 1)
        ],
    )


def _measured(source: IO[bytes]) -> tuple[bytes, int]:
    digest, size = hashlib.sha256(), 0
    for chunk in files.pieces(source):
        digest.update(chunk)
        size += len(chunk)
    return digest.digest(), size

"""Files that are handed in: their content, piece by piece, kept until it is needed no more."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from shared.domain.actors import Actor
from shared.domain.errors import Refusal
from shared.domain.ids import MerchantId, new_id
from shared.domain.uploads import UNFINISHED, UploadState
from shared.storage.engine import Database, Transaction
from shared.storage.records import UploadChunkRecord, UploadRecord

CHUNK = 1 << 20
MOST_STORED = 500_000_000


class StoreFull(Refusal):
    """More files wait to be carried out than are kept for one merchant."""

    code = "store_full"


@dataclass(frozen=True, slots=True)
class File:
    """A file as it is handed in; `options` are what its kind knows about it."""

    kind: str
    filename: str
    path: Path
    sha256: bytes
    size: int
    options: dict[str, Any] = field(default_factory=dict)


def keep(tx: Transaction, file: File, actor: Actor, locale: str) -> UUID:
    """Keep a file that a run reads, with its content. Raises StoreFull."""
    upload_id = new_id()
    values = {
        "merchant_id": tx.merchant_id,
        "id": upload_id,
        "kind": file.kind,
        "dedup_key": None,
        "filename": file.filename,
        "sha256": file.sha256,
        "size": file.size,
        "options": file.options,
        "locale": locale,
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "state": UploadState.WAITING,
        "counters": {},
        "created_at": tx.now,
    }
    tx.session.connection().execute(insert(UploadRecord).values(values))
    refuse_too_much(tx)
    with file.path.open("rb") as source:
        keep_content(tx, upload_id, source)
    return upload_id


def refuse_too_much(tx: Transaction) -> None:
    """Raise StoreFull when the files that wait for this merchant are more than are kept."""
    stored = tx.session.scalars(
        select(func.coalesce(func.sum(UploadRecord.size), 0)).where(
            UploadRecord.merchant_id == tx.merchant_id, UploadRecord.state.in_(UNFINISHED)
        )
    ).one()
    if stored > MOST_STORED:
        raise StoreFull("Too many files are waiting to be carried out. Try again when some are done.")


def keep_content(tx: Transaction, upload_id: UUID, source: IO[bytes]) -> None:
    """Keep the content of a file, from its beginning."""
    for ordinal, body in enumerate(pieces(source)):
        chunk = {"merchant_id": tx.merchant_id, "upload_id": upload_id, "ordinal": ordinal, "body": body}
        tx.session.connection().execute(insert(UploadChunkRecord).values(chunk))


def write_out(db: Database, merchant_id: MerchantId, upload_id: UUID, path: Path) -> None:
    """Write a kept file's content to a path, each piece read in a transaction of its own."""
    with path.open("wb") as target:
        for body in _content(db, merchant_id, upload_id):
            target.write(body)


def forget(tx: Transaction, upload_id: UUID) -> None:
    """Forget the content of a file that its run has read."""
    tx.session.execute(
        update(UploadRecord)
        .where(UploadRecord.merchant_id == tx.merchant_id, UploadRecord.id == upload_id)
        .values(state=UploadState.DONE, finished_at=tx.now)
        .execution_options(synchronize_session=False)
    )
    forget_content(tx, upload_id)


def forget_content(tx: Transaction, upload_id: UUID) -> None:
    """Forget the content of a file."""
    tx.session.execute(
        delete(UploadChunkRecord)
        .where(UploadChunkRecord.merchant_id == tx.merchant_id, UploadChunkRecord.upload_id == upload_id)
        .execution_options(synchronize_session=False)
    )


def pieces(source: IO[bytes]) -> Iterator[bytes]:
    """Read a file from its beginning, a piece at a time."""
    source.seek(0)
    while piece := source.read(CHUNK):
        yield piece


def _content(db: Database, merchant_id: MerchantId, upload_id: UUID) -> Iterator[bytes]:
    ordinal = 0
    while True:
        with db.begin(merchant_id) as tx:
            body = tx.session.scalars(
                select(UploadChunkRecord.body).where(
                    UploadChunkRecord.merchant_id == merchant_id,
                    UploadChunkRecord.upload_id == upload_id,
                    UploadChunkRecord.ordinal == ordinal,
                )
            ).one_or_none()
        if body is None:
            return
        yield body
        ordinal += 1

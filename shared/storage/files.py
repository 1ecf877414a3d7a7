"""Files that are handed in: their content, piece by piece, kept until it has been read."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from shared.domain.actors import Actor
from shared.domain.ids import MerchantId, new_id
from shared.storage.engine import Database, Transaction
from shared.storage.records import UploadChunkRecord, UploadRecord

CHUNK = 1 << 20
_STATE = "kept"


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
    """Keep a file with its content."""
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
        "state": _STATE,
        "counters": {},
        "created_at": tx.now,
    }
    connection = tx.session.connection()
    connection.execute(insert(UploadRecord).values(values))
    for ordinal, body in enumerate(_pieces(file.path)):
        chunk = {"merchant_id": tx.merchant_id, "upload_id": upload_id, "ordinal": ordinal, "body": body}
        connection.execute(insert(UploadChunkRecord).values(chunk))
    return upload_id


def write_out(db: Database, merchant_id: MerchantId, upload_id: UUID, path: Path) -> None:
    """Write a kept file's content to a path, each piece read in a transaction of its own."""
    with path.open("wb") as target:
        for body in _content(db, merchant_id, upload_id):
            target.write(body)


def forget(tx: Transaction, upload_id: UUID) -> None:
    """Forget the content of a file that has been read."""
    tx.session.execute(
        delete(UploadChunkRecord)
        .where(UploadChunkRecord.merchant_id == tx.merchant_id, UploadChunkRecord.upload_id == upload_id)
        .execution_options(synchronize_session=False)
    )


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


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as source:
        while piece := source.read(CHUNK):
            yield piece

"""Files that were handed in: their content until they are carried out, how far that is, what it came to."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.storage.records.base import Base, TenantRow, belongs_to, of_merchant


class UploadRecord(TenantRow, Base):
    """A file and its run. `dedup_key` is what makes another file the same one; without it none is.

    `position` counts what of the file is dealt with, `read_bytes` how far it was read. `attempt` fences a run
    whose worker was believed dead. `note` is why the rest of the file could not be read.
    """

    __tablename__ = "uploads"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    dedup_key: Mapped[str | None]
    filename: Mapped[str]
    sha256: Mapped[bytes]
    size: Mapped[int]
    options: Mapped[dict[str, Any]]
    locale: Mapped[str]
    actor_kind: Mapped[str]
    actor_id: Mapped[UUID | None]
    state: Mapped[str]
    attempt: Mapped[int] = mapped_column(server_default=text("0"))
    position: Mapped[int] = mapped_column(server_default=text("0"))
    read_bytes: Mapped[int] = mapped_column(server_default=text("0"))
    counters: Mapped[dict[str, Any]]
    note: Mapped[str] = mapped_column(server_default=text("''"))
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        of_merchant(),
        UniqueConstraint("merchant_id", "dedup_key"),
        CheckConstraint("size >= 0 AND read_bytes >= 0 AND position >= 0", name="progress"),
        Index("ix_uploads_newest", "merchant_id", "kind", text("created_at DESC"), text("id DESC")),
    )


class UploadChunkRecord(TenantRow, Base):
    """A piece of an uploaded file, in order; gone when the file has been carried out."""

    __tablename__ = "upload_chunks"

    upload_id: Mapped[UUID] = mapped_column(primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[bytes]

    __table_args__ = (belongs_to("uploads", "upload_id"),)


class UploadFindingRecord(TenantRow, Base):
    """One thing a person should look at in an uploaded file.

    `line` is 0 where it concerns no single line; `place` says where in a document that has no lines.
    """

    __tablename__ = "upload_findings"

    upload_id: Mapped[UUID] = mapped_column(primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    line: Mapped[int]
    place: Mapped[str]
    order_number: Mapped[str]
    item: Mapped[str]
    severity: Mapped[str]
    code: Mapped[str]
    what: Mapped[str]
    how_to_mend: Mapped[str]

    __table_args__ = (belongs_to("uploads", "upload_id"),)

"""Uploaded files: how far they are, what they came to, and what a person should look at."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from shared.domain.errors import NotFound
from shared.domain.ids import MerchantId
from shared.domain.uploads import UNFINISHED, UploadKind, UploadState
from shared.queries import pace
from shared.queries.pace import Pace
from shared.storage.engine import Database, Transaction
from shared.storage.records import UploadFindingRecord, UploadRecord

MOST_LISTED = 20
_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class FindingView:
    """One thing to look at; `line` is 0 where `place` says where it is."""

    ordinal: int
    line: int
    place: str
    order_number: str
    severity: str
    what: str
    how_to_mend: str


@dataclass(frozen=True, slots=True)
class OrderCounts:
    """What became of the orders of a file; `waiting` for the rest of an order, whichever file it is from."""

    rows: int = 0
    taken_in: int = 0
    completed: int = 0
    unchanged: int = 0
    differing: int = 0
    left_out: int = 0
    waiting: int = 0
    notices: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class UploadView:
    """A file that was handed in. `kind_words` names what it turned out to be, `note` why reading stopped."""

    id: UUID
    filename: str
    state: UploadState
    size: int
    read_bytes: int
    created_at: datetime
    finished_at: datetime | None
    kind_words: str
    note: str
    counts: OrderCounts
    findings: int
    pace: Pace | None

    @property
    def is_finished(self) -> bool:
        """Nothing more is going to happen to it."""
        return self.state not in UNFINISHED

    @property
    def has_failed(self) -> bool:
        """It was not carried out to its end."""
        return self.state is UploadState.FAILED

    @property
    def percent(self) -> int:
        """How much of the file is done."""
        return 100 if not self.size else min(100, self.read_bytes * 100 // self.size)


def upload(db: Database, merchant_id: MerchantId, upload_id: UUID) -> UploadView:
    """Read one upload. Raises NotFound."""
    with db.snapshot(merchant_id) as tx:
        found = tx.session.scalars(
            select(UploadRecord).where(
                UploadRecord.merchant_id == tx.merchant_id, UploadRecord.id == upload_id
            )
        ).one_or_none()
        if found is None:
            raise NotFound("There is no such upload.")
        return _view(tx, found, _count_findings(tx, upload_id))


def recent(db: Database, merchant_id: MerchantId, kind: UploadKind) -> tuple[UploadView, ...]:
    """List the newest uploads of a kind."""
    with db.snapshot(merchant_id) as tx:
        found = tx.session.scalars(
            select(UploadRecord)
            .where(UploadRecord.merchant_id == tx.merchant_id, UploadRecord.kind == kind)
            .order_by(UploadRecord.created_at.desc(), UploadRecord.id.desc())
            .limit(MOST_LISTED)
        )
        return tuple(_view(tx, record, 0) for record in found)


def findings(
    db: Database, merchant_id: MerchantId, upload_id: UUID, *, limit: int
) -> tuple[FindingView, ...]:
    """Read the first findings of an upload."""
    with db.snapshot(merchant_id) as tx:
        return tuple(_finding(record) for record in _findings(tx, upload_id, 0, limit))


def all_findings(db: Database, merchant_id: MerchantId, upload_id: UUID) -> Iterator[FindingView]:
    """Stream all findings of an upload, page by page."""
    last = 0
    while True:
        with db.snapshot(merchant_id) as tx:
            page = [_finding(record) for record in _findings(tx, upload_id, last, _PAGE)]
        yield from page
        if len(page) < _PAGE:
            return
        last = page[-1].ordinal


def _findings(tx: Transaction, upload_id: UUID, after: int, limit: int) -> Sequence[UploadFindingRecord]:
    return tx.session.scalars(
        select(UploadFindingRecord)
        .where(
            UploadFindingRecord.merchant_id == tx.merchant_id,
            UploadFindingRecord.upload_id == upload_id,
            UploadFindingRecord.ordinal > after,
        )
        .order_by(UploadFindingRecord.ordinal)
        .limit(limit)
    ).all()


def _count_findings(tx: Transaction, upload_id: UUID) -> int:
    # Ordinals are given without gaps.
    return tx.session.scalars(
        select(func.coalesce(func.max(UploadFindingRecord.ordinal), 0)).where(
            UploadFindingRecord.merchant_id == tx.merchant_id, UploadFindingRecord.upload_id == upload_id
        )
    ).one()


def _finding(record: UploadFindingRecord) -> FindingView:
    return FindingView(
        ordinal=record.ordinal,
        line=record.line,
        place=record.place,
        order_number=record.order_number,
        severity=record.severity,
        what=record.what,
        how_to_mend=record.how_to_mend,
    )


def _view(tx: Transaction, record: UploadRecord, found: int) -> UploadView:
    return UploadView(
        id=record.id,
        filename=record.filename,
        state=UploadState(record.state),
        size=record.size,
        read_bytes=record.read_bytes,
        created_at=record.created_at,
        finished_at=record.finished_at,
        kind_words=record.counters.get("file", ""),
        note=record.note,
        counts=_counts(record.counters),
        findings=found,
        pace=pace.of_upload(tx, record),
    )


def _counts(counters: Mapping[str, Any]) -> OrderCounts:
    if not counters:
        return OrderCounts()
    outcomes = counters["outcomes"]
    return OrderCounts(
        rows=counters["rows"],
        taken_in=outcomes.get("taken_in", 0),
        completed=outcomes.get("completed", 0),
        unchanged=outcomes.get("already_there", 0),
        differing=outcomes.get("differs", 0),
        left_out=counters["left_out"],
        waiting=counters["waiting"],
        notices=tuple(counters["notices"].items()),
    )

"""Runs over feeds as their reports and the API tell them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from shared.domain.bulk import ENDED, RowAction, RunKind, RunState, Verdict
from shared.domain.errors import NotFound
from shared.domain.ids import MerchantId
from shared.queries import merchants, pace
from shared.storage import bulk_staging
from shared.storage.engine import Database, Transaction
from shared.storage.records import BulkRowRecord, BulkRunRecord, UploadRecord

_PAGE = 2_000
_SAID = (Verdict.ERROR, Verdict.WARNING)


@dataclass(frozen=True, slots=True)
class FeedHead:
    """What a report says before its rows. `is_markup` tells how the file was written.

    `records` are those dealt with, of which `failed` have an error and `warned` a warning alone; `problems`
    are the file's own, as documents of its reader.
    """

    run_id: UUID
    merchant: str
    feed_type: str
    filename: str
    is_markup: bool
    state: RunState
    note: str
    records: int
    failed: int
    warned: int
    problems: Sequence[Mapping[str, Any]]

    @property
    def is_ended(self) -> bool:
        """Nothing more will happen to it."""
        return self.state in ENDED


@dataclass(frozen=True, slots=True)
class SaidRow:
    """A row about which there is something to say: what it asked for, and what became of it."""

    number: int
    record: int
    message_id: str
    action: RowAction
    order_ref: str
    item_ref: str
    quantity: int | None
    verdict: Verdict
    code: str
    detail: str
    amounts: Sequence[Mapping[str, Any]]
    problems: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class FeedDocument:
    """A feed as the API tells it; money in minor units by currency, `report` an address once there is one.

    While it goes on, `per_second` counts the lines read, then the orders dealt with.
    """

    id: UUID
    type: str
    filename: str
    state: RunState
    dry_run: bool
    rows: int
    done: int
    warnings: int
    errors: int
    orders: int
    orders_dealt_with: int
    units: int
    refunded: Mapping[str, int]
    released: Mapping[str, int]
    per_second: int | None
    seconds_left: int | None
    report: str | None


def head(db: Database, merchant_id: MerchantId, run_id: UUID) -> FeedHead:
    """Read what a feed came to in all. Raises NotFound."""
    with db.snapshot(merchant_id) as tx:
        run = _find(tx, run_id)
        upload = tx.session.get(UploadRecord, (merchant_id, run.upload_id)) if run.upload_id else None
        records, failed, warned = bulk_staging.count_records(tx, run_id)
        return FeedHead(
            run_id=run_id,
            merchant=merchants.of(tx).slug,
            feed_type=run.feed_type,
            filename=run.title,
            is_markup=bool(upload is not None and upload.options.get("markup")),
            state=RunState(run.state),
            note=run.note,
            records=records,
            failed=failed,
            warned=warned,
            problems=run.problems,
        )


def said_rows(db: Database, merchant_id: MerchantId, run_id: UUID) -> Iterator[SaidRow]:
    """Read the rows of errors and warnings, some thousands at a time, so that a million take no memory."""
    last = 0
    while page := _said(db, merchant_id, run_id, last):
        yield from page
        last = page[-1].number


def document(tx: Transaction, run_id: UUID) -> FeedDocument:
    """Tell a feed as the API does; the report's address is below the API's. Raises NotFound."""
    run = _find(tx, run_id)
    sums, speed = run.counters, pace.of_run(tx, run)
    return FeedDocument(
        id=run.id,
        type=run.feed_type,
        filename=run.title,
        state=RunState(run.state),
        dry_run=run.dry_run,
        rows=run.row_count,
        done=sums.get("done", 0),
        warnings=sums.get("warnings", 0),
        errors=sums.get("errors", 0),
        orders=run.group_count,
        orders_dealt_with=run.next_group,
        units=sums.get("units", 0),
        refunded=sums.get("refunded", {}),
        released=sums.get("released", {}),
        per_second=speed.per_second if speed else None,
        seconds_left=round(speed.left.total_seconds()) if speed and speed.left is not None else None,
        report=f"/api/v1/feeds/{run.id}/report" if run.state in ENDED else None,
    )


def find(db: Database, merchant_id: MerchantId, run_id: UUID) -> FeedDocument:
    """Do the same in a transaction of its own."""
    with db.snapshot(merchant_id) as tx:
        return document(tx, run_id)


def _find(tx: Transaction, run_id: UUID) -> BulkRunRecord:
    run = tx.session.get(BulkRunRecord, (tx.merchant_id, run_id), populate_existing=True)
    if run is None or run.kind != RunKind.FEED:
        raise NotFound("There is no such feed.")
    return run


def _said(db: Database, merchant_id: MerchantId, run_id: UUID, after: int) -> list[SaidRow]:
    with db.snapshot(merchant_id) as tx:
        rows = tx.session.scalars(
            select(BulkRowRecord)
            .where(
                BulkRowRecord.merchant_id == merchant_id,
                BulkRowRecord.run_id == run_id,
                BulkRowRecord.row_number > after,
                or_(
                    BulkRowRecord.verdict.in_([Verdict.ERROR, Verdict.WARNING]), BulkRowRecord.problems != []
                ),
            )
            .order_by(BulkRowRecord.row_number)
            .limit(_PAGE)
        )
        return [_row(row) for row in rows]


def _row(row: BulkRowRecord) -> SaidRow:
    return SaidRow(
        number=row.row_number,
        record=row.record,
        message_id=row.message_id,
        action=RowAction(row.action),
        order_ref=row.order_ref or row.own_order_ref,
        item_ref=row.item_ref or row.own_item_ref,
        quantity=row.quantity,
        verdict=Verdict(row.verdict),
        code=row.code,
        detail=row.detail,
        amounts=row.amounts,
        problems=row.problems,
    )

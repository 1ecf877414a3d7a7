"""Feeds as the page Bulk uploads shows them: earlier ones, one of them in full, and what it brought about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from uuid import UUID

from sqlalchemy import or_, select, tuple_

from shared.domain.bulk import ENDED, RowAction, RunKind, RunState, Verdict
from shared.domain.errors import NotFound
from shared.domain.ids import MerchantId, OrderId
from shared.domain.metrics import RateTerms, forecast, rate
from shared.queries import bulk
from shared.queries.bulk import RunView
from shared.storage import rates
from shared.storage.engine import Database, Transaction
from shared.storage.records import BulkRowRecord, BulkRunRecord, OrderRecord
from shared.storage.scopes import orders_of

LISTED = 20


@dataclass(frozen=True, slots=True)
class FeedLine:
    """A feed in the list of those that were handed in; `errors` and `rows` count its lines."""

    id: UUID
    title: str
    state: RunState
    dry_run: bool
    created_at: datetime
    rows: int
    errors: int


@dataclass(frozen=True, slots=True)
class FeedList:
    """A page of the list, newest first; the ids of its ends where there is more beyond them."""

    rows: tuple[FeedLine, ...]
    first: UUID | None
    last: UUID | None


@dataclass(frozen=True, slots=True)
class FeedUpload:
    """A feed with all that its page says.

    `rate_after` is the rate as a dry run would leave it. `key` names what another run would repeat, and
    `is_kept` says that the file is still there.
    """

    run: RunView
    feed_type: str
    terms: RateTerms
    rate_now: Fraction | None
    rate_after: Fraction | None
    key: str
    is_kept: bool

    @property
    def is_read(self) -> bool:
        """Its file has been read to the end."""
        return self.run.state not in {RunState.QUEUED, RunState.READING}

    @property
    def is_refused(self) -> bool:
        """Its file could not be read; nothing of it was carried out."""
        return self.run.state is RunState.REFUSED

    @property
    def went_through(self) -> bool:
        """It was dealt with to its end."""
        return self.run.state is RunState.DONE

    @property
    def percent(self) -> int:
        """How much of its orders is dealt with."""
        return self.run.dealt * 100 // self.run.groups if self.run.groups else 100


@dataclass(frozen=True, slots=True)
class DoneRow:
    """A row that went well: units canceled, and minor units of the order's currency that go back."""

    record: int
    message_id: str
    order_ref: str
    item_ref: str
    order_id: OrderId
    action: RowAction
    units: int
    refund_minor: int
    currency: str


def feed_list(
    db: Database, merchant_id: MerchantId, *, after: UUID | None = None, before: UUID | None = None
) -> FeedList:
    """List feeds, newest first: those older than the one `after` names, or newer than `before`."""
    beyond = after or before
    with db.snapshot(merchant_id) as tx:
        found = _page(tx, beyond, backward=after is None and before is not None)
        lines = tuple(_line(run) for run in found)
        if not found:
            return FeedList(lines, None, None)
        first, last = found[0].id, found[-1].id
        return FeedList(
            lines,
            first if _page(tx, first, backward=True, most=1) else None,
            last if _page(tx, last, backward=False, most=1) else None,
        )


def feed_upload(db: Database, merchant_id: MerchantId, run_id: UUID) -> FeedUpload:
    """Read a feed. Raises NotFound."""
    with db.snapshot(merchant_id) as tx:
        run = tx.session.get(BulkRunRecord, (merchant_id, run_id))
        if run is None or run.kind != RunKind.FEED:
            raise NotFound("There is no such feed.")
        measured = rates.terms(tx)
        counts = rates.counts(tx, measured.days) if run.state in ENDED else None
        counting = run.counters.get("counting", 0) if run.dry_run else 0
        return FeedUpload(
            run=bulk.view_of(tx, run),
            feed_type=run.feed_type,
            terms=measured,
            rate_now=rate(counts) if counts else None,
            rate_after=forecast(counts, counting) if counts else None,
            key=run.dedup_key or "",
            is_kept=run.upload_id is not None,
        )


def find_by_key(db: Database, merchant_id: MerchantId, key: str) -> UUID | None:
    """Find the run that another one of this key would repeat."""
    with db.snapshot(merchant_id) as tx:
        return tx.session.scalars(
            select(BulkRunRecord.id).where(
                BulkRunRecord.merchant_id == merchant_id, BulkRunRecord.dedup_key == key
            )
        ).one_or_none()


def done_rows(db: Database, merchant_id: MerchantId, run_id: UUID, *, most: int) -> tuple[DoneRow, ...]:
    """Read the first rows that went well."""
    with db.snapshot(merchant_id) as tx:
        rows = tx.session.scalars(
            select(BulkRowRecord)
            .where(
                BulkRowRecord.merchant_id == merchant_id,
                BulkRowRecord.run_id == run_id,
                or_(
                    BulkRowRecord.verdict == Verdict.DONE,
                    (BulkRowRecord.verdict == Verdict.WARNING)
                    & (BulkRowRecord.units + BulkRowRecord.refund_minor > 0),
                ),
            )
            .order_by(BulkRowRecord.row_number)
            .limit(most)
        ).all()
        of_orders = orders_of(tx).where(OrderRecord.id.in_({row.order_id for row in rows}))
        found = tx.session.execute(of_orders.with_only_columns(OrderRecord.id, OrderRecord.currency))
        currencies = {row.id: row.currency for row in found}
        return tuple(
            _done(row, row.order_id, currencies[row.order_id])
            for row in rows
            if row.order_id is not None and row.order_id in currencies
        )


def _page(
    tx: Transaction, beyond: UUID | None, *, backward: bool, most: int = LISTED
) -> Sequence[BulkRunRecord]:
    place = (BulkRunRecord.created_at, BulkRunRecord.id)
    query = (
        select(BulkRunRecord)
        .where(BulkRunRecord.merchant_id == tx.merchant_id, BulkRunRecord.kind == RunKind.FEED)
        .limit(most)
    )
    if beyond is not None:
        end = (
            select(*place)
            .where(BulkRunRecord.merchant_id == tx.merchant_id, BulkRunRecord.id == beyond)
            .correlate(None)
            .scalar_subquery()
        )
        query = query.where(tuple_(*place) > end if backward else tuple_(*place) < end)
    if backward:
        return tx.session.scalars(query.order_by(*place)).all()[::-1]
    return tx.session.scalars(query.order_by(*(column.desc() for column in place))).all()


def _line(run: BulkRunRecord) -> FeedLine:
    return FeedLine(
        id=run.id,
        title=run.title,
        state=RunState(run.state),
        dry_run=run.dry_run,
        created_at=run.created_at,
        rows=run.row_count,
        errors=run.counters.get("errors", 0),
    )


def _done(row: BulkRowRecord, order_id: UUID, currency: str) -> DoneRow:
    return DoneRow(
        record=row.record,
        message_id=row.message_id,
        order_ref=row.order_ref or row.own_order_ref,
        item_ref=row.item_ref or row.own_item_ref,
        order_id=OrderId(order_id),
        action=RowAction(row.action),
        units=row.units,
        refund_minor=row.refund_minor,
        currency=currency,
    )

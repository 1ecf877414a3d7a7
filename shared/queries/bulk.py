"""Runs over many orders as pages and reports read them: what they come to, and what became of each row."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import select

from shared.domain.bulk import ENDED, RowProblem, RunKind, RunState, Verdict
from shared.domain.errors import NotFound
from shared.domain.ids import MerchantId, OrderId
from shared.domain.metrics import (
    RateTerms,
    forecast,
    is_spike,
    most_within,
    rate,
)
from shared.domain.reasons import Reason
from shared.queries import pace
from shared.queries.pace import Pace
from shared.storage import rates
from shared.storage.bulk import one_of
from shared.storage.engine import Database, Transaction
from shared.storage.records import BulkRowRecord, BulkRunRecord, OrderRecord
from shared.storage.scopes import orders_of

_USUAL_DAYS = 28
_PAGE = 2_000


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a run would do to the merchant's rate.

    `still_below` counts how many of its orders may go before the limit is passed; `days` is how many days
    spread them so that no day is out of the usual.
    """

    terms: RateTerms
    rate_now: Fraction | None
    rate_after: Fraction | None
    above: bool
    still_below: int
    spike: bool
    days: int

    @property
    def warns(self) -> bool:
        """There is something to think over before confirming."""
        return self.above or self.spike


@dataclass(frozen=True, slots=True)
class RunView:
    """A run. Money maps a currency to minor units; `dealt` of `groups` orders are behind it.

    `resumes_at` is when it goes on (UTC), while it waits for the next day's portion.
    """

    id: UUID
    kind: RunKind
    title: str
    state: RunState
    dry_run: bool
    reason: Reason | None
    created_at: datetime
    finished_at: datetime | None
    rows: int
    groups: int
    dealt: int
    orders: int
    units: int
    errors: int
    warnings: int
    done: int
    orders_refunded: int
    orders_released: int
    refunded: Mapping[str, int]
    released: Mapping[str, int]
    per_day: int | None
    resumes_at: datetime | None
    note: str
    outlook: Outlook | None
    pace: Pace | None

    @property
    def is_ended(self) -> bool:
        """Nothing more will happen to it."""
        return self.state in ENDED

    @property
    def is_stopped(self) -> bool:
        """Somebody ended it, or something, before all was dealt with."""
        return self.state is RunState.STOPPED

    @property
    def awaits_confirmation(self) -> bool:
        """A person looks at its preview."""
        return self.state is RunState.PREVIEWED

    @property
    def is_moving(self) -> bool:
        """It changes by itself."""
        return not self.is_ended and not self.awaits_confirmation


@dataclass(frozen=True, slots=True)
class RowView:
    """A row of a run and what became of it; `code` is empty where there is nothing to say."""

    number: int
    record: int
    order_ref: str
    item_ref: str
    order_id: OrderId | None
    verdict: Verdict
    code: str
    units: int
    refund_minor: int
    currency: str


def batch(db: Database, merchant_id: MerchantId, run_id: UUID) -> RunView:
    """Read a run over orders chosen in the console. Raises NotFound, for a feed's run as well."""
    with db.snapshot(merchant_id) as tx:
        record = tx.session.get(BulkRunRecord, (merchant_id, run_id))
        if record is None or record.kind != RunKind.SELECTION:
            raise NotFound("There is no such batch.")
        return view_of(tx, record)


def rows(
    db: Database,
    merchant_id: MerchantId,
    run_id: UUID,
    *,
    after: int = 0,
    most: int = 50,
    only_left_out: bool = False,
) -> tuple[RowView, ...]:
    """Read rows in their order, those after a number; of what was left out alone if asked."""
    with db.snapshot(merchant_id) as tx:
        query = (
            select(BulkRowRecord)
            .where(
                BulkRowRecord.merchant_id == merchant_id,
                BulkRowRecord.run_id == run_id,
                BulkRowRecord.row_number > after,
            )
            .order_by(BulkRowRecord.row_number)
            .limit(most)
        )
        if only_left_out:
            query = query.where(BulkRowRecord.verdict == Verdict.ERROR)
        records = tx.session.scalars(query).all()
        found = orders_of(tx).with_only_columns(OrderRecord.id, OrderRecord.currency)
        ids = {record.order_id for record in records if record.order_id}
        rows = tx.session.execute(found.where(one_of(OrderRecord.id, ids)))
        currencies: dict[UUID | None, str] = {row.id: row.currency for row in rows}
        return tuple(_row(record, currencies.get(record.order_id, "")) for record in records)


def every_row(db: Database, merchant_id: MerchantId, run_id: UUID) -> Iterator[RowView]:
    """Read all rows, some thousands at a time, so that a report of a million takes no memory."""
    last = 0
    while page := rows(db, merchant_id, run_id, after=last, most=_PAGE):
        yield from page
        last = page[-1].number


def view_of(tx: Transaction, record: BulkRunRecord) -> RunView:
    """Tell a run as pages show it."""
    sums: Mapping[str, Any] = record.counters
    return RunView(
        id=record.id,
        kind=RunKind(record.kind),
        title=record.title,
        state=RunState(record.state),
        dry_run=record.dry_run,
        reason=Reason(record.reason) if record.reason else None,
        created_at=record.created_at,
        finished_at=record.finished_at,
        rows=record.row_count,
        groups=record.group_count,
        dealt=record.next_group,
        orders=sums.get("orders", 0),
        units=sums.get("units", 0),
        errors=sums.get("errors", 0),
        warnings=sums.get("warnings", 0),
        done=sums.get("done", 0),
        orders_refunded=sums.get("orders_refunded", 0),
        orders_released=sums.get("orders_released", 0),
        refunded=sums.get("refunded", {}),
        released=sums.get("released", {}),
        per_day=record.per_day,
        resumes_at=record.resumes_at,
        note=record.note,
        outlook=_outlook(tx, sums.get("counting", 0)) if record.state == RunState.PREVIEWED else None,
        pace=pace.of_run(tx, record),
    )


def _outlook(tx: Transaction, counting: int) -> Outlook:
    measured = rates.terms(tx)
    counts = rates.counts(tx, measured.days)
    after = forecast(counts, counting)
    usual = rates.canceled_lately(tx, _USUAL_DAYS)
    # As many a day as the busiest usual day may have; a shop that never cancels begins with ten.
    portion = max(10, 2 * usual // _USUAL_DAYS)
    return Outlook(
        terms=measured,
        rate_now=rate(counts),
        rate_after=after,
        above=after is not None and after > measured.limit,
        still_below=min(counting, most_within(counts, measured.limit)),
        spike=is_spike(counting, usual, _USUAL_DAYS),
        days=max(1, -(-counting // portion)),
    )


def _row(record: BulkRowRecord, currency: str) -> RowView:
    return RowView(
        number=record.row_number,
        record=record.record,
        order_ref=record.order_ref,
        item_ref=record.item_ref,
        order_id=OrderId(record.order_id) if record.order_id else None,
        verdict=Verdict(record.verdict),
        code=record.code,
        units=record.units,
        refund_minor=record.refund_minor,
        currency=currency,
    )


def problem_of(row: RowView) -> RowProblem | None:
    """Tell a row's problem where its code is one of ours."""
    return RowProblem(row.code) if row.code in set(RowProblem) else None

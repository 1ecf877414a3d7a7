"""Runs over many orders: from a file or a selection, their rows, and what became of each."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.storage.records.base import Base, TenantRow, belongs_to, of_merchant


class BulkRunRecord(TenantRow, Base):
    """A run and how far it is. `dedup_key` names what another run would repeat.

    `stage_began_at` is when the reading, then the dealing with orders began; `read_bytes` are read by then.
    `next_group` counts the orders that are dealt with, `counters` sums verdicts, units and money by currency.
    `per_day` spreads the orders over days; after a day's portion nothing goes on before `resumes_at`. `note`
    says why it stopped or was refused; `problems` are those of its file as a whole, as documents of the
    file's reader.
    """

    __tablename__ = "bulk_runs"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    feed_type: Mapped[str]
    upload_id: Mapped[UUID | None]
    dedup_key: Mapped[str | None]
    title: Mapped[str]
    state: Mapped[str]
    dry_run: Mapped[bool]
    reason: Mapped[str | None]
    memo: Mapped[str]
    message: Mapped[str]
    actor_kind: Mapped[str]
    actor_id: Mapped[UUID | None]
    locale: Mapped[str]
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    stage_began_at: Mapped[datetime | None]
    read_bytes: Mapped[int] = mapped_column(server_default=text("0"))
    finished_at: Mapped[datetime | None]
    row_count: Mapped[int] = mapped_column(server_default=text("0"))
    group_count: Mapped[int] = mapped_column(server_default=text("0"))
    next_group: Mapped[int] = mapped_column(server_default=text("0"))
    slices: Mapped[int] = mapped_column(server_default=text("0"))
    per_day: Mapped[int | None]
    day_ends_at_group: Mapped[int | None]
    resumes_at: Mapped[datetime | None]
    stop_requested: Mapped[bool] = mapped_column(server_default=text("false"))
    counters: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    note: Mapped[str] = mapped_column(server_default=text("''"))
    problems: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'"))

    __table_args__ = (
        of_merchant(),
        belongs_to("uploads", "upload_id"),
        UniqueConstraint("merchant_id", "dedup_key"),
        Index("ix_bulk_runs_newest", "merchant_id", text("created_at DESC"), text("id DESC")),
    )


class BulkRowRecord(TenantRow, Base):
    """One row of a run: what it asks for, what it was found to mean, and what became of it.

    Rows of one order share `group_no`; those without an order of ours have none. `detail` is what `code` is
    measured against: another row, how much is left, a blocker.
    """

    __tablename__ = "bulk_rows"

    run_id: Mapped[UUID] = mapped_column(primary_key=True)
    row_number: Mapped[int] = mapped_column(primary_key=True)
    record: Mapped[int]
    message_id: Mapped[str]
    action: Mapped[str]
    order_ref: Mapped[str]
    item_ref: Mapped[str]
    own_order_ref: Mapped[str]
    own_item_ref: Mapped[str]
    quantity: Mapped[int | None]
    reason: Mapped[str | None]
    only_unshipped: Mapped[bool]
    amounts: Mapped[list[Any]] = mapped_column(JSONB)
    problems: Mapped[list[Any]] = mapped_column(JSONB)
    order_id: Mapped[UUID | None]
    line_item_id: Mapped[UUID | None]
    group_no: Mapped[int | None]
    verdict: Mapped[str]
    code: Mapped[str]
    detail: Mapped[str] = mapped_column(server_default=text("''"))
    request_id: Mapped[UUID | None]
    adjustment_id: Mapped[UUID | None]
    units: Mapped[int] = mapped_column(server_default=text("0"))
    refund_minor: Mapped[int] = mapped_column(server_default=text("0"))

    __table_args__ = (
        belongs_to("bulk_runs", "run_id"),
        Index("ix_bulk_rows_group", "merchant_id", "run_id", "group_no"),
    )

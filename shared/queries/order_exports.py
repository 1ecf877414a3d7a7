"""Exports of orders: those that were asked for, their files, and the orders that go into them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, tuple_

from shared.domain.errors import NotFound
from shared.domain.ids import MerchantId
from shared.domain.lists import ExportState
from shared.domain.orders import OrderStatus, PaymentStatus
from shared.queries.list_values import OrderFilter
from shared.queries.order_list import filtered
from shared.storage.engine import Database, Transaction
from shared.storage.records import OrderExportChunkRecord, OrderExportRecord, OrderRecord

_SHOWN = 50


@dataclass(frozen=True, slots=True)
class ExportView:
    """An export as its page lists it; `expires_at` is set once its file is there."""

    id: UUID
    user_name: str
    state: ExportState
    orders: int
    created_at: datetime
    expires_at: datetime | None

    @property
    def has_file(self) -> bool:
        """Its file can be fetched."""
        return self.state is ExportState.DONE

    @property
    def is_moving(self) -> bool:
        """It is still being written."""
        return self.state in {ExportState.WAITING, ExportState.RUNNING}


@dataclass(frozen=True, slots=True)
class ExportedOrder:
    """An order as a line of the file; amounts in minor units, `placed_at` UTC."""

    id: UUID
    number: str
    placed_at: datetime
    buyer_name: str
    buyer_email: str
    items_label: str
    lines: int
    status: OrderStatus
    payment_status: PaymentStatus
    ordered: int
    shipped: int
    canceled: int
    requested: int
    currency: str
    total_minor: int
    refunded_minor: int


def exports(db: Database, merchant_id: MerchantId) -> tuple[ExportView, ...]:
    """List the newest exports of the team, newest first."""
    with db.snapshot(merchant_id) as tx:
        rows = tx.session.scalars(
            select(OrderExportRecord)
            .where(OrderExportRecord.merchant_id == tx.merchant_id)
            .order_by(OrderExportRecord.id.desc())
            .limit(_SHOWN)
        )
        return tuple(_view(tx, row) for row in rows)


def export(db: Database, merchant_id: MerchantId, export_id: UUID) -> ExportView:
    """Read one export. Raises NotFound."""
    with db.snapshot(merchant_id) as tx:
        row = tx.session.get(OrderExportRecord, (merchant_id, export_id))
        if row is None:
            raise NotFound("There is no such export.")
        return _view(tx, row)


def file_of(db: Database, merchant_id: MerchantId, export_id: UUID) -> Iterator[bytes]:
    """Read the file of an export, each piece in a transaction of its own."""
    ordinal = 0
    while True:
        with db.snapshot(merchant_id) as tx:
            body = tx.session.scalars(
                select(OrderExportChunkRecord.body).where(
                    OrderExportChunkRecord.merchant_id == tx.merchant_id,
                    OrderExportChunkRecord.export_id == export_id,
                    OrderExportChunkRecord.ordinal == ordinal,
                )
            ).one_or_none()
        if body is None:
            return
        yield body
        ordinal += 1


def orders_after(
    db: Database, merchant_id: MerchantId, wanted: OrderFilter, last: ExportedOrder | None, *, most: int
) -> tuple[ExportedOrder, ...]:
    """Read the orders that come after one, newest first; None begins with the newest."""
    place = tuple_(OrderRecord.placed_at, OrderRecord.id)
    with db.snapshot(merchant_id) as tx:
        query = filtered(tx, wanted).order_by(OrderRecord.placed_at.desc(), OrderRecord.id.desc())
        if last is not None:
            query = query.where(place < tuple_(last.placed_at, last.id))
        return tuple(_exported(row) for row in tx.session.scalars(query.limit(most)))


def _view(tx: Transaction, row: OrderExportRecord) -> ExportView:
    is_over = row.expires_at is not None and row.expires_at <= tx.now
    return ExportView(
        id=row.id,
        user_name=row.user_name,
        state=ExportState.EXPIRED if is_over else ExportState(row.state),
        orders=row.orders,
        created_at=row.created_at,
        expires_at=row.expires_at,
    )


def _exported(row: OrderRecord) -> ExportedOrder:
    return ExportedOrder(
        id=row.id,
        number=row.number,
        placed_at=row.placed_at,
        buyer_name=row.buyer_name,
        buyer_email=row.buyer_email,
        items_label=row.items_label,
        lines=row.line_count,
        status=OrderStatus(row.status),
        payment_status=PaymentStatus(row.payment_status),
        ordered=row.ordered,
        shipped=row.shipped,
        canceled=row.canceled,
        requested=row.requested,
        currency=row.currency,
        total_minor=row.total_minor,
        refunded_minor=row.refunded_minor,
    )

"""What stands around the list of orders: how many there are, and what a member has chosen for it."""

from uuid import UUID

from sqlalchemy import func, select

from shared.domain.ids import MerchantId
from shared.domain.lists import Column, SavedFilter
from shared.domain.orders import OrderStatus
from shared.queries.list_values import OrderCounts, OrderView
from shared.storage.engine import Database, Transaction
from shared.storage.records import OrderCountRecord, OrderViewRecord

_REQUESTED = "cancellation_requested"


def order_view(db: Database, merchant_id: MerchantId, user_id: UUID) -> OrderView:
    """Read what a member has chosen for the list."""
    with db.snapshot(merchant_id) as tx:
        return view_of(tx, user_id)


def view_of(tx: Transaction, user_id: UUID) -> OrderView:
    """Read it in an open transaction; who has chosen nothing sees everything."""
    record = tx.session.get(OrderViewRecord, (tx.merchant_id, user_id))
    if record is None:
        return OrderView()
    return OrderView(
        columns=frozenset(Column) - {Column(name) for name in record.hidden},
        is_dense=record.is_dense,
        filters=tuple(SavedFilter(**saved) for saved in record.filters),
    )


def counts_of(tx: Transaction) -> OrderCounts:
    """Add up the counts that the database keeps."""
    rows = tx.session.execute(
        select(OrderCountRecord.kind, func.sum(OrderCountRecord.orders))
        .where(OrderCountRecord.merchant_id == tx.merchant_id)
        .group_by(OrderCountRecord.kind)
    )
    counts = {kind: int(orders) for kind, orders in rows}
    return OrderCounts(
        by_status={status: counts.get(status, 0) for status in OrderStatus},
        requested=counts.get(_REQUESTED, 0),
    )

"""Read adjustments as the API answers them, with a fixed number of statements."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select

from shared.queries.document_values import AdjustmentDocument, AmountDocument
from shared.storage.engine import Transaction
from shared.storage.records import AdjustedItemRecord, AdjustmentRecord, LineItemRecord, OrderRecord
from shared.storage.scopes import find_order


def adjustment(tx: Transaction, adjustment_id: UUID) -> AdjustmentDocument:
    """Read an adjustment that was just made."""
    record = tx.session.get_one(AdjustmentRecord, (tx.merchant_id, adjustment_id))
    numbers = {record.order_id: find_order(tx, record.order_id).number}
    return _documents(tx, numbers, [record])[0]


def adjustments_on(
    tx: Transaction, orders: Sequence[OrderRecord]
) -> Mapping[UUID, Sequence[AdjustmentDocument]]:
    """Read several orders' adjustments by the order's id, oldest first; one without any has an empty list."""
    adjusted = {order.id: order for order in orders if order.adjusted_minor}
    found: dict[UUID, list[AdjustmentDocument]] = {order.id: [] for order in orders}
    if not adjusted:
        return found
    records = tx.session.scalars(
        select(AdjustmentRecord)
        .where(AdjustmentRecord.merchant_id == tx.merchant_id, AdjustmentRecord.order_id.in_(adjusted))
        .order_by(AdjustmentRecord.adjusted_at, AdjustmentRecord.id)
    ).all()
    numbers = {order.id: order.number for order in adjusted.values()}
    for record, document in zip(records, _documents(tx, numbers, records), strict=True):
        found[record.order_id].append(document)
    return found


def _documents(
    tx: Transaction, numbers: Mapping[UUID, str], records: Sequence[AdjustmentRecord]
) -> tuple[AdjustmentDocument, ...]:
    amounts = _amounts(tx, [record.id for record in records])
    return tuple(
        AdjustmentDocument(
            id=record.id,
            order_number=numbers[record.order_id],
            refund=record.refund_minor,
            line_items=tuple(amounts[record.id]),
            shipping=record.shipping_minor,
            reason=record.reason,
            adjusted_at=record.adjusted_at,
        )
        for record in records
    )


def _amounts(tx: Transaction, adjustment_ids: Sequence[UUID]) -> dict[UUID, list[AmountDocument]]:
    rows = tx.session.execute(
        select(
            AdjustedItemRecord.adjustment_id,
            AdjustedItemRecord.line_item_id,
            LineItemRecord.sku,
            AdjustedItemRecord.amount_minor,
        )
        .join(
            LineItemRecord,
            (LineItemRecord.merchant_id == AdjustedItemRecord.merchant_id)
            & (LineItemRecord.id == AdjustedItemRecord.line_item_id),
        )
        .where(
            AdjustedItemRecord.merchant_id == tx.merchant_id,
            AdjustedItemRecord.adjustment_id.in_(adjustment_ids),
        )
        .order_by(LineItemRecord.ordinal)
    )
    amounts: dict[UUID, list[AmountDocument]] = defaultdict(list)
    for adjustment_id, line_item_id, sku, minor in rows:
        amounts[adjustment_id].append(AmountDocument(line_item_id, sku, minor))
    return amounts

"""Read adjustments as the API answers them, with a fixed number of statements."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from shared.queries.document_values import AdjustmentDocument, AmountDocument
from shared.storage.engine import Transaction
from shared.storage.records import AdjustedItemRecord, AdjustmentRecord, LineItemRecord, OrderRecord
from shared.storage.scopes import find_order


def adjustment(tx: Transaction, adjustment_id: UUID) -> AdjustmentDocument:
    """Read an adjustment that was just made."""
    record = tx.session.get_one(AdjustmentRecord, (tx.merchant_id, adjustment_id))
    return _documents(tx, find_order(tx, record.order_id), [record])[0]


def adjustments_on(tx: Transaction, order: OrderRecord) -> tuple[AdjustmentDocument, ...]:
    """Read an order's adjustments, oldest first."""
    if not order.adjusted_minor:
        return ()
    records = tx.session.scalars(
        select(AdjustmentRecord)
        .where(AdjustmentRecord.merchant_id == tx.merchant_id, AdjustmentRecord.order_id == order.id)
        .order_by(AdjustmentRecord.adjusted_at, AdjustmentRecord.id)
    ).all()
    return _documents(tx, order, records)


def _documents(
    tx: Transaction, order: OrderRecord, records: Sequence[AdjustmentRecord]
) -> tuple[AdjustmentDocument, ...]:
    amounts = _amounts(tx, [record.id for record in records])
    return tuple(
        AdjustmentDocument(
            id=record.id,
            order_number=order.number,
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

"""What earlier adjustments of an order gave back, for the domain to judge the next one by."""

from sqlalchemy import func, select

from shared.domain.adjustments import Amounts
from shared.domain.ids import LineItemId
from shared.storage.engine import Transaction
from shared.storage.records import AdjustedItemRecord, AdjustmentRecord, OrderRecord


def adjusted_before(tx: Transaction, order: OrderRecord) -> Amounts:
    """Add up what the order's adjustments gave back of each line and of the shipping."""
    if not order.adjusted_minor:
        return Amounts()
    of_order = (
        AdjustmentRecord.merchant_id == tx.merchant_id,
        AdjustmentRecord.order_id == order.id,
    )
    lines = tx.session.execute(
        select(AdjustedItemRecord.line_item_id, func.sum(AdjustedItemRecord.amount_minor))
        .join(
            AdjustmentRecord,
            (AdjustmentRecord.merchant_id == AdjustedItemRecord.merchant_id)
            & (AdjustmentRecord.id == AdjustedItemRecord.adjustment_id),
        )
        .where(*of_order)
        .group_by(AdjustedItemRecord.line_item_id)
    )
    shipping = tx.session.scalars(
        select(func.coalesce(func.sum(AdjustmentRecord.shipping_minor), 0)).where(*of_order)
    ).one()
    return Amounts({LineItemId(line_id): int(minor) for line_id, minor in lines}, int(shipping))

"""Move units between open, requested, canceled and shipped, on lines and on their order's sums at once."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import bindparam, update

from shared.storage.engine import Transaction
from shared.storage.records import LineItemRecord, OrderRecord, RequestRecord
from shared.storage.scopes import units_of

_ADD = (
    update(LineItemRecord)
    .where(LineItemRecord.merchant_id == bindparam("merchant"), LineItemRecord.id == bindparam("line"))
    .values(
        requested=LineItemRecord.requested + bindparam("more_requested"),
        canceled=LineItemRecord.canceled + bindparam("more_canceled"),
        shipped=LineItemRecord.shipped + bindparam("more_shipped"),
    )
)


def add_to_lines(
    tx: Transaction,
    order: OrderRecord,
    quantities: Mapping[UUID, int],
    *,
    requested: int = 0,
    canceled: int = 0,
    shipped: int = 0,
) -> None:
    """Add each line's quantity, times the given factors, to its counts and to the locked order's sums."""
    if quantities:
        # On the connection: as many rows as there are lines, in one round trip.
        tx.session.connection().execute(
            _ADD,
            [
                {
                    "line": line_item_id,
                    "merchant": tx.merchant_id,
                    "more_requested": requested * quantities[line_item_id],
                    "more_canceled": canceled * quantities[line_item_id],
                    "more_shipped": shipped * quantities[line_item_id],
                }
                for line_item_id in sorted(quantities)
            ],
        )
    whole = sum(quantities.values())
    order.requested += requested * whole
    order.canceled += canceled * whole
    order.shipped += shipped * whole
    order.version += 1
    if order.shipped + order.canceled == order.ordered and order.closed_at is None:
        order.closed_at = tx.now
    tx.session.flush()


def free_units(tx: Transaction, order: OrderRecord, record: RequestRecord) -> None:
    """Give the units of a request that ends without a cancellation back to their lines."""
    quantities = {units.line_item_id: units.quantity for units in units_of(tx, [record.id]) if units.quantity}
    add_to_lines(tx, order, quantities, requested=-1)

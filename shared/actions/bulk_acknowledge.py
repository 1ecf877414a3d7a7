"""Orders of a batch that were taken on: the merchant's own names are tied to them, nothing is canceled."""

from collections.abc import Iterable

from shared.actions.bulk_results import NOTHING, Results
from shared.domain.actors import Actor
from shared.domain.bulk import RowAction
from shared.domain.events import Event
from shared.domain.ids import new_id
from shared.storage import bulk_writes
from shared.storage.bulk import insert_rows
from shared.storage.bulk_writes import OwnItem, OwnOrder
from shared.storage.engine import Transaction
from shared.storage.records import BulkRowRecord, TimelineRecord


def carry_out(
    tx: Transaction, rows: Iterable[BulkRowRecord], results: Results, actor: Actor, *, writes: bool
) -> None:
    """Tie what the rows name to their orders and lines; what is tied already stays as it is."""
    mine = [row for row in rows if row.action == RowAction.ACKNOWLEDGE]
    if not mine:
        return
    for row in mine:
        results.done(row, NOTHING)
    results.sums["acknowledged"] += len({row.order_id for row in mine})
    if not writes:
        return
    orders = {row.order_id: row.own_order_ref for row in mine if row.order_id and row.own_order_ref}
    items = {row.line_item_id: row for row in mine if row.line_item_id and row.own_item_ref}
    changed = bulk_writes.tie_orders(tx, [OwnOrder(*tied) for tied in orders.items()])
    changed |= bulk_writes.tie_items(
        tx, [OwnItem(line_id, row.own_item_ref) for line_id, row in items.items()]
    )
    insert_rows(
        tx,
        TimelineRecord,
        [
            {
                "merchant_id": tx.merchant_id,
                "id": new_id(),
                "order_id": order_id,
                "request_id": None,
                "event": Event.ORDER_CHANGED,
                "actor_kind": actor.kind,
                "actor_id": actor.id,
                "from_state": "",
                "to_state": "",
                "at": tx.now,
                "details": {"acknowledged": orders.get(order_id, "")},
            }
            for order_id in sorted(changed)
        ],
    )

"""Write what later reports add to many orders, each with the entries that tell of it in its timeline."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text

from shared.storage.bulk import document, of_any_merchant
from shared.storage.bulk_writes import CHAINED
from shared.storage.engine import Transaction

_ORDERS = (
    CHAINED
    + """
UPDATE orders o SET timeline_length = h.place, timeline_head = h.link, {values}
FROM json_populate_recordset(NULL::orders, :rows) d JOIN heads h ON h.order_id = d.id
WHERE o.merchant_id = :merchant AND o.id = d.id
"""
)


def write_completed(
    tx: Transaction,
    rows: Sequence[Mapping[str, Any]],
    entries: Sequence[Mapping[str, Any]],
    same: Mapping[str, Any],
) -> None:
    """Write the columns that rows name, the same ones each, to locked orders, and append to their timelines.

    Each order has an entry at least; `seq` is an entry's place among those of its order, from 1. `same` are
    columns in which the entries do not differ.
    """
    if rows:
        values = ", ".join(f"{name} = d.{name}" for name in rows[0] if name != "id")
        given = {
            "merchant": tx.merchant_id,
            "rows": document(rows),
            "entries": document(entries),
            "same": document(same),
        }
        tx.session.connection().execute(text(of_any_merchant(_ORDERS.format(values=values))), given)

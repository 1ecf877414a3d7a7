"""Write what later reports add to many orders, each with the entries that tell of it in its timeline."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text

from shared.storage.bulk import document
from shared.storage.engine import Transaction

# Entries go by their places among the new ones of their order, as in `bulk_writes`; its row is written once.
_ORDERS = """
WITH chained AS MATERIALIZED (
  SELECT e.*, o.timeline_length + e.seq AS place,
    timeline_hash(o.timeline_head, o.timeline_length + e.seq, e) OVER (PARTITION BY e.order_id ORDER BY e.seq)
      AS link
  FROM json_populate_recordset(json_populate_record(NULL::timeline, :same), :entries) e
  JOIN orders o ON o.merchant_id = e.merchant_id AND o.id = e.order_id
), written AS (
  INSERT INTO timeline (merchant_id, id, order_id, seq, event, actor_kind, actor_id, from_state, to_state, at,
    details, hash)
  SELECT merchant_id, id, order_id, place, event, actor_kind, actor_id, from_state, to_state, at, details,
    link FROM chained
), heads AS (
  SELECT DISTINCT ON (order_id) order_id, place, link FROM chained ORDER BY order_id, place DESC
)
UPDATE orders o SET timeline_length = h.place, timeline_head = h.link, {values}
FROM json_populate_recordset(NULL::orders, :rows) d JOIN heads h ON h.order_id = d.id
WHERE o.merchant_id = :merchant AND o.id = d.id
"""


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
        tx.session.connection().execute(text(_ORDERS.format(values=values)), given)

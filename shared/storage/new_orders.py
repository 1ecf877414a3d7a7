"""Insert orders that come in, each with its timeline's first entry, and the words they are found by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from shared.storage.bulk import document
from shared.storage.engine import Transaction

# An order is written with the head of its timeline: to write it again for that would cost as much once more.
_ORDERS = """
WITH entries AS MATERIALIZED (
  SELECT e.*, timeline_digest_at('', 1, e) AS link
  FROM json_populate_recordset(json_populate_record(NULL::timeline, :same), :entries) e
), inserted AS (
  INSERT INTO orders ({names}, timeline_length, timeline_head)
  SELECT {given}, 1, e.link
  FROM json_populate_recordset(json_populate_record(NULL::orders, :shared), :rows) o
  JOIN entries e ON e.order_id = o.id
  ON CONFLICT (merchant_id, number) DO NOTHING RETURNING id, number
), begun AS (
  INSERT INTO timeline (merchant_id, id, order_id, seq, event, actor_kind, actor_id, from_state, to_state, at,
    details, hash)
  SELECT e.merchant_id, e.id, e.order_id, 1, e.event, e.actor_kind, e.actor_id, e.from_state, e.to_state,
    e.at, e.details, e.link FROM entries e JOIN inserted i ON i.id = e.order_id
)
SELECT number FROM inserted
"""
_TERMS = """
INSERT INTO order_terms (merchant_id, term, order_id)
SELECT :merchant, t.term, d.order_id
FROM json_to_recordset(:rows) AS d(order_id uuid, terms json), json_array_elements_text(d.terms) AS t(term)
ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one table by the names of their columns; `same` are columns in which they do not differ."""

    rows: Sequence[Mapping[str, Any]]
    same: Mapping[str, Any]


def insert_orders(tx: Transaction, orders: Rows, entries: Rows) -> set[str]:
    """Insert the orders whose numbers are not taken, each with its entry; give their numbers."""
    if not orders.rows:
        return set()
    names = [*orders.rows[0], *orders.same]
    statement = _ORDERS.format(names=", ".join(names), given=", ".join(f"o.{name}" for name in names))
    given = {
        "shared": document(orders.same),
        "rows": document(orders.rows),
        "same": document(entries.same),
        "entries": document(entries.rows),
    }
    return set(tx.session.connection().execute(text(statement), given).scalars())


def insert_terms(tx: Transaction, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the words that orders are found by: a list of `terms` for each `order_id`; known ones stay."""
    if not rows:
        return
    given = {"merchant": tx.merchant_id, "rows": document(rows)}
    tx.session.connection().execute(text(_TERMS), given)

"""Select the lines of orders that are still open, some orders at a time."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from shared.storage.engine import Transaction

# A line without an id of its own goes by its SKU where no other line of the order has the same.
_LINES = """
SELECT o.id, o.number, o.currency, coalesce(nullif(l.external_id, ''), l.sku) AS item
FROM (SELECT id, number, currency FROM orders
      WHERE merchant_id = :merchant AND open > 0 AND id > :after ORDER BY id LIMIT :most) o
JOIN line_items l ON l.merchant_id = :merchant AND l.order_id = o.id
WHERE l.shipped + l.canceled + l.requested < l.ordered
  AND (l.external_id <> '' OR (SELECT count(*) FROM line_items s
    WHERE s.merchant_id = :merchant AND s.order_id = o.id AND s.sku = l.sku) = 1)
ORDER BY o.id, l.ordinal
"""
_LAST = """
SELECT max(id::text)::uuid FROM (SELECT id FROM orders
  WHERE merchant_id = :merchant AND open > 0 AND id > :after ORDER BY id LIMIT :most) o
"""


def lines_after(tx: Transaction, after: UUID, most: int) -> tuple[Sequence[Row[Any]], UUID | None]:
    """Read number, currency and item of the open lines of the `most` orders that follow one, oldest first.

    Beside them stands the last of these orders; None when there are no more.
    """
    values = {"merchant": tx.merchant_id, "after": after, "most": most}
    connection = tx.session.connection()
    return connection.execute(text(_LINES), values).all(), connection.execute(text(_LAST), values).scalar()

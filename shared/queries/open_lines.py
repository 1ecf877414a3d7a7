"""Lines of orders that may still be canceled, one by one, for templates that are filled with them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Row, text

from shared.domain.ids import MerchantId
from shared.storage.engine import Database

_ORDERS_AT_ONCE = 1_000
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


@dataclass(frozen=True, slots=True)
class OpenLineRow:
    """A line that is open, wholly or partly, by the ids that feeds know it by."""

    order_number: str
    item_id: str
    currency: str


def open_lines(db: Database, merchant_id: MerchantId) -> Iterator[OpenLineRow]:
    """Read all open lines, some orders at a time; those of an order follow each other, oldest order first."""
    after: UUID | None = UUID(int=0)
    while after is not None:
        page, after = _page(db, merchant_id, after)
        for row in page:
            yield OpenLineRow(row.number, row.item, row.currency)


def _page(
    db: Database, merchant_id: MerchantId, after: UUID
) -> tuple[Sequence[Row[tuple[str]]], UUID | None]:
    values = {"merchant": merchant_id, "after": after, "most": _ORDERS_AT_ONCE}
    with db.snapshot(merchant_id) as tx:
        connection = tx.session.connection()
        return connection.execute(text(_LINES), values).all(), connection.execute(
            text(_LAST), values
        ).scalar()

"""Lines of orders that may still be canceled, one by one, for templates that are filled with them."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from shared.domain.ids import MerchantId
from shared.storage.engine import Database
from shared.storage.open_lines import lines_after

_ORDERS_AT_ONCE = 1_000


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
        with db.snapshot(merchant_id) as tx:
            page, after = lines_after(tx, after, _ORDERS_AT_ONCE)
        for row in page:
            yield OpenLineRow(row.number, row.item, row.currency)

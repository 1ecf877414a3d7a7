"""Keep what a member chooses for the list of orders: columns, how dense it is, filters by name."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from shared.domain.errors import InvalidContent, NotFound
from shared.domain.ids import MerchantId
from shared.domain.lists import Column, SavedFilter
from shared.storage.engine import Database, Transaction
from shared.storage.records import OrderViewRecord

MOST_FILTERS = 30


def choose(
    db: Database, merchant_id: MerchantId, user_id: UUID, columns: Iterable[Column], *, is_dense: bool
) -> None:
    """Keep which columns show and how dense the list is."""
    with db.begin(merchant_id) as tx:
        record = _lock(tx, user_id)
        record.hidden = sorted(set(Column) - set(columns))
        record.is_dense = is_dense


def save_filter(db: Database, merchant_id: MerchantId, user_id: UUID, saved: SavedFilter) -> None:
    """Keep a filter under its name, in place of one of the same name. Raises InvalidContent for too many."""
    with db.begin(merchant_id) as tx:
        record = _lock(tx, user_id)
        others = [found for found in _filters(record) if found.name != saved.name]
        if len(others) >= MOST_FILTERS:
            raise InvalidContent("There are too many saved filters. Delete one first.")
        if saved.is_default:
            others = [replace(found, is_default=False) for found in others]
        _keep(record, [*others, saved])


def make_default(db: Database, merchant_id: MerchantId, user_id: UUID, name: str) -> None:
    """Begin the list with a filter from now on; "" is with none. Raises NotFound."""
    with db.begin(merchant_id) as tx:
        record = _lock(tx, user_id)
        filters = _filters(record)
        if name and name not in {found.name for found in filters}:
            raise NotFound("There is no filter of this name.")
        _keep(record, [replace(found, is_default=found.name == name) for found in filters])


def delete_filter(db: Database, merchant_id: MerchantId, user_id: UUID, name: str) -> None:
    """Forget a filter; one that is not there is forgotten already."""
    with db.begin(merchant_id) as tx:
        record = _lock(tx, user_id)
        _keep(record, [found for found in _filters(record) if found.name != name])


def _lock(tx: Transaction, user_id: UUID) -> OrderViewRecord:
    key = {"merchant_id": tx.merchant_id, "user_id": user_id}
    nothing = {"hidden": [], "is_dense": False, "filters": []}
    tx.session.connection().execute(
        insert(OrderViewRecord).values({**key, **nothing}).on_conflict_do_nothing()
    )
    return tx.session.scalars(
        select(OrderViewRecord)
        .where(OrderViewRecord.merchant_id == tx.merchant_id, OrderViewRecord.user_id == user_id)
        .with_for_update()
    ).one()


def _filters(record: OrderViewRecord) -> list[SavedFilter]:
    return [SavedFilter(**found) for found in record.filters]


def _keep(record: OrderViewRecord, filters: Sequence[SavedFilter]) -> None:
    record.filters = [asdict(saved) for saved in sorted(filters, key=lambda saved: saved.name.lower())]

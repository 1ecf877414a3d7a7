"""Find and lock cases: the order's row first, as everywhere, then the case."""

from uuid import UUID

from sqlalchemy import Select, select

from shared.domain.errors import NotFound
from shared.domain.support import Floor
from shared.storage.engine import Transaction
from shared.storage.records import CaseRecord, OrderRecord
from shared.storage.scopes import lock_order


def cases_on(tx: Transaction, floor: Floor) -> Select[CaseRecord]:
    """Select this merchant's cases of one floor."""
    return select(CaseRecord).where(CaseRecord.merchant_id == tx.merchant_id, CaseRecord.floor == floor)


def find_case(tx: Transaction, case_id: UUID, floor: Floor = Floor.MERCHANT) -> CaseRecord:
    """Read one case; raises NotFound, also for another merchant's and for one of the other floor."""
    case = tx.session.scalars(cases_on(tx, floor).where(CaseRecord.id == case_id)).one_or_none()
    if case is None:
        raise NotFound("There is no such case.")
    return case


def lock_case(
    tx: Transaction, case_id: UUID, floor: Floor = Floor.MERCHANT
) -> tuple[OrderRecord | None, CaseRecord]:
    """Lock a case through its order, if it is about one; raises NotFound."""
    found = find_case(tx, case_id, floor)
    order = lock_order(tx, found.order_id) if found.order_id else None
    case = tx.session.scalars(
        cases_on(tx, floor)
        .where(CaseRecord.id == case_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    return order, case

"""One page of a merchant's cases, longest waiting first, with a key to go on from, never an offset."""

from sqlalchemy import ScalarSelect, Select, func, select, tuple_

from shared.domain.ids import MerchantId, OrderId
from shared.domain.support import CaseState, Floor, MessageKind
from shared.queries.places import make_cursor, read_cursor
from shared.queries.support_values import CaseFilter, CaseList, CaseRow
from shared.storage.cases import cases_on
from shared.storage.engine import Database, Transaction
from shared.storage.records import CaseMessageRecord, CaseRecord, OrderRecord, UserRecord
from shared.storage.scopes import orders_of

MOST_COUNTED = 100
_EXCERPT = 160


def case_list(
    db: Database, merchant_id: MerchantId, wanted: CaseFilter, *, cursor: str = "", limit: int = 50
) -> CaseList:
    """Read one page, longest waiting first; resolved ones newest first.

    Raises InvalidContent for a cursor that is none of ours.
    """
    after = read_cursor(cursor)
    with db.snapshot(merchant_id) as tx:
        query = _joined(tx).where(CaseRecord.floor == Floor.MERCHANT, CaseRecord.state == wanted.state)
        if wanted.assignee_id is not None:
            query = query.where(CaseRecord.assignee_id == wanted.assignee_id)
        place = tuple_(CaseRecord.since, CaseRecord.id)
        newest_first = wanted.state is CaseState.RESOLVED
        if after is not None:
            query = query.where(place < tuple_(*after) if newest_first else place > tuple_(*after))
        order = (CaseRecord.since, CaseRecord.id)
        query = query.order_by(*(column.desc() if newest_first else column.asc() for column in order))
        found = tx.session.execute(query.limit(limit + 1)).all()
    rows = tuple(_row(*row) for row in found[:limit])
    more = len(found) > limit
    return CaseList(rows, make_cursor(rows[-1].since, rows[-1].id) if more else "")


def counts(db: Database, merchant_id: MerchantId) -> dict[CaseState, int]:
    """Count the cases of each state, at most 100 each; resolved ones are not counted."""
    with db.snapshot(merchant_id) as tx:
        return {state: _count(tx, state) for state in (CaseState.OPEN, CaseState.WAITING)}


def _joined(tx: Transaction) -> Select[OrderRecord, CaseRecord, str, str]:
    return (
        orders_of(tx)
        .add_columns(CaseRecord, UserRecord.name, _newest())
        .join(
            CaseRecord,
            (CaseRecord.merchant_id == OrderRecord.merchant_id) & (CaseRecord.order_id == OrderRecord.id),
        )
        .outerjoin(UserRecord, UserRecord.id == CaseRecord.assignee_id)
    )


def _newest() -> ScalarSelect[str]:
    message = CaseMessageRecord
    return (
        select(func.left(message.body, _EXCERPT))
        .where(
            message.merchant_id == CaseRecord.merchant_id,
            message.case_id == CaseRecord.id,
            message.kind == MessageKind.MESSAGE,
        )
        .order_by(message.sent_at.desc(), message.id.desc())
        .limit(1)
        .correlate(CaseRecord)
        .scalar_subquery()
    )


def _count(tx: Transaction, state: CaseState) -> int:
    some = (
        cases_on(tx, Floor.MERCHANT)
        .with_only_columns(CaseRecord.id)
        .where(CaseRecord.state == state)
        .limit(MOST_COUNTED)
    )
    return tx.session.scalars(select(func.count()).select_from(some.subquery())).one()


def _row(order: OrderRecord, case: CaseRecord, assignee: str | None, newest: str | None) -> CaseRow:
    return CaseRow(
        id=case.id,
        order_id=OrderId(order.id),
        order_number=order.number,
        buyer_name=order.buyer_name,
        category=case.category,
        since=case.since,
        assignee_name=assignee or "",
        newest=newest or "",
    )

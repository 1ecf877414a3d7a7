"""What buyers wrote through Contact us."""

from sqlalchemy import Select

from shared.domain.actors import ActorKind
from shared.domain.ids import MerchantId, OrderId
from shared.queries.order_values import CaseView
from shared.storage.engine import Database, Transaction
from shared.storage.records import CaseMessageRecord, CaseRecord, OrderRecord
from shared.storage.scopes import orders_of

_MOST = 200


def cases(db: Database, merchant_id: MerchantId) -> tuple[CaseView, ...]:
    """List the newest messages to the merchant, at most 200."""
    with db.snapshot(merchant_id) as tx:
        return _read(tx, _select(tx).limit(_MOST))


def cases_of(tx: Transaction, order: OrderRecord) -> tuple[CaseView, ...]:
    """List the messages about one order, newest first."""
    return _read(tx, _select(tx).where(CaseRecord.order_id == order.id))


def _select(tx: Transaction) -> Select[OrderRecord, CaseRecord, CaseMessageRecord]:
    return (
        orders_of(tx)
        .add_columns(CaseRecord, CaseMessageRecord)
        .join(
            CaseRecord,
            (CaseRecord.merchant_id == OrderRecord.merchant_id) & (CaseRecord.order_id == OrderRecord.id),
        )
        .join(
            CaseMessageRecord,
            (CaseMessageRecord.merchant_id == CaseRecord.merchant_id)
            & (CaseMessageRecord.case_id == CaseRecord.id),
        )
        .order_by(CaseMessageRecord.sent_at.desc(), CaseMessageRecord.id.desc())
    )


def _read(tx: Transaction, query: Select[OrderRecord, CaseRecord, CaseMessageRecord]) -> tuple[CaseView, ...]:
    return tuple(
        CaseView(
            id=case.id,
            order_id=OrderId(order.id),
            order_number=order.number,
            sender=order.buyer_name if message.author_kind == ActorKind.BUYER else "",
            category=case.category,
            body=message.body,
            at=message.sent_at,
        )
        for order, case, message in tx.session.execute(query)
    )

"""Who decides a request at once: the asker, the policy, its rules, or nobody yet."""

from sqlalchemy import func, select

from shared.domain import deciding
from shared.domain.orders import Order
from shared.domain.reasons import Reason
from shared.domain.refunds import Quote
from shared.domain.rules import Decision
from shared.storage.engine import Transaction
from shared.storage.records import OrderRecord, OrderTermRecord, RequestRecord


def at_once(
    tx: Transaction,
    order: OrderRecord,
    facts: Order,
    quoted: Quote,
    reason: Reason | None,
    *,
    for_buyer: bool,
) -> Decision:
    """Decide what can be decided when a request is made."""
    return deciding.at_once(
        facts,
        quoted,
        reason,
        for_buyer=for_buyer,
        at=tx.now,
        earlier=lambda: _earlier_requests(tx, order.buyer_email),
    )


def _earlier_requests(tx: Transaction, email: str) -> int:
    return tx.session.scalars(
        select(func.count())
        .select_from(RequestRecord)
        .join(
            OrderTermRecord,
            (OrderTermRecord.merchant_id == RequestRecord.merchant_id)
            & (OrderTermRecord.order_id == RequestRecord.order_id),
        )
        .where(
            RequestRecord.merchant_id == tx.merchant_id,
            RequestRecord.requested_by == "buyer",
            OrderTermRecord.term == email.lower(),
        )
    ).one()

"""Who decides a request at once: the asker, the policy, its rules, or nobody yet."""

from datetime import timedelta

from sqlalchemy import func, select

from shared.domain.orders import Order
from shared.domain.policy import Mode
from shared.domain.reasons import Reason
from shared.domain.refunds import Quote
from shared.domain.rules import Case, Decision, decide
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
    """Decide what can be decided when a request is made; merchants and stores have decided by asking."""
    mode = facts.policy.mode
    if not for_buyer or mode is Mode.AUTOMATIC:
        return Decision.ACCEPT
    # Rules weigh the money; where no price is known there is nothing to weigh.
    if mode is Mode.REVIEW or not facts.priced:
        return Decision.PERSON
    case = Case(
        minutes=(tx.now - facts.placed_at) // timedelta(minutes=1),
        value_minor=quoted.value_minor,
        reason=reason,
        shipped=sum(line.shipped for line in facts.line_items),
        earlier=_earlier_requests(tx, order.buyer_email),
    )
    return decide(facts.policy.rules, case)


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

"""Settle what a gateway has told of a refund: by a person's word, or by what the shop tells of it later."""

from collections import defaultdict
from uuid import UUID

from sqlalchemy import select

from shared.domain.actors import SYSTEM, Actor
from shared.domain.events import Event
from shared.domain.refunds import RefundKind, RefundState
from shared.domain.reports import Outcome
from shared.storage import timeline
from shared.storage.engine import Transaction
from shared.storage.records import OrderRecord, RefundRecord, ReportedRefundRecord
from shared.storage.scopes import refunds_on

_Money = tuple[UUID | None, int, str]


def settle(
    tx: Transaction, reported: ReportedRefundRecord, outcome: Outcome, event: Event, actor: Actor
) -> None:
    """Note what a reported refund was found to be; nobody is asked about it again."""
    reported.settled_at = tx.now
    reported.outcome = outcome
    tx.session.flush()
    if reported.order_id is not None:
        timeline.note(tx, reported.order_id, event, actor, details={"refund_minor": reported.amount_minor})


def settle_explained(tx: Transaction, order: OrderRecord) -> None:
    """Settle what was reported of a locked order and is known now; never guess between two of one amount."""
    told: dict[_Money, list[ReportedRefundRecord]] = defaultdict(list)
    for reported in _waiting(tx, order):
        told[reported.payment_id, reported.amount_minor, reported.currency].append(reported)
    known: dict[_Money, list[RefundRecord]] = defaultdict(list)
    for row in refunds_on(tx, order.id) if told else ():
        if row.kind == RefundKind.REFUND and row.state == RefundState.EXTERNAL and not row.gateway_reference:
            known[row.payment_id, row.amount_minor, row.currency].append(row)
    for money, reports in told.items():
        if len(reports) == len(known[money]) == 1:
            known[money][0].gateway_reference = reports[0].reference
            settle(tx, reports[0], Outcome.RECORDED, Event.REFUND_RECORDED, SYSTEM)


def _waiting(tx: Transaction, order: OrderRecord) -> list[ReportedRefundRecord]:
    return list(
        tx.session.scalars(
            select(ReportedRefundRecord)
            .where(
                ReportedRefundRecord.merchant_id == tx.merchant_id,
                ReportedRefundRecord.order_id == order.id,
                ReportedRefundRecord.settled_at.is_(None),
            )
            .order_by(ReportedRefundRecord.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )

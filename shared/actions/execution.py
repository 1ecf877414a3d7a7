"""Carry out an accepted cancellation: units, refunds, stock, timeline and outcome mail in one transaction."""

from dataclasses import asdict
from uuid import UUID

from sqlalchemy import update

from shared.actions import refunds
from shared.actions.claims import add_to_lines
from shared.actions.rates import count_canceled
from shared.domain.actors import SYSTEM
from shared.domain.cancellation import Move, Question, RequestState, after
from shared.domain.events import Event, MailEvent
from shared.domain.ids import MerchantId, new_id
from shared.domain.reasons import Reason
from shared.domain.refunds import AmountState, Quote, RefundKind
from shared.domain.restock import rule_for
from shared.storage import outbox, timeline
from shared.storage.engine import Database, Transaction
from shared.storage.facts import claimed_by, order_facts, quote_of
from shared.storage.records import (
    OrderRecord,
    RequestRecord,
    RestockRuleRecord,
    StockMovementRecord,
    StockRecord,
)
from shared.storage.scopes import lines_of, lock_request, lock_stock, units_of


def execute(db: Database, merchant_id: MerchantId, request_id: UUID) -> None:
    """Carry out a request that is *accepting* and due; leave any other alone, so it may be repeated."""
    with db.begin(merchant_id) as tx:
        order, record = lock_request(tx, request_id)
        if not _is_due(tx, record):
            return
        quoted = _settle(tx, order, record)
        _restock(tx, order, record)
        if record.counts:
            count_canceled(tx, order, requested_by=record.requested_by)
        record.state = after(RequestState.ACCEPTING, Move.EXECUTE)
        record.ended_at = tx.now
        record.value_minor = quoted.value_minor
        record.refund_minor = quoted.refund_minor
        record.withheld_minor = quoted.withheld_minor
        record.amount = amount_of(order)
        units: dict[UUID, int] = {share.line_item_id: share.quantity for share in quoted.lines}
        add_to_lines(tx, order, units, requested=-1, canceled=1)
        timeline.note(
            tx,
            order.id,
            Event.CANCELLATION_ACCEPTED,
            SYSTEM,
            request_id=record.id,
            from_state=RequestState.ACCEPTING,
            to_state=RequestState.ACCEPTED,
            details={
                "units": sum(units.values()),
                "refund_minor": quoted.refund_minor,
                "shipping_minor": quoted.shipping_minor,
                "kept": [asdict(kept) for kept in quoted.kept],
            },
        )
        outbox.mail(tx, order, MailEvent.CANCELLATION_ACCEPTED, request_id=record.id)


def amount_of(order: OrderRecord) -> AmountState:
    """Tell whether what goes back is known: a paid order without prices leaves it to a person."""
    return AmountState.KNOWN if order.priced or order.paid_at is None else AmountState.OPEN


def _is_due(tx: Transaction, record: RequestRecord) -> bool:
    waits = record.warehouse == Question.ASKED or (record.executes_at or tx.now) > tx.now
    return record.state == RequestState.ACCEPTING and not waits


def _settle(tx: Transaction, order: OrderRecord, record: RequestRecord) -> Quote:
    held = claimed_by(tx, [record.id])[record.id]
    quoted = quote_of(order_facts(tx, order), record, held)
    order.canceled_minor += quoted.value_minor
    order.repriced_minor += quoted.repriced_minor
    order.fees_minor += quoted.fee_minor
    order.withheld_minor += quoted.withheld_minor
    if record.requested_by == "buyer":
        percent = str(quoted.fee_percent)
        order.fee_bases = {
            **order.fee_bases,
            percent: order.fee_bases.get(percent, 0) + quoted.value_minor,
        }
    record.fee_minor = quoted.fee_minor
    refunds.write(tx, order, quoted.payments, RefundKind.REFUND, request_id=record.id)
    refunds.write(tx, order, quoted.voids, RefundKind.VOID, request_id=record.id)
    return quoted


def _restock(tx: Transaction, order: OrderRecord, record: RequestRecord) -> None:
    reason = rule_for(Reason(record.reason) if record.reason else None)
    rule = tx.session.get(RestockRuleRecord, (tx.merchant_id, reason))
    # Kept, since a merchant may change the rule tomorrow.
    record.restocks = rule is not None and rule.restock
    if not record.restocks:
        return
    skus = {line.id: line.sku for line in lines_of(tx, order.id)}
    claims = [claim for claim in units_of(tx, [record.id]) if claim.quantity]
    lock_stock(tx, (skus[claim.line_item_id] for claim in claims))
    moved = 0
    for claim in claims:
        sku = skus[claim.line_item_id]
        tx.session.add(
            StockMovementRecord(
                merchant_id=tx.merchant_id,
                id=new_id(),
                request_id=record.id,
                line_item_id=claim.line_item_id,
                sku=sku,
                quantity=claim.quantity,
                moved_at=tx.now,
            )
        )
        tx.session.execute(
            update(StockRecord)
            .where(StockRecord.merchant_id == tx.merchant_id, StockRecord.sku == sku)
            .values(on_hand=StockRecord.on_hand + claim.quantity)
            .execution_options(synchronize_session=False)
        )
        moved += claim.quantity
    timeline.note(tx, order.id, Event.RESTOCKED, SYSTEM, request_id=record.id, details={"units": moved})

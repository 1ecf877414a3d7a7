"""Read orders as the API answers them; inside a transaction, so that an answer is kept with its effect."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from shared.domain.actors import ActorKind
from shared.domain.eligibility import assess, next_step
from shared.domain.ids import LineItemId, MerchantId, OrderId, RefundId
from shared.queries.document_values import (
    BlockerDocument,
    EligibilityDocument,
    KnownLine,
    KnownOrder,
    LineEligibilityDocument,
    OrderDocument,
    RefundsDocument,
    ShipmentDocument,
    UnitsDocument,
)
from shared.queries.order_documents import order_documents, refund_document
from shared.storage.engine import Database, Transaction
from shared.storage.facts import order_facts
from shared.storage.records import (
    LineItemRecord,
    OrderRecord,
    RefundRecord,
    ShipmentRecord,
    ShipmentUnitsRecord,
)
from shared.storage.scopes import (
    find_order,
    find_order_by_number,
    lines_of,
)


def known_order(db: Database, merchant_id: MerchantId, number: str) -> KnownOrder:
    """Find an order by its number; raises NotFound."""
    with db.snapshot(merchant_id) as tx:
        return _known(tx, find_order_by_number(tx, number))


def known_order_by_id(db: Database, merchant_id: MerchantId, order_id: UUID) -> KnownOrder:
    """Find an order by its id; raises NotFound."""
    with db.snapshot(merchant_id) as tx:
        return _known(tx, find_order(tx, order_id))


def order_by_number(db: Database, merchant_id: MerchantId, number: str) -> OrderDocument:
    """Read an order by its number; raises NotFound."""
    with db.snapshot(merchant_id) as tx:
        return order(tx, find_order_by_number(tx, number).id)


def order(tx: Transaction, order_id: UUID) -> OrderDocument:
    """Read an order as it was given and how it stands. Raises NotFound."""
    return order_documents(tx, [find_order(tx, order_id)])[0]


def refunds(tx: Transaction, refund_ids: Sequence[RefundId]) -> RefundsDocument:
    """Read refunds that were just written."""
    found = (tx.session.get_one(RefundRecord, (tx.merchant_id, refund_id)) for refund_id in refund_ids)
    return RefundsDocument(tuple(refund_document(refund) for refund in found))


def shipment(tx: Transaction, shipment_id: UUID) -> ShipmentDocument:
    """Read a shipment that was just taken in."""
    record = tx.session.get_one(ShipmentRecord, (tx.merchant_id, shipment_id))
    tx.session.flush()
    units = tx.session.execute(
        select(LineItemRecord.id, LineItemRecord.sku, ShipmentUnitsRecord.quantity)
        .join(
            LineItemRecord,
            (LineItemRecord.merchant_id == ShipmentUnitsRecord.merchant_id)
            & (LineItemRecord.id == ShipmentUnitsRecord.line_item_id),
        )
        .where(
            ShipmentUnitsRecord.merchant_id == tx.merchant_id,
            ShipmentUnitsRecord.shipment_id == shipment_id,
        )
        .order_by(LineItemRecord.ordinal)
    )
    return ShipmentDocument(
        id=record.id,
        order_number=find_order(tx, record.order_id).number,
        line_items=tuple(UnitsDocument(line_id, sku, quantity) for line_id, sku, quantity in units),
        carrier=record.carrier,
        tracking=record.tracking,
        shipped_at=record.shipped_at,
    )


def eligibility(db: Database, merchant_id: MerchantId, number: str, asker: ActorKind) -> EligibilityDocument:
    """Say which units of an order may be canceled by this kind of asker. Raises NotFound."""
    with db.snapshot(merchant_id) as tx:
        record = find_order_by_number(tx, number)
        facts = order_facts(tx, record)
        verdicts = assess(facts, asker, now=tx.now)
        units = sum(verdict.quantity for verdict in verdicts.values())
        return EligibilityDocument(
            order_number=record.number,
            requested_by="buyer" if asker is ActorKind.BUYER else "merchant",
            eligible=units > 0,
            quantity=units,
            line_items=tuple(
                LineEligibilityDocument(
                    line_item_id=line.id,
                    sku=line.sku,
                    quantity=verdicts[line.id].quantity,
                    blockers=tuple(
                        BlockerDocument(blocker, next_step(blocker, asker))
                        for blocker in verdicts[line.id].blockers
                    ),
                )
                for line in facts.line_items
            ),
        )


def _known(tx: Transaction, record: OrderRecord) -> KnownOrder:
    lines = tuple(KnownLine(LineItemId(line.id), line.sku, line.ordered) for line in lines_of(tx, record.id))
    return KnownOrder(OrderId(record.id), lines)

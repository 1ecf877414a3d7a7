"""Read orders as the API answers them; inside a transaction, so that an answer is kept with its effect."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from shared.domain.actors import ActorKind
from shared.domain.eligibility import assess, next_step
from shared.domain.gateways import Trouble
from shared.domain.ids import LineItemId, MerchantId, OrderId, RefundId
from shared.domain.orders import Gateway, OrderStatus, item_status, spelled
from shared.domain.refunds import RefundKind, RefundState
from shared.queries.adjustment_documents import adjustments_on
from shared.queries.cancellation_documents import cancellation_documents
from shared.queries.document_values import (
    BlockerDocument,
    BuyerDocument,
    DiscountDocument,
    EligibilityDocument,
    KnownLine,
    KnownOrder,
    LineDocument,
    LineEligibilityDocument,
    OrderDocument,
    PaymentDocument,
    RefundDocument,
    RefundsDocument,
    ShipmentDocument,
    ShippingDocument,
    UnitsDocument,
)
from shared.storage.engine import Database, Transaction
from shared.storage.facts import order_facts
from shared.storage.records import (
    LineItemRecord,
    OrderRecord,
    PaymentRecord,
    RefundRecord,
    ShipmentRecord,
    ShipmentUnitsRecord,
)
from shared.storage.scopes import (
    find_order,
    find_order_by_number,
    lines_of,
    payments_of,
    refunds_on,
    requests_on,
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
    record = find_order(tx, order_id)
    tax_beside = 0 if record.prices_include_tax else record.shipping_tax_minor
    plain = [given for given in record.discounts if _is_plain(given)]
    named = [given for given in record.discounts if not _is_plain(given)]
    return OrderDocument(
        id=record.id,
        number=record.number,
        placed_at=record.placed_at,
        currency=record.currency,
        prices_include_tax=record.prices_include_tax,
        buyer=BuyerDocument(record.buyer_email, record.buyer_name, record.buyer_locale),
        address=tuple(record.delivery),
        line_items=_line_documents(record, lines_of(tx, record.id)),
        shipping=ShippingDocument(record.shipping_minor - tax_beside, record.shipping_tax_minor),
        discount=sum(given["amount"] for given in plain),
        discounts=tuple(
            DiscountDocument(given["code"], given["amount"], tuple(given["skus"]), given["min_subtotal"])
            for given in named
        ),
        external_ids=dict(record.external_ids),
        payments=tuple(_payment_document(payment) for payment in payments_of(tx, record.id)),
        fulfilled_by="other" if record.fulfilled_by_other else "merchant",
        in_fulfillment=record.in_fulfillment,
        hold=record.hold,
        disputed=record.disputed,
        status=spelled(OrderStatus(record.status)),
        cancellation_requested=record.requested > 0,
        cancellations=cancellation_documents(tx, requests_on(tx, record.id)),
        adjustments=adjustments_on(tx, record),
        refunds=tuple(_refund_document(refund) for refund in refunds_on(tx, record.id)),
    )


def refunds(tx: Transaction, refund_ids: Sequence[RefundId]) -> RefundsDocument:
    """Read refunds that were just written."""
    found = (tx.session.get_one(RefundRecord, (tx.merchant_id, refund_id)) for refund_id in refund_ids)
    return RefundsDocument(tuple(_refund_document(refund) for refund in found))


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


def _is_plain(given: dict[str, object]) -> bool:
    return not given["code"] and not given["skus"] and given["min_subtotal"] is None


def _line_documents(record: OrderRecord, lines: Sequence[LineItemRecord]) -> tuple[LineDocument, ...]:
    pending = OrderStatus(record.status) is OrderStatus.PENDING
    return tuple(
        LineDocument(
            id=line.id,
            sku=line.sku,
            title=line.title,
            quantity=line.ordered,
            unit_price=line.price_minor // line.ordered,
            tax=line.tax_minor,
            discount=line.own_discount_minor,
            external_id=line.external_id,
            asin=line.asin,
            image_url=line.image_url,
            cancelable=line.cancelable,
            parent_sku=line.parent_sku,
            ordered=line.ordered,
            shipped=line.shipped,
            canceled=line.canceled,
            requested=line.requested,
            status=spelled(
                item_status(
                    ordered=line.ordered,
                    shipped=line.shipped,
                    canceled=line.canceled,
                    requested=line.requested,
                    pending=pending,
                )
            ),
        )
        for line in lines
    )


def _payment_document(payment: PaymentRecord) -> PaymentDocument:
    return PaymentDocument(
        id=payment.id,
        gateway=Gateway(payment.gateway),
        reference=payment.reference,
        authorized=payment.authorized_minor,
        captured=payment.captured_minor,
        refunded=payment.refunded_minor,
    )


def _refund_document(refund: RefundRecord) -> RefundDocument:
    return RefundDocument(
        id=refund.id,
        cancellation_id=refund.request_id,
        adjustment_id=refund.adjustment_id,
        payment_id=refund.payment_id,
        gateway=Gateway(refund.gateway),
        kind=RefundKind(refund.kind),
        amount=refund.amount_minor,
        currency=refund.currency,
        state=RefundState(refund.state),
        trouble=Trouble(refund.trouble) if refund.trouble else None,
        created_at=refund.created_at,
        ended_at=refund.ended_at,
    )

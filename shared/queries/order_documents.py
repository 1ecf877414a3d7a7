"""Read orders as the API answers them, one or a page at a time, with a fixed number of statements."""

from collections import defaultdict
from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Select, select

from shared.domain.errors import InvalidContent
from shared.domain.gateways import Trouble
from shared.domain.ids import MerchantId
from shared.domain.orders import Gateway, OrderStatus, item_status, spelled
from shared.domain.refunds import RefundKind, RefundState
from shared.queries.adjustment_documents import adjustments_on
from shared.queries.cancellation_documents import cancellation_documents
from shared.queries.document_values import (
    BuyerDocument,
    CancellationDocument,
    DiscountDocument,
    LineDocument,
    OrderDocument,
    OrderDocumentList,
    PaymentDocument,
    RefundDocument,
    ShippingDocument,
)
from shared.queries.list_values import OrderFilter
from shared.queries.order_list import orders_from
from shared.queries.order_places import make_cursor, read_cursor
from shared.storage.engine import Database, Transaction
from shared.storage.records import LineItemRecord, OrderRecord, PaymentRecord, RefundRecord, RequestRecord
from shared.storage.scopes import requests_of

Part = TypeVar("Part", LineItemRecord, PaymentRecord, RefundRecord, RequestRecord)


def list_orders(
    db: Database, merchant_id: MerchantId, wanted: OrderFilter, *, cursor: str | None, limit: int
) -> OrderDocumentList:
    """List the orders that match; raises InvalidContent for a cursor that is none of ours."""
    place = read_cursor(cursor, wanted.sort)
    if place.backward:
        raise InvalidContent("This cursor is none of ours; begin without one.")
    with db.snapshot(merchant_id) as tx:
        found, more = orders_from(tx, wanted, place, limit)
        return OrderDocumentList(
            orders=order_documents(tx, found),
            next_cursor=make_cursor(wanted.sort, found[-1], backward=False) if more else None,
        )


def order_documents(tx: Transaction, records: Sequence[OrderRecord]) -> tuple[OrderDocument, ...]:
    """Make the documents of several orders, in their order."""
    ids = [record.id for record in records]
    lines, payments, refunds = _lines(tx, ids), _payments(tx, ids), _refunds(tx, ids)
    adjustments = adjustments_on(tx, records)
    cancellations = _cancellations(tx, ids)
    return tuple(
        OrderDocument(
            id=record.id,
            number=record.number,
            placed_at=record.placed_at,
            currency=record.currency,
            prices_include_tax=record.prices_include_tax,
            buyer=BuyerDocument(record.buyer_email, record.buyer_name, record.buyer_locale),
            address=tuple(record.delivery),
            line_items=_line_documents(record, lines[record.id]),
            shipping=_shipping_document(record),
            discount=sum(given["amount"] for given in record.discounts if _is_plain(given)),
            discounts=tuple(
                DiscountDocument(given["code"], given["amount"], tuple(given["skus"]), given["min_subtotal"])
                for given in record.discounts
                if not _is_plain(given)
            ),
            external_ids=dict(record.external_ids),
            payments=tuple(_payment_document(payment) for payment in payments[record.id]),
            fulfilled_by="other" if record.fulfilled_by_other else "merchant",
            in_fulfillment=record.in_fulfillment,
            hold=record.hold,
            disputed=record.disputed,
            status=spelled(OrderStatus(record.status)),
            cancellation_requested=record.requested > 0,
            cancellations=tuple(cancellations[record.id]),
            adjustments=tuple(adjustments[record.id]),
            refunds=tuple(refund_document(refund) for refund in refunds[record.id]),
        )
        for record in records
    )


def refund_document(refund: RefundRecord) -> RefundDocument:
    """Spell a refund."""
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


def _lines(tx: Transaction, order_ids: Sequence[UUID]) -> dict[UUID, list[LineItemRecord]]:
    line = LineItemRecord
    query = select(line).where(line.merchant_id == tx.merchant_id, line.order_id.in_(order_ids))
    return _by_order(tx, query.order_by(line.ordinal))


def _payments(tx: Transaction, order_ids: Sequence[UUID]) -> dict[UUID, list[PaymentRecord]]:
    payment = PaymentRecord
    query = select(payment).where(payment.merchant_id == tx.merchant_id, payment.order_id.in_(order_ids))
    return _by_order(tx, query.order_by(payment.ordinal))


def _refunds(tx: Transaction, order_ids: Sequence[UUID]) -> dict[UUID, list[RefundRecord]]:
    refund = RefundRecord
    query = select(refund).where(refund.merchant_id == tx.merchant_id, refund.order_id.in_(order_ids))
    return _by_order(tx, query.order_by(refund.created_at, refund.id))


def _cancellations(tx: Transaction, order_ids: Sequence[UUID]) -> dict[UUID, list[CancellationDocument]]:
    query = requests_of(tx).where(RequestRecord.order_id.in_(order_ids))
    of_orders = _by_order(tx, query.order_by(RequestRecord.requested_at, RequestRecord.id))
    records = [(order_id, record) for order_id, asked in of_orders.items() for record in asked]
    documents: dict[UUID, list[CancellationDocument]] = defaultdict(list)
    told = cancellation_documents(tx, [record for _, record in records])
    for (order_id, _), document in zip(records, told, strict=True):
        documents[order_id].append(document)
    return documents


def _by_order(tx: Transaction, query: Select[Part]) -> dict[UUID, list[Part]]:
    parts: dict[UUID, list[Part]] = defaultdict(list)
    for part in tx.session.scalars(query.execution_options(populate_existing=True)):
        parts[part.order_id].append(part)
    return parts


def _shipping_document(record: OrderRecord) -> ShippingDocument:
    tax_beside = 0 if record.prices_include_tax else record.shipping_tax_minor
    return ShippingDocument(record.shipping_minor - tax_beside, record.shipping_tax_minor)


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

"""An order's page, as one kind of reader sees it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Select, func, select

from shared import wording
from shared.domain.actors import ActorKind
from shared.domain.adjustments import adjustable
from shared.domain.cancellation import CLAIMING_STATES, RequestState
from shared.domain.eligibility import Eligibility, assess, closes_at
from shared.domain.errors import NotFound
from shared.domain.events import Event
from shared.domain.gateways import Trouble
from shared.domain.ids import LineItemId, MerchantId, OrderId, PaymentId, RefundId, RequestId
from shared.domain.orders import Gateway, Order, OrderStatus, PaymentStatus, item_status
from shared.domain.policy import from_document
from shared.domain.refunds import RefundKind, RefundState
from shared.queries.order_mails import mails_about
from shared.queries.order_values import ItemView, OrderPage, PaymentView, ShipmentView, Totals
from shared.queries.refund_values import RefundView
from shared.queries.refunds import reported_refunds
from shared.queries.requests import labels, request_views, timeline_entries, timeline_rows
from shared.queries.support import cases_of
from shared.storage.adjusted import adjusted_before
from shared.storage.engine import Database, Transaction
from shared.storage.facts import Declined, assemble
from shared.storage.records import (
    LineItemRecord,
    MerchantRecord,
    OrderRecord,
    PaymentRecord,
    RefundRecord,
    RequestRecord,
    RequestUnitsRecord,
    ShipmentRecord,
    ShipmentUnitsRecord,
)
from shared.storage.scopes import lines_of, orders_of, payments_of, refunds_on, requests_on, units_of

OLD_AFTER = timedelta(hours=24)


def order_page(db: Database, merchant_id: MerchantId, order_id: UUID, asker: ActorKind) -> OrderPage:
    """Read an order as one kind of reader sees it. Raises NotFound."""
    with db.snapshot(merchant_id) as tx:
        found = tx.session.execute(
            with_merchant(orders_of(tx)).where(OrderRecord.id == order_id)
        ).one_or_none()
        if found is None:
            raise NotFound("There is no such order.")
        order, merchant = found
        return page_of(tx, order, merchant, asker)


def with_merchant(query: Select[OrderRecord]) -> Select[OrderRecord, MerchantRecord]:
    """Read the merchant along with orders: a page needs both."""
    return query.add_columns(MerchantRecord).join(
        MerchantRecord, MerchantRecord.id == OrderRecord.merchant_id
    )


def page_of(tx: Transaction, order: OrderRecord, merchant: MerchantRecord, asker: ActorKind) -> OrderPage:
    """Read what hangs on an order, and nothing that its own row says is not there."""
    lines = lines_of(tx, order.id)
    payments = payments_of(tx, order.id)
    entries = timeline_entries(tx, order.id)
    asked = requests_on(tx, order.id) if any(entry.request_id for entry in entries) else ()
    units = units_of(tx, [request.id for request in asked]) if asked else ()
    claims, declined = _claims(asked, units)
    facts = assemble(order, lines, payments, claims, self_service=merchant.self_service, declined=declined)
    items = item_views(facts, lines, assess(facts, asker, now=tx.now))
    line_labels: dict[UUID, tuple[str, str]] = {item.id: (item.sku, item.label) for item in items}
    requests = request_views(tx, {order.id: order}, asked, units, line_labels)
    has_cases = any(entry.event == Event.CASE_OPENED for entry in entries)
    return OrderPage(
        id=OrderId(order.id),
        number=order.number,
        merchant_name=merchant.name,
        merchant_slug=merchant.slug,
        time_zone=merchant.time_zone,
        currency=order.currency,
        version=order.version,
        placed_at=order.placed_at,
        buyer_name=order.buyer_name,
        buyer_email=order.buyer_email,
        delivery=tuple(order.delivery),
        status=OrderStatus(order.status),
        badge=item_status(
            ordered=order.ordered,
            shipped=order.shipped,
            canceled=order.canceled,
            requested=order.requested,
            pending=facts.is_pending,
        ),
        payment_status=PaymentStatus(order.payment_status),
        items=items,
        totals=totals(order, payments, asker),
        requests=requests,
        refunds=_refund_views(tx, order, payments, asker),
        reported_refunds=reported_refunds(tx, OrderId(order.id)) if asker is not ActorKind.BUYER else (),
        shipments=_shipment_views(tx, order) if asker is not ActorKind.BUYER else (),
        timeline=timeline_rows(tx, order, entries, requests, asker),
        cases=cases_of(tx, order, asker) if has_cases else (),
        memo=order.memo,
        policy_label=wording.policy(from_document(order.policy)),
        is_old=tx.now - order.placed_at > OLD_AFTER,
        can_adjust=asker is not ActorKind.BUYER and adjustable(facts, adjusted_before(tx, order)).is_possible,
        cancel_until=closes_at(facts) if asker is ActorKind.BUYER else None,
        mails=mails_about(tx, order.id) if asker is not ActorKind.BUYER else (),
    )


def item_views(
    facts: Order, lines: Sequence[LineItemRecord], verdicts: dict[LineItemId, Eligibility]
) -> tuple[ItemView, ...]:
    """Make each line's page value, with the verdict for the reader."""
    named = labels(lines)
    return tuple(
        ItemView(
            id=line.id,
            sku=line.sku,
            asin=row.asin,
            title=line.title,
            label=named[row.id],
            image_url=row.image_url,
            unit_price_minor=line.price_minor // line.ordered,
            amount_minor=line.price_minor,
            ordered=line.ordered,
            shipped=line.shipped,
            canceled=line.canceled,
            requested=line.requested,
            status=item_status(
                ordered=line.ordered,
                shipped=line.shipped,
                canceled=line.canceled,
                requested=line.requested,
                pending=facts.is_pending,
            ),
            cancelable_quantity=verdicts[line.id].quantity,
            blockers=verdicts[line.id].blockers,
        )
        for line, row in zip(facts.line_items, lines, strict=True)
    )


def totals(order: OrderRecord, payments: Sequence[PaymentRecord], asker: ActorKind) -> Totals:
    """Put an order's money together in parts that add up."""
    included = order.prices_include_tax
    return Totals(
        items_minor=order.items_minor,
        discount_minor=order.discount_minor,
        shipping_minor=order.shipping_minor if included else order.shipping_minor - order.shipping_tax_minor,
        tax_minor=0 if included else order.tax_minor,
        tax_included_minor=order.tax_minor if included else 0,
        total_minor=order.total_minor,
        captured_minor=order.captured_minor,
        refunded_minor=order.refunded_minor,
        payments=tuple(
            PaymentView(
                id=PaymentId(payment.id),
                gateway=Gateway(payment.gateway),
                reference=_reference(payment, asker),
                authorized_minor=payment.authorized_minor,
                captured_minor=payment.captured_minor,
                refunded_minor=payment.refunded_minor,
            )
            for payment in payments
        ),
        priced=order.priced,
    )


def _claims(
    requests: Sequence[RequestRecord], units: Sequence[RequestUnitsRecord]
) -> tuple[list[RequestUnitsRecord], list[Declined]]:
    """Tell the units that requests claim, and those of declined ones."""
    claiming = {request.id for request in requests if request.state in CLAIMING_STATES}
    declined = {request.id: request for request in requests if request.state == RequestState.DECLINED}
    return (
        [claim for claim in units if claim.request_id in claiming],
        [
            Declined(
                claim.line_item_id, claim.quantity, request.requested_by, request.warehouse, request.quote
            )
            for claim in units
            if (request := declined.get(claim.request_id))
        ],
    )


def _reference(payment: PaymentRecord, asker: ActorKind) -> str:
    """Name a payment as its reader knows it; a buyer has never seen a gateway's own id."""
    hidden = asker is ActorKind.BUYER and payment.gateway == Gateway.STRIPE
    return "" if hidden else payment.reference


def _refund_views(
    tx: Transaction, order: OrderRecord, payments: Sequence[PaymentRecord], asker: ActorKind
) -> tuple[RefundView, ...]:
    if not (order.refunded_minor or order.released_minor or order.refunds_failed):
        return ()
    references = {payment.id: _reference(payment, asker) for payment in payments}
    views = tuple(_refund_view(refund, references) for refund in refunds_on(tx, order.id))
    if asker is ActorKind.BUYER:
        return tuple(view for view in views if not view.is_void and not view.was_retried)
    return views


def _refund_view(refund: RefundRecord, references: Mapping[UUID, str]) -> RefundView:
    return RefundView(
        id=RefundId(refund.id),
        request_id=RequestId(refund.request_id) if refund.request_id else None,
        kind=RefundKind(refund.kind),
        gateway=Gateway(refund.gateway),
        reference=references[refund.payment_id],
        amount_minor=refund.amount_minor,
        currency=refund.currency,
        state=RefundState(refund.state),
        created_at=refund.created_at,
        ended_at=refund.ended_at,
        gateway_reference=refund.gateway_reference,
        trouble=Trouble(refund.trouble) if refund.trouble else None,
        was_retried=refund.retried_at is not None,
    )


def _shipment_views(tx: Transaction, order: OrderRecord) -> tuple[ShipmentView, ...]:
    if not order.shipped:
        return ()
    rows = tx.session.execute(
        select(
            ShipmentRecord.shipped_at,
            ShipmentRecord.carrier,
            ShipmentRecord.tracking,
            func.sum(ShipmentUnitsRecord.quantity).label("units"),
        )
        .join(
            ShipmentUnitsRecord,
            (ShipmentUnitsRecord.merchant_id == ShipmentRecord.merchant_id)
            & (ShipmentUnitsRecord.shipment_id == ShipmentRecord.id),
        )
        .where(ShipmentRecord.merchant_id == tx.merchant_id, ShipmentRecord.order_id == order.id)
        .group_by(ShipmentRecord.merchant_id, ShipmentRecord.id)
        .order_by(ShipmentRecord.shipped_at)
    )
    return tuple(ShipmentView(row.shipped_at, int(row.units), row.carrier, row.tracking) for row in rows)

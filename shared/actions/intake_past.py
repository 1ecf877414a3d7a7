"""Write what had happened to an order elsewhere before it came in: shipments, cancellations, refunds."""

from collections.abc import Sequence
from uuid import UUID

from shared.actions.claims import add_to_lines
from shared.domain.actors import SYSTEM, ActorKind
from shared.domain.cancellation import RequestState
from shared.domain.events import Event
from shared.domain.ids import new_id
from shared.domain.intake import IncomingOrder
from shared.domain.refunds import RefundState, pick_units, quote
from shared.storage import timeline
from shared.storage.engine import Transaction
from shared.storage.facts import order_facts, to_multirange
from shared.storage.records import (
    LineItemRecord,
    OrderRecord,
    RefundRecord,
    RequestRecord,
    RequestUnitsRecord,
    ShipmentRecord,
    ShipmentUnitsRecord,
)
from shared.storage.scopes import lines_of, lock_order, payments_of


def write_past(tx: Transaction, orders: Sequence[tuple[UUID, IncomingOrder]]) -> None:
    """Write each order's past; nobody is mailed about it."""
    for order_id, incoming in orders:
        order = lock_order(tx, order_id)
        lines = lines_of(tx, order_id)
        request_id = _cancel(tx, order, lines, incoming)
        _refund(tx, order, incoming, request_id)
        _ship(tx, order, lines, incoming)


def _cancel(
    tx: Transaction, order: OrderRecord, lines: Sequence[LineItemRecord], incoming: IncomingOrder
) -> UUID | None:
    canceled = {
        line.id: given.canceled for line, given in zip(lines, incoming.lines, strict=True) if given.canceled
    }
    if not canceled:
        return None
    facts = order_facts(tx, order)
    wanted = {line.id: canceled[line.id] for line in facts.line_items if line.id in canceled}
    quoted = quote(facts, pick_units(facts, wanted), for_buyer=False, at=tx.now)
    request = RequestRecord(
        merchant_id=tx.merchant_id,
        id=new_id(),
        order_id=order.id,
        state=RequestState.ACCEPTED,
        source=ActorKind.SYSTEM,
        requested_by="buyer",
        reason_words="",
        policy=order.policy,
        quote={},
        value_minor=quoted.value_minor,
        fee_minor=0,
        refund_minor=sum(payment.refunded_minor for payment in incoming.payments),
        requested_at=tx.now,
        decided_at=tx.now,
        executes_at=tx.now,
        ended_at=tx.now,
    )
    tx.session.add(request)
    tx.session.flush()
    for share in quoted.lines:
        tx.session.add(
            RequestUnitsRecord(
                merchant_id=tx.merchant_id,
                request_id=request.id,
                line_item_id=share.line_item_id,
                asked=share.quantity,
                quantity=share.quantity,
                units=to_multirange(share.units),
            )
        )
    order.canceled_minor += quoted.value_minor
    add_to_lines(tx, order, canceled, canceled=1)
    timeline.note(
        tx,
        order.id,
        Event.CANCELLATION_ACCEPTED,
        SYSTEM,
        request_id=request.id,
        to_state=RequestState.ACCEPTED,
        details={"units": sum(canceled.values()), "source": incoming.source},
    )
    return request.id


def _refund(tx: Transaction, order: OrderRecord, incoming: IncomingOrder, request_id: UUID | None) -> None:
    for payment, given in zip(payments_of(tx, order.id), incoming.payments, strict=True):
        if given.refunded_minor == 0:
            continue
        tx.session.add(
            RefundRecord(
                merchant_id=tx.merchant_id,
                id=new_id(),
                order_id=order.id,
                request_id=request_id,
                payment_id=payment.id,
                gateway=payment.gateway,
                amount_minor=given.refunded_minor,
                currency=order.currency,
                state=RefundState.EXTERNAL,
                created_at=tx.now,
                ended_at=tx.now,
            )
        )
        payment.refunded_minor += given.refunded_minor
        order.refunded_minor += given.refunded_minor
    tx.session.flush()


def _ship(
    tx: Transaction, order: OrderRecord, lines: Sequence[LineItemRecord], incoming: IncomingOrder
) -> None:
    shipped = {
        line.id: given.shipped for line, given in zip(lines, incoming.lines, strict=True) if given.shipped
    }
    if not shipped:
        return
    shipment = ShipmentRecord(
        merchant_id=tx.merchant_id, id=new_id(), order_id=order.id, carrier="", tracking="", shipped_at=tx.now
    )
    tx.session.add(shipment)
    tx.session.flush()
    for line_item_id, units in shipped.items():
        tx.session.add(
            ShipmentUnitsRecord(
                merchant_id=tx.merchant_id, shipment_id=shipment.id, line_item_id=line_item_id, quantity=units
            )
        )
    add_to_lines(tx, order, shipped, shipped=1)
    timeline.note(
        tx,
        order.id,
        Event.ORDER_SHIPPED,
        SYSTEM,
        details={"units": sum(shipped.values()), "source": incoming.source},
    )

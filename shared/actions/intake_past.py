"""Write what had happened to an order elsewhere before it came in: shipments, cancellations, refunds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from shared.actions.claims import add_to_lines
from shared.actions.elsewhere import write_canceled, write_paid_back
from shared.domain.actors import SYSTEM
from shared.domain.events import Event
from shared.domain.ids import PaymentId, new_id
from shared.domain.intake import IncomingOrder
from shared.domain.orders import Gateway
from shared.domain.payments import PaymentShare
from shared.domain.refunds import pick_units, quote
from shared.storage import timeline
from shared.storage.engine import Transaction
from shared.storage.facts import order_facts
from shared.storage.records import LineItemRecord, OrderRecord, ShipmentRecord, ShipmentUnitsRecord
from shared.storage.scopes import lines_of, lock_order, payments_of


@dataclass(frozen=True, slots=True)
class Past:
    """What happened elsewhere: units canceled by line, minor units that went back by payment's ordinal."""

    source: str
    canceled: Mapping[UUID, int]
    refunded: Mapping[int, int]


def write_past(tx: Transaction, orders: Sequence[tuple[UUID, IncomingOrder]]) -> None:
    """Write each order's past; nobody is mailed about it."""
    for order_id, incoming in orders:
        order = lock_order(tx, order_id)
        lines = lines_of(tx, order_id)
        canceled = {
            line.id: given.canceled
            for line, given in zip(lines, incoming.lines, strict=True)
            if given.canceled
        }
        refunded = {
            ordinal: payment.refunded_minor
            for ordinal, payment in enumerate(incoming.payments, start=1)
            if payment.refunded_minor
        }
        write_progress(tx, order, Past(incoming.source, canceled, refunded))
        _ship(tx, order, lines, incoming)


def write_progress(tx: Transaction, order: OrderRecord, past: Past) -> None:
    """Write what was canceled and what went back elsewhere, of a locked order."""
    request_id = _cancel(tx, order, past) if past.canceled else None
    if past.refunded:
        _refund(tx, order, past, request_id)


def _cancel(tx: Transaction, order: OrderRecord, past: Past) -> UUID:
    canceled = past.canceled
    facts = order_facts(tx, order)
    wanted = {line.id: canceled[line.id] for line in facts.line_items if line.id in canceled}
    return write_canceled(
        tx,
        order,
        quote(facts, pick_units(facts, wanted), for_buyer=False, at=tx.now),
        requested_by="buyer",
        refund_minor=sum(past.refunded.values()),
        details={"source": past.source},
    )


def _refund(tx: Transaction, order: OrderRecord, past: Past, request_id: UUID | None) -> None:
    shares = [
        PaymentShare(
            PaymentId(payment.id), Gateway(payment.gateway), payment.reference, past.refunded[payment.ordinal]
        )
        for payment in payments_of(tx, order.id)
        if past.refunded.get(payment.ordinal)
    ]
    write_paid_back(tx, order, shares, request_id=request_id)


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

"""Stores push orders, shipments and stock, and read back how an order stands."""

from flask import Response, request

from console.api import lists
from console.api.answers import answer, carry_out
from console.api.auth import Caller
from console.api.order_filters import wanted_orders
from console.api.payloads import BUYER, OrderChangePayload, QuotePayload, ShipmentPayload, StockPayload
from shared.actions import changes, intake, shipments, stock
from shared.domain.actors import ActorKind
from shared.domain.errors import InvalidContent
from shared.queries import cancellation_documents, documents, order_documents
from shared.queries.document_values import StockDocument
from shared.storage.idempotency import Once
from shared.web.order_payload import OrderPayload
from shared.web.strict_json import read_body

_LONGEST_SKU = 200


def take_in_order(caller: Caller) -> Response:
    """Take an order in."""

    def act(once: Once) -> object:
        incoming = read_body(OrderPayload).incoming()
        return intake.take_in_one(caller.db, caller.merchant_id, incoming, actor=caller.actor, once=once)

    return carry_out(caller, 201, lambda tx, taken: documents.order(tx, taken.order_id), act)


def list_orders(caller: Caller) -> Response:
    """List orders, newest first, in pages."""
    return answer(
        order_documents.list_orders(
            caller.db, caller.merchant_id, wanted_orders(), cursor=lists.cursor(), limit=lists.limit()
        )
    )


def show_order(caller: Caller, number: str) -> Response:
    """Show how an order stands."""
    return answer(documents.order_by_number(caller.db, caller.merchant_id, number))


def change_order(caller: Caller, number: str) -> Response:
    """Take in what is new of an order; what is so already changes nothing."""

    def act(once: Once) -> object:
        told = read_body(OrderChangePayload).change()
        order = documents.known_order(caller.db, caller.merchant_id, number)
        return changes.change(caller.db, caller.merchant_id, order.id, told, caller.actor, once=once)

    return carry_out(caller, 200, documents.order, act, needs_key=False)


def report_shipment(caller: Caller, number: str) -> Response:
    """Take in what left the house."""

    def act(once: Once) -> object:
        payload = read_body(ShipmentPayload)
        order = documents.known_order(caller.db, caller.merchant_id, number)
        shipment = shipments.Shipment(payload.quantities(order.lines), payload.carrier, payload.tracking)
        return shipments.ship(caller.db, caller.merchant_id, order.id, shipment, caller.actor, once=once)

    return carry_out(caller, 201, documents.shipment, act)


def show_eligibility(caller: Caller, number: str) -> Response:
    """Say what may still be canceled: by the merchant, or with requested_by=buyer by the buyer."""
    asked_by = request.args.get("requested_by", "merchant")
    if asked_by not in {"merchant", BUYER}:
        raise InvalidContent("requested_by: is neither merchant nor buyer")
    return answer(documents.eligibility(caller.db, caller.merchant_id, number, _asker(asked_by)))


def quote_cancellation(caller: Caller, number: str) -> Response:
    """Say what canceling these units would bring back; nothing changes."""
    payload = read_body(QuotePayload)
    order = documents.known_order(caller.db, caller.merchant_id, number)
    quantities = payload.quantities(order.lines)
    return answer(
        cancellation_documents.quote_document(
            caller.db,
            caller.merchant_id,
            order.id,
            _asker(payload.requested_by),
            quantities,
            reason=payload.reason,
            most_minor=payload.refund,
        )
    )


def _asker(asked_by: str) -> ActorKind:
    return ActorKind.BUYER if asked_by == BUYER else ActorKind.STORE


def set_stock(caller: Caller, sku: str) -> Response:
    """Set the units on hand of a SKU; doing it again changes nothing."""
    if len(sku) > _LONGEST_SKU or not sku.isprintable():
        raise InvalidContent(f"A SKU has 1 to {_LONGEST_SKU} printable characters.")
    payload = read_body(StockPayload)
    stock.set_on_hand(caller.db, caller.merchant_id, sku, payload.on_hand)
    return answer(StockDocument(sku, payload.on_hand))

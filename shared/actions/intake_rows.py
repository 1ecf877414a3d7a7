"""The rows that an incoming order becomes."""

import re
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from shared.domain.actors import Actor
from shared.domain.events import Event
from shared.domain.intake import AllocatedLine, Allocation, IncomingLine, IncomingOrder, IncomingPayment
from shared.storage.engine import Transaction
from shared.storage.records import MerchantRecord, OrderTermRecord, ShipmentRecord

_GAPS = re.compile(r"\s+")
_SEPARATORS = re.compile(r"[-_./ ]")


def same_of_orders(tx: Transaction, merchant: MerchantRecord) -> dict[str, Any]:
    """Tell what the rows of orders that come in together share."""
    return {"merchant_id": tx.merchant_id, "taken_in_at": tx.now, "policy": merchant.policy}


def order_row(
    tx: Transaction, order: IncomingOrder, allocation: Allocation, order_id: UUID | str, digest: bytes
) -> dict[str, Any]:
    """Make an order's row without what all share; what it lost before it came in is written afterwards."""
    first = order.lines[0]
    captured = sum([payment.captured_minor for payment in order.payments])
    return {
        "id": order_id,
        "source": order.source,
        "number": order.number,
        "external_ids": order.external_ids,
        "intake_digest": digest,
        "currency": order.currency,
        "prices_include_tax": order.prices_include_tax,
        "placed_at": order.placed_at,
        "paid_at": order.paid_at or (order.placed_at if captured else None),
        "buyer_name": order.buyer_name,
        "buyer_email": order.buyer_email,
        "buyer_locale": order.buyer_locale,
        "delivery": list(order.delivery),
        "items_label": f"{first.quantity} × {first.title}",
        **sums_of(order, allocation),
        "authorized_minor": sum([payment.authorized_minor for payment in order.payments]),
        "captured_minor": captured,
        "fulfilled_by_other": order.fulfilled_by_other,
        "in_fulfillment": order.in_fulfillment,
        "hold": order.hold,
        "held_since": tx.now if order.hold or order.disputed else None,
        "disputed": order.disputed,
        "priced": order.priced,
    }


def sums_of(order: IncomingOrder, allocation: Allocation) -> dict[str, Any]:
    """Tell the columns of an order's row that follow from its lines and their money, in minor units."""
    return {
        "line_count": len(order.lines),
        "items_minor": sum([line.price_minor for line in order.lines]),
        "discount_minor": allocation.discount_minor,
        "discounts": [
            {
                "code": discount.code,
                "amount": discount.amount_minor,
                "skus": list(discount.skus),
                "min_subtotal": discount.min_subtotal_minor,
                "shares": list(shares),
            }
            for discount, shares in zip(order.discounts, allocation.discount_shares, strict=True)
        ],
        "shipping_minor": allocation.shipping_minor,
        "shipping_tax_minor": order.shipping_tax_minor,
        "tax_minor": allocation.tax_minor,
        "total_minor": allocation.total_minor,
        "ordered": sum([line.quantity for line in order.lines]),
    }


def same_of_first_entries(tx: Transaction, actor: Actor) -> dict[str, Any]:
    """Tell what the entries share that timelines begin with."""
    return {
        "merchant_id": tx.merchant_id,
        "event": Event.ORDER_TAKEN_IN,
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "from_state": "",
        "to_state": "",
        "at": tx.now,
    }


def first_entry(order: IncomingOrder, order_id: UUID | str, key: UUID | str) -> dict[str, Any]:
    """Make the entry that an order's timeline begins with, under the id `key`."""
    return {
        "id": key,
        "order_id": order_id,
        "details": {"source": order.source, "units": sum([line.quantity for line in order.lines])},
    }


def line_row(
    key: UUID | str, order_id: UUID | str, ordinal: int, line: IncomingLine, allocated: AllocatedLine
) -> dict[str, Any]:
    """Make a line's row, under the id `key`."""
    return {
        "id": key,
        "order_id": order_id,
        "ordinal": ordinal,
        "external_id": line.external_id,
        "sku": line.sku,
        "asin": line.asin,
        "parent_sku": line.parent_sku,
        "title": line.title,
        "image_url": line.image_url,
        "cancelable": line.cancelable,
        "price_minor": line.price_minor,
        "discount_minor": allocated.discount_minor,
        "own_discount_minor": line.discount_minor,
        "tax_minor": line.tax_minor,
        "shipping_minor": allocated.shipping_minor,
        "ordered": line.quantity,
    }


def payment_row(
    key: UUID | str, order_id: UUID | str, ordinal: int, payment: IncomingPayment
) -> dict[str, Any]:
    """Make a payment's row, under the id `key`."""
    return {
        "id": key,
        "order_id": order_id,
        "ordinal": ordinal,
        "gateway": payment.gateway,
        "reference": payment.reference,
        "authorized_minor": payment.authorized_minor,
        "captured_minor": payment.captured_minor,
    }


def has_past(order: IncomingOrder) -> bool:
    """Say whether something was shipped, canceled or refunded before the order came in."""
    return any(line.shipped or line.canceled for line in order.lines) or any(
        payment.refunded_minor for payment in order.payments
    )


def terms(order: IncomingOrder) -> set[str]:
    """List what an incoming order is found by."""
    return words_to_find(
        order.number, order.buyer_name, order.buyer_email, [line.sku for line in order.lines]
    )


def words_to_find(number: str, name: str, email: str, skus: Iterable[str]) -> set[str]:
    """List what an order is found by: parts of its number, words of the name, the address, its SKUs."""
    low, known = number.lower(), name.lower()
    found = {low[start:] for start in range(len(low))}
    found.update(_GAPS.split(known), (known, email.lower()))
    for sku in skus:
        plain = sku.lower()
        found.add(plain)
        # People remember the parts of a SKU alone.
        found.update([plain[part.end() :] for part in _SEPARATORS.finditer(plain)])
    found.discard("")
    return found


def tracking_words(tracking: str) -> set[str]:
    """List what a shipment is found by: its tracking number, and the ends of it that people type."""
    low = tracking.lower()
    return {low, *(low[-size:] for size in range(4, 13))} - {""}


def find_by_tracking(tx: Transaction, order_id: UUID, tracking: str) -> None:
    """Let an order be found by the tracking number of a shipment."""
    rows = [
        {"merchant_id": tx.merchant_id, "order_id": order_id, "term": term}
        for term in sorted(tracking_words(tracking))
    ]
    if rows:
        tx.session.connection().execute(insert(OrderTermRecord).on_conflict_do_nothing(), rows)


def words_of_shipments(tx: Transaction, order_id: UUID) -> set[str]:
    """List what an order is found by because of what has shipped of it."""
    trackings = tx.session.scalars(
        select(ShipmentRecord.tracking).where(
            ShipmentRecord.merchant_id == tx.merchant_id, ShipmentRecord.order_id == order_id
        )
    )
    return set().union(*(tracking_words(tracking) for tracking in trackings))


def spoken_numbers(number: str) -> set[str]:
    """List how a person may write an order's number: in any case, with or without a leading #."""
    plain = number.casefold().strip()
    return {plain, plain.lstrip("#")} - {""}

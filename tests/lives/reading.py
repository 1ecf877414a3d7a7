"""How a life looks at its order: one statement after each step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, text

from shared.domain.ids import EffectId, MerchantId, OrderId
from shared.storage.engine import Database
from shared.storage.records import EffectRecord, RequestRecord

_ROWS = text("""
    SELECT
      (SELECT json_agg(json_build_array(shipped, canceled, requested) ORDER BY ordinal)
        FROM line_items WHERE merchant_id = :merchant AND order_id = :order),
      (SELECT json_object_agg(id, json_build_array(state, warehouse))
        FROM cancellation_requests WHERE merchant_id = :merchant AND order_id = :order),
      (SELECT json_agg(json_build_array(u.request_id, l.ordinal, n))
        FROM line_items l
        JOIN request_units u ON u.merchant_id = l.merchant_id AND u.line_item_id = l.id
        CROSS JOIN LATERAL unnest(u.units) r
        CROSS JOIN LATERAL generate_series(lower(r), upper(r) - 1) n
        WHERE l.merchant_id = :merchant AND l.order_id = :order),
      (SELECT json_agg(json_build_array(authorized_minor, captured_minor, refunded_minor, released_minor)
          ORDER BY ordinal)
        FROM payments WHERE merchant_id = :merchant AND order_id = :order),
      (SELECT row_to_json(o) FROM (SELECT total_minor, shipping_minor, canceled_minor, repriced_minor,
          fees_minor, fee_bases, withheld_minor, adjusted_minor, captured_minor, refunded_minor,
          refunds_failed
        FROM orders WHERE merchant_id = :merchant AND id = :order) o)""")


@dataclass(frozen=True)
class Rows:
    """An order's rows, as few figures and codes."""

    counts: list[tuple[int, int, int]]
    requests: dict[str, tuple[str, str]]
    units: dict[str, dict[int, set[int]]]
    payments: list[tuple[int, int, int, int]]
    order: dict[str, Any]


def rows_of(db: Database, merchant_id: MerchantId, order_id: OrderId) -> Rows:
    """Read what the model is compared with."""
    with db.begin(merchant_id) as tx:
        counts, requests, units, payments, order = (
            tx.session.connection().execute(_ROWS, {"merchant": merchant_id, "order": order_id}).one()
        )
    held: dict[str, dict[int, set[int]]] = {request_id: {} for request_id in requests or {}}
    for request_id, ordinal, unit in units or ():
        held[request_id].setdefault(ordinal - 1, set()).add(unit)
    return Rows(
        counts=[tuple(line) for line in counts],
        requests={request_id: tuple(state) for request_id, state in (requests or {}).items()},
        units=held,
        payments=[tuple(payment) for payment in payments or ()],
        order=order,
    )


def due_core_effects(db: Database, merchant_id: MerchantId, order_id: OrderId) -> list[EffectId]:
    """List what the worker would do by now about an order's requests."""
    with db.begin(merchant_id) as tx:
        own = select(RequestRecord.id).where(
            RequestRecord.merchant_id == merchant_id, RequestRecord.order_id == order_id
        )
        query = select(EffectRecord.id).where(
            EffectRecord.merchant_id == merchant_id,
            EffectRecord.subject_id.in_(own),
            EffectRecord.state == "ready",
            EffectRecord.due_at <= tx.now,
        )
        return [EffectId(effect_id) for effect_id in tx.session.scalars(query.order_by(EffectRecord.due_at))]

"""What webhooks say: facts that do not change, so that every try says the same, and nothing personal."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from shared.domain.cancellation import RequestState, bwp_state
from shared.domain.events import Event
from shared.domain.ids import MerchantId
from shared.domain.webhooks import topic
from shared.storage.engine import Database, Transaction
from shared.storage.records import (
    OrderRecord,
    RequestRecord,
    RequestUnitsRecord,
    TimelineRecord,
    WebhookDeliveryRecord,
)

_OF_REFUNDS = frozenset({Event.REFUND_SENT, Event.REFUND_FAILED})
_OF_CASES = frozenset({Event.CASE_OPENED, Event.CASE_REPLIED})


@dataclass(frozen=True, slots=True)
class ToldUnits:
    """Units of one line: those asked for, and of an accepted cancellation those that were canceled."""

    line_item_id: UUID
    quantity: int


@dataclass(frozen=True, slots=True)
class ToldCancellation:
    """A cancellation as it was when the event happened; `decline_reason` is a code."""

    id: UUID
    state: RequestState
    bwp_state: str
    source: str
    requested_by: str
    reason: str | None
    decline_reason: str | None
    line_items: tuple[ToldUnits, ...]


@dataclass(frozen=True, slots=True)
class ToldRefund:
    """A refund that went out, or did not; `amount` is in minor units."""

    id: UUID | None
    amount: int
    currency: str
    trouble: str | None


@dataclass(frozen=True, slots=True)
class WebhookData:
    """What the event is about: always an order, the rest where it concerns it."""

    order_id: UUID
    order_number: str
    cancellation: ToldCancellation | None
    cancellation_id: UUID | None
    refund: ToldRefund | None
    shipment_id: UUID | None
    case_id: UUID | None
    units: int | None


@dataclass(frozen=True, slots=True)
class WebhookBody:
    """One event. A trial has no data."""

    type: str
    timestamp: datetime
    data: WebhookData | None


def body(db: Database, merchant_id: MerchantId, delivery_id: UUID) -> bytes:
    """Write the body of a delivery as JSON, the same at every try."""
    with db.snapshot(merchant_id) as tx:
        return written(told(tx, tx.session.get_one(WebhookDeliveryRecord, (merchant_id, delivery_id))))


def told(tx: Transaction, delivery: WebhookDeliveryRecord) -> WebhookBody:
    """Gather what a delivery says."""
    kind = topic(delivery.event)
    if delivery.entry_id is None:
        return WebhookBody(kind, delivery.created_at, None)
    entry = tx.session.get_one(TimelineRecord, (tx.merchant_id, delivery.entry_id))
    return WebhookBody(kind, entry.at, _data(tx, entry))


def written(said: WebhookBody) -> bytes:
    """Write a body down: no empty fields, instants in UTC."""
    return json.dumps(_plain(said), ensure_ascii=False, separators=(",", ":")).encode()


def _data(tx: Transaction, entry: TimelineRecord) -> WebhookData:
    order = tx.session.get_one(OrderRecord, (tx.merchant_id, entry.order_id))
    event, details = Event(entry.event), entry.details
    return WebhookData(
        order_id=order.id,
        order_number=order.number,
        cancellation=_cancellation(tx, entry),
        cancellation_id=entry.request_id,
        refund=_refund(details, order.currency) if event in _OF_REFUNDS else None,
        shipment_id=UUID(details["shipment"]) if "shipment" in details else None,
        case_id=UUID(details["case"]) if event in _OF_CASES else None,
        units=details.get("units"),
    )


def _cancellation(tx: Transaction, entry: TimelineRecord) -> ToldCancellation | None:
    if entry.request_id is None or not entry.event.startswith("cancellation_"):
        return None
    record = tx.session.get_one(RequestRecord, (tx.merchant_id, entry.request_id))
    state = RequestState(entry.to_state)
    return ToldCancellation(
        id=record.id,
        state=state,
        bwp_state=bwp_state(state),
        source=record.source,
        requested_by=record.requested_by,
        reason=record.reason,
        decline_reason=entry.details.get("reason") if state is RequestState.DECLINED else None,
        line_items=_units(tx, record.id, state),
    )


def _units(tx: Transaction, request_id: UUID, state: RequestState) -> tuple[ToldUnits, ...]:
    """Read the units; what part of an accepted request shipped first is not in it any more."""
    rows = tx.session.scalars(
        select(RequestUnitsRecord)
        .where(RequestUnitsRecord.merchant_id == tx.merchant_id, RequestUnitsRecord.request_id == request_id)
        .order_by(RequestUnitsRecord.line_item_id)
    )
    ended = state is RequestState.ACCEPTED
    return tuple(ToldUnits(row.line_item_id, row.quantity if ended else row.asked) for row in rows)


def _refund(details: dict[str, Any], currency: str) -> ToldRefund:
    known = details.get("refund")
    return ToldRefund(
        id=UUID(known) if known else None,
        amount=details["refund_minor"],
        currency=currency,
        trouble=details.get("trouble") or None,
    )


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    fields = getattr(type(value), "__dataclass_fields__", None)
    if fields is None:
        return value
    found = {name: getattr(value, name) for name in fields}
    return {name: _plain(one) for name, one in found.items() if one is not None}

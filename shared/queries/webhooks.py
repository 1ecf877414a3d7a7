"""Where a merchant's stores hear of events, and what became of each: for the console and the API."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, Select, and_, select, tuple_

from shared.domain.errors import NotFound
from shared.domain.ids import MerchantId
from shared.domain.webhooks import DeliveryState, EndpointState, topic
from shared.queries.places import make_cursor, read_cursor
from shared.sealing import CannotUnseal, unseal
from shared.storage.engine import Database, Transaction
from shared.storage.records import (
    OrderRecord,
    TimelineRecord,
    WebhookDeliveryRecord,
    WebhookEndpointRecord,
)
from shared.storage.scopes import orders_of


@dataclass(frozen=True, slots=True)
class EndpointDocument:
    """An endpoint; without `events` it hears of all but order.taken_in. No `last_status` is no answer."""

    id: UUID
    url: str
    events: tuple[str, ...]
    state: EndpointState
    created_at: datetime
    last_status: int | None
    last_at: datetime | None

    @property
    def is_active(self) -> bool:
        """Say whether it is told of events."""
        return self.state is EndpointState.ACTIVE


@dataclass(frozen=True, slots=True)
class EndpointSecretDocument(EndpointDocument):
    """An endpoint with its new secret, which is shown this once."""

    secret: str


@dataclass(frozen=True, slots=True)
class EndpointList:
    """A merchant's endpoints, newest first."""

    endpoints: tuple[EndpointDocument, ...]


@dataclass(frozen=True, slots=True)
class RemovedDocument:
    """The endpoint that was removed."""

    id: UUID


@dataclass(frozen=True, slots=True)
class DeliveryDocument:
    """One event at one endpoint; its event id is the same at every try. A trial is about no order."""

    id: UUID
    event_id: UUID
    type: str
    order_id: UUID | None
    order_number: str | None
    state: DeliveryState
    attempts: int
    last_status: int | None
    last_at: datetime | None
    created_at: datetime

    @property
    def can_be_sent_again(self) -> bool:
        """Say whether nothing is trying it just now."""
        return self.state is not DeliveryState.READY


@dataclass(frozen=True, slots=True)
class DeliveryList:
    """A page of deliveries, newest first; the cursor is opaque and None at the end."""

    deliveries: tuple[DeliveryDocument, ...]
    next_cursor: str | None


def endpoints(db: Database, merchant_id: MerchantId) -> EndpointList:
    """List the endpoints."""
    with db.snapshot(merchant_id) as tx:
        records = tx.session.scalars(_endpoints(tx).order_by(WebhookEndpointRecord.id.desc())).all()
        return EndpointList(tuple(_endpoint(record) for record in records))


def find(db: Database, merchant_id: MerchantId, endpoint_id: UUID) -> EndpointDocument:
    """Read one endpoint. Raises NotFound."""
    with db.snapshot(merchant_id) as tx:
        return endpoint(tx, endpoint_id)


def endpoint(tx: Transaction, endpoint_id: UUID) -> EndpointDocument:
    """Read one endpoint in an open transaction. Raises NotFound."""
    found = tx.session.scalars(_endpoints(tx).where(WebhookEndpointRecord.id == endpoint_id)).one_or_none()
    if found is None:
        raise NotFound
    return _endpoint(found)


def delivery(tx: Transaction, delivery_id: UUID) -> DeliveryDocument:
    """Read one delivery in an open transaction."""
    wanted = _deliveries(tx).where(WebhookDeliveryRecord.id == delivery_id)
    return _documents(tx, tx.session.execute(wanted).all())[0]


def deliveries(
    db: Database, merchant_id: MerchantId, endpoint_id: UUID, *, cursor: str | None, limit: int
) -> DeliveryList:
    """List what an endpoint was told. Raises NotFound, InvalidContent for a cursor that is none of ours."""
    after, row = read_cursor(cursor), WebhookDeliveryRecord
    with db.snapshot(merchant_id) as tx:
        endpoint(tx, endpoint_id)
        wanted = _deliveries(tx).where(row.endpoint_id == endpoint_id)
        if after is not None:
            wanted = wanted.where(tuple_(row.created_at, row.id) < tuple_(*after))
        found = tx.session.execute(
            wanted.order_by(row.created_at.desc(), row.id.desc()).limit(limit + 1)
        ).all()
        page = _documents(tx, found[:limit])
    last = page[-1] if len(found) > limit else None
    return DeliveryList(page, make_cursor(last.created_at, last.id) if last else None)


def with_secret(tx: Transaction, endpoint_id: UUID, secret: str) -> EndpointSecretDocument:
    """Read one endpoint, and put its new secret beside it."""
    return EndpointSecretDocument(**asdict(endpoint(tx, endpoint_id)), secret=secret)


def opened(keys: Sequence[str], sealed: str) -> str:
    """Open a secret that an answer holds; "" when no present key does."""
    try:
        return unseal(keys, sealed.encode())
    except CannotUnseal:
        return ""


def _endpoints(tx: Transaction) -> Select[WebhookEndpointRecord]:
    return select(WebhookEndpointRecord).where(
        WebhookEndpointRecord.merchant_id == tx.merchant_id, WebhookEndpointRecord.removed_at.is_(None)
    )


def _deliveries(tx: Transaction) -> Select[WebhookDeliveryRecord, UUID | None]:
    row, entry = WebhookDeliveryRecord, TimelineRecord
    return (
        select(row, entry.order_id)
        .outerjoin(entry, and_(entry.merchant_id == row.merchant_id, entry.id == row.entry_id))
        .where(row.merchant_id == tx.merchant_id)
    )


def _documents(
    tx: Transaction, found: Sequence[Row[WebhookDeliveryRecord, UUID | None]]
) -> tuple[DeliveryDocument, ...]:
    wanted = orders_of(tx).where(OrderRecord.id.in_({order_id for _, order_id in found if order_id}))
    named = wanted.with_only_columns(OrderRecord.id, OrderRecord.number)
    numbers = {row.id: row.number for row in tx.session.execute(named)}
    return tuple(_delivery(record, order_id, numbers.get(order_id)) for record, order_id in found)


def _endpoint(record: WebhookEndpointRecord) -> EndpointDocument:
    return EndpointDocument(
        id=record.id,
        url=record.url,
        events=tuple(topic(event) for event in record.events),
        state=EndpointState(record.state),
        created_at=record.created_at,
        last_status=record.last_status,
        last_at=record.last_at,
    )


def _delivery(
    record: WebhookDeliveryRecord, order_id: UUID | None, order_number: str | None
) -> DeliveryDocument:
    return DeliveryDocument(
        id=record.id,
        event_id=record.event_id,
        type=topic(record.event),
        order_id=order_id,
        order_number=order_number,
        state=DeliveryState(record.state),
        attempts=record.attempts,
        last_status=record.last_status,
        last_at=record.last_at,
        created_at=record.created_at,
    )

"""Follow the deliveries of events to webhook endpoints: begin a try, note what came of it, begin anew."""

from dataclasses import dataclass, field
from typing import cast
from uuid import UUID

from sqlalchemy import select

from shared import wording
from shared.actions.webhooks import lock_endpoint, shown
from shared.domain.actors import SYSTEM, Actor
from shared.domain.audit import AuditKind
from shared.domain.errors import EndpointOff, NotFound, StillUnderWay
from shared.domain.events import EffectKind
from shared.domain.ids import MerchantId, new_id
from shared.domain.webhooks import (
    LONGEST_CALL,
    SILENT_REST,
    SILENT_TRIES,
    TRIAL,
    DeliveryState,
    EndpointState,
)
from shared.ports import Refused
from shared.storage import audit, outbox
from shared.storage.engine import Database, Transaction
from shared.storage.idempotency import Once, answered, claim
from shared.storage.records import WebhookDeliveryRecord, WebhookEndpointRecord

GONE = 410
_SUCCESSES = range(200, 300)


@dataclass(frozen=True, slots=True)
class Try:
    """One try of a delivery: where to, under which id, and the sealed secrets that sign it, newest first."""

    event_id: UUID
    url: str
    secrets: tuple[bytes, ...] = field(repr=False)


class Resting(Exception):
    """The endpoint has not answered lately; it is not worth another worker's time just now."""


class NotListening(Refused):
    """The endpoint was paused, disabled or removed meanwhile."""


def begin(db: Database, merchant_id: MerchantId, delivery_id: UUID) -> Try | None:
    """Count a try before it is made; None when the delivery has arrived already.

    Raises Resting, or NotListening when the endpoint is to hear nothing any more.
    """
    with db.begin(merchant_id) as tx:
        delivery, endpoint = _find(tx, delivery_id)
        if delivery.state == DeliveryState.SENT:
            return None
        is_listening = endpoint.state == EndpointState.ACTIVE
        if is_listening:
            _refuse_rest(tx, endpoint)
            endpoint.called_at = tx.now
            delivery.attempts += 1
            delivery.state = DeliveryState.READY
            return Try(delivery.event_id, endpoint.url, _secrets(tx, endpoint))
        delivery.state = DeliveryState.FAILED
    raise NotListening("the endpoint does not listen any more")


def take(db: Database, merchant_id: MerchantId, delivery_id: UUID, status: int | None) -> bool:
    """Note what an endpoint answered, None for nothing; say whether it took the event.

    One that answers that it is gone is told nothing any more.
    """
    with db.begin(merchant_id) as tx:
        delivery, endpoint = _find(tx, delivery_id)
        delivery.last_status, delivery.last_at = status, tx.now
        endpoint.last_status, endpoint.last_at = status, tx.now
        endpoint.silent = endpoint.silent + 1 if status is None else 0
        is_taken = status in _SUCCESSES
        if is_taken:
            delivery.state = DeliveryState.SENT
        elif status == GONE:
            _disable(tx, delivery, endpoint)
        return is_taken


def fail(db: Database, merchant_id: MerchantId, delivery_id: UUID) -> None:
    """Note that nothing tries a delivery again by itself."""
    with db.begin(merchant_id) as tx:
        delivery, _endpoint = _find(tx, delivery_id)
        if delivery.state == DeliveryState.READY:
            delivery.state = DeliveryState.FAILED


def send_trial(db: Database, merchant_id: MerchantId, endpoint_id: UUID, *, once: Once | None = None) -> UUID:
    """Send an endpoint an event that tells of nothing. Raises NotFound or EndpointOff."""
    with db.begin(merchant_id) as tx:
        claim(tx, once)
        _refuse_idle(lock_endpoint(tx, endpoint_id))
        delivery = WebhookDeliveryRecord(
            merchant_id=merchant_id,
            id=new_id(),
            event_id=new_id(),
            endpoint_id=endpoint_id,
            event=TRIAL,
            state=DeliveryState.READY,
            attempts=0,
            created_at=tx.now,
        )
        tx.session.add(delivery)
        tx.session.flush()
        outbox.defer(tx, EffectKind.SEND_WEBHOOK, delivery.id, dedup_key=_dedup_key(delivery.id))
        return answered(tx, once, delivery.id)


def send_again(
    db: Database, merchant_id: MerchantId, endpoint_id: UUID, delivery_id: UUID, actor: Actor
) -> None:
    """Send an event once more under the same id, with all its tries before it.

    Raises NotFound, EndpointOff, or StillUnderWay when it is being tried anyway.
    """
    with db.begin(merchant_id) as tx:
        endpoint = lock_endpoint(tx, endpoint_id)
        delivery = tx.session.get(WebhookDeliveryRecord, (merchant_id, delivery_id))
        if delivery is None or delivery.endpoint_id != endpoint_id:
            raise NotFound
        _refuse_idle(endpoint)
        if delivery.state == DeliveryState.READY:
            raise StillUnderWay(wording.event_under_way())
        delivery.state = DeliveryState.READY
        endpoint.silent = 0
        outbox.revive(tx, EffectKind.SEND_WEBHOOK, _dedup_key(delivery_id))
        audit.note(
            tx,
            AuditKind.WEBHOOK_SENT_AGAIN,
            actor,
            subject=shown(endpoint.url),
            after={"event": str(delivery.event_id)},
        )


def _find(tx: Transaction, delivery_id: UUID) -> tuple[WebhookDeliveryRecord, WebhookEndpointRecord]:
    found = tx.session.execute(
        select(WebhookDeliveryRecord, WebhookEndpointRecord)
        .join(
            WebhookEndpointRecord,
            (WebhookEndpointRecord.merchant_id == WebhookDeliveryRecord.merchant_id)
            & (WebhookEndpointRecord.id == WebhookDeliveryRecord.endpoint_id),
        )
        .where(
            WebhookDeliveryRecord.merchant_id == tx.merchant_id,
            WebhookDeliveryRecord.id == delivery_id,
        )
        .with_for_update(key_share=True)
    ).one()
    return cast(tuple[WebhookDeliveryRecord, WebhookEndpointRecord], tuple(found))


def _refuse_idle(endpoint: WebhookEndpointRecord) -> None:
    if endpoint.state != EndpointState.ACTIVE:
        raise EndpointOff(wording.endpoint_off())


def _refuse_rest(tx: Transaction, endpoint: WebhookEndpointRecord) -> None:
    ended, begun = endpoint.last_at, endpoint.called_at
    if not endpoint.silent or ended is None or begun is None:
        return
    if begun > ended and abs(tx.now - begun) < LONGEST_CALL:
        raise Resting("the endpoint has not answered, and is being called just now")
    if endpoint.silent >= SILENT_TRIES and abs(tx.now - ended) < SILENT_REST:
        raise Resting("the endpoint has not answered for a while")


def _secrets(tx: Transaction, endpoint: WebhookEndpointRecord) -> tuple[bytes, ...]:
    before, until = endpoint.previous_secret, endpoint.previous_until
    if before is None or until is None or until <= tx.now:
        return (endpoint.secret,)
    return (endpoint.secret, before)


def _disable(tx: Transaction, delivery: WebhookDeliveryRecord, endpoint: WebhookEndpointRecord) -> None:
    delivery.state = DeliveryState.FAILED
    if endpoint.state == EndpointState.ACTIVE:
        endpoint.state = EndpointState.DISABLED
        audit.note(tx, AuditKind.WEBHOOK_DISABLED, SYSTEM, subject=shown(endpoint.url))


def _dedup_key(delivery_id: UUID) -> str:
    return f"webhook:{delivery_id}"

"""Where a merchant's stores hear of events: add an endpoint, change it, give it a new secret, remove it."""

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import func, select

from shared import wording
from shared.domain import destinations
from shared.domain.actors import Actor
from shared.domain.audit import AuditKind
from shared.domain.destinations import BadDestination
from shared.domain.errors import BadAddress, InvalidContent, NotFound
from shared.domain.ids import MerchantId, new_id
from shared.domain.webhooks import (
    MOST_ENDPOINTS,
    OLD_SECRET_LASTS,
    SECRET_PREFIX,
    EndpointState,
    topic,
)
from shared.sealing import seal, unseal
from shared.storage import audit
from shared.storage.engine import Database, Transaction
from shared.storage.idempotency import Once, answered, claim
from shared.storage.records import WebhookEndpointRecord

SEALING = "webhook-secrets"
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class EndpointTerms:
    """How this installation deals with endpoints: what seals secrets, and whether http to itself will do."""

    keys: Sequence[str] = field(repr=False)
    loopback: bool = False


@dataclass(frozen=True, slots=True)
class EndpointChange:
    """What is new of an endpoint, None where nothing is; no `events` stand for the usual ones."""

    url: str | None = None
    events: tuple[str, ...] | None = None
    is_active: bool | None = None


@dataclass(frozen=True, slots=True)
class NewSecret:
    """An endpoint and the secret that signs what it hears from now on, sealed."""

    endpoint_id: UUID
    sealed: bytes


def add(
    db: Database,
    merchant_id: MerchantId,
    url: str,
    events: tuple[str, ...],
    actor: Actor,
    terms: EndpointTerms,
    *,
    once: Once | None = None,
) -> NewSecret:
    """Add an endpoint. Raises BadAddress, or InvalidContent when there are too many already."""
    with db.begin(merchant_id) as tx:
        claim(tx, once)
        _check(url, terms)
        _refuse_too_many(tx)
        record = WebhookEndpointRecord(
            merchant_id=merchant_id,
            id=new_id(),
            url=url,
            events=list(events),
            secret=_new_secret(terms),
            state=EndpointState.ACTIVE,
            created_at=tx.now,
            listens_since=tx.now,
        )
        tx.session.add(record)
        tx.session.flush()
        audit.note(tx, AuditKind.WEBHOOK_ADDED, actor, subject=shown(url), after=_settings(record))
        return answered(tx, once, NewSecret(record.id, record.secret))


def change(
    db: Database,
    merchant_id: MerchantId,
    endpoint_id: UUID,
    told: EndpointChange,
    actor: Actor,
    terms: EndpointTerms,
    *,
    once: Once | None = None,
) -> UUID:
    """Change an endpoint; one that begins to listen again hears of what happens from then on.

    Raises NotFound or BadAddress.
    """
    with db.begin(merchant_id) as tx:
        claim(tx, once)
        record = lock_endpoint(tx, endpoint_id)
        before = _settings(record)
        if told.url is not None:
            _check(told.url, terms)
            record.url, record.silent = told.url, 0
        if told.events is not None and set(told.events) != set(record.events):
            record.events, record.listens_since = list(told.events), tx.now
        _switch(tx, record, told)
        after = _settings(record)
        if after != before:
            audit.note(
                tx, AuditKind.WEBHOOK_CHANGED, actor, subject=shown(record.url), before=before, after=after
            )
        return answered(tx, once, record.id)


def rotate(
    db: Database,
    merchant_id: MerchantId,
    endpoint_id: UUID,
    actor: Actor,
    terms: EndpointTerms,
    *,
    once: Once | None = None,
) -> NewSecret:
    """Give an endpoint a new secret; the one it had signs beside it for a day. Raises NotFound."""
    with db.begin(merchant_id) as tx:
        claim(tx, once)
        record = lock_endpoint(tx, endpoint_id)
        record.previous_secret, record.previous_until = record.secret, tx.now + OLD_SECRET_LASTS
        record.secret = _new_secret(terms)
        audit.note(tx, AuditKind.WEBHOOK_SECRET_ROTATED, actor, subject=shown(record.url))
        return answered(tx, once, NewSecret(record.id, record.secret))


def remove(db: Database, merchant_id: MerchantId, endpoint_id: UUID, actor: Actor) -> None:
    """Remove an endpoint: it hears nothing any more, and its secrets are forgotten. Raises NotFound."""
    with db.begin(merchant_id) as tx:
        record = lock_endpoint(tx, endpoint_id)
        record.state, record.removed_at = EndpointState.PAUSED, tx.now
        record.secret, record.previous_secret, record.previous_until = b"", None, None
        audit.note(tx, AuditKind.WEBHOOK_REMOVED, actor, subject=shown(record.url))


def reseal(db: Database, merchant_id: MerchantId, keys: Sequence[str]) -> int:
    """Close the secrets with the newest key, so that an old one may be taken away; count the endpoints."""
    with db.begin(merchant_id) as tx:
        records = tx.session.scalars(
            select(WebhookEndpointRecord).where(
                WebhookEndpointRecord.merchant_id == merchant_id, WebhookEndpointRecord.removed_at.is_(None)
            )
        ).all()
        for record in records:
            record.secret = seal(keys, unseal(keys, record.secret))
            if record.previous_secret is not None:
                record.previous_secret = seal(keys, unseal(keys, record.previous_secret))
    return len(records)


def lock_endpoint(tx: Transaction, endpoint_id: UUID) -> WebhookEndpointRecord:
    """Lock an endpoint's row, which deliveries to it may still be written for. Raises NotFound."""
    record = tx.session.scalars(
        select(WebhookEndpointRecord)
        .where(
            WebhookEndpointRecord.merchant_id == tx.merchant_id,
            WebhookEndpointRecord.id == endpoint_id,
            WebhookEndpointRecord.removed_at.is_(None),
        )
        .with_for_update(key_share=True)
    ).one_or_none()
    if record is None:
        raise NotFound
    return record


def shown(url: str) -> str:
    """Give an address without its query, which may hold what only the receiver should know."""
    return url.partition("?")[0]


def _check(url: str, terms: EndpointTerms) -> None:
    try:
        destinations.read(url, loopback=terms.loopback)
    except BadDestination as error:
        raise BadAddress(wording.address_fault(error.fault)) from error


def _refuse_too_many(tx: Transaction) -> None:
    present = tx.session.scalars(
        select(func.count())
        .select_from(WebhookEndpointRecord)
        .where(
            WebhookEndpointRecord.merchant_id == tx.merchant_id, WebhookEndpointRecord.removed_at.is_(None)
        )
    ).one()
    if present >= MOST_ENDPOINTS:
        raise InvalidContent(wording.too_many_endpoints())


def _switch(tx: Transaction, record: WebhookEndpointRecord, told: EndpointChange) -> None:
    is_active = told.is_active
    if is_active is None or is_active == (record.state == EndpointState.ACTIVE):
        return
    record.state = EndpointState.ACTIVE if is_active else EndpointState.PAUSED
    record.silent = 0
    if is_active:
        record.listens_since = tx.now


def _new_secret(terms: EndpointTerms) -> bytes:
    drawn = base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
    return seal(terms.keys, f"{SECRET_PREFIX}{drawn}")


def _settings(record: WebhookEndpointRecord) -> dict[str, object]:
    return {
        "address": shown(record.url),
        "events": ", ".join(sorted(topic(event) for event in record.events)),
        "state": str(record.state),
    }

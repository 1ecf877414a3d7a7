"""What was told by webhook, to every merchant's endpoints, for suites that look from outside."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from shared.domain.ids import MerchantId
from shared.domain.webhooks import DeliveryState
from shared.queries import merchants
from shared.queries.webhook_bodies import told, written
from shared.storage.engine import Database
from shared.storage.records import WebhookDeliveryRecord, WebhookEndpointRecord

_MOST = 200


@dataclass(frozen=True, slots=True)
class Receipt:
    """One event as an endpoint was told it, or will be."""

    merchant: str
    url: str
    event_id: UUID
    state: DeliveryState
    attempts: int
    last_status: int | None
    body: dict[str, Any]


def recent(db: Database) -> list[Receipt]:
    """List what was told, merchant by merchant, newest first."""
    return [receipt for merchant_id in merchants.all_ids(db) for receipt in _of(db, merchant_id)]


def _of(db: Database, merchant_id: MerchantId) -> list[Receipt]:
    row, endpoint = WebhookDeliveryRecord, WebhookEndpointRecord
    with db.snapshot(merchant_id) as tx:
        found = tx.session.execute(
            select(row, endpoint.url)
            .join(endpoint, (endpoint.merchant_id == row.merchant_id) & (endpoint.id == row.endpoint_id))
            .where(row.merchant_id == merchant_id)
            .order_by(row.id.desc())
            .limit(_MOST)
        ).all()
        slug = merchants.of(tx).slug if found else ""
        return [
            Receipt(
                merchant=slug,
                url=url,
                event_id=record.event_id,
                state=DeliveryState(record.state),
                attempts=record.attempts,
                last_status=record.last_status,
                body=json.loads(written(told(tx, record))),
            )
            for record, url in found
        ]

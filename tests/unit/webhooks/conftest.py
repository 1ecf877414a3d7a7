"""A shop with an endpoint, and somebody who carries out what is due."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from shared.actions import effects, webhooks
from shared.actions.webhooks import EndpointTerms
from shared.domain.ids import MerchantId
from shared.sealing import unseal
from shared.storage.engine import Database
from shared.storage.records import EffectRecord, WebhookDeliveryRecord, WebhookEndpointRecord
from shared.worker.perform import perform
from tests.builders import USER, a_merchant
from tests.post import SEALING_KEYS, Hearing, Remembering, outside, work_off

URL = "https://hooks.shop.example/rescind"


@dataclass
class Told:
    """A merchant, and what its endpoints hear."""

    db: Database
    merchant_id: MerchantId
    hearing: Hearing = field(default_factory=Hearing)

    def endpoint(self, *events: str, url: str = URL) -> UUID:
        """Add an endpoint that hears of these events, or of the usual ones."""
        terms = EndpointTerms(SEALING_KEYS)
        return webhooks.add(self.db, self.merchant_id, url, events, USER, terms).endpoint_id

    def secret(self, endpoint_id: UUID) -> str:
        return unseal(SEALING_KEYS, self.record(endpoint_id).secret)

    def record(self, endpoint_id: UUID) -> WebhookEndpointRecord:
        with self.db.begin(self.merchant_id) as tx:
            return tx.session.get_one(WebhookEndpointRecord, (self.merchant_id, endpoint_id))

    def deliveries(self) -> list[WebhookDeliveryRecord]:
        with self.db.begin(self.merchant_id) as tx:
            return list(tx.session.scalars(select(WebhookDeliveryRecord).order_by(WebhookDeliveryRecord.id)))

    def work_off(self) -> None:
        work_off(outside(self.db, Remembering(), transport=self.hearing), self.merchant_id)

    def try_once(self) -> None:
        """Make what waits due, and try each once."""
        self.make_due()
        for effect_id in effects.due(self.db, self.merchant_id):
            perform(outside(self.db, Remembering(), transport=self.hearing), self.merchant_id, effect_id)

    def make_due(self) -> None:
        with self.db.begin(self.merchant_id) as tx:
            ready = EffectRecord.state == "ready"
            tx.session.execute(update(EffectRecord).where(ready).values(due_at=tx.now))

    def rest(self, by: timedelta) -> None:
        """Let time pass since the endpoints were last called."""
        with self.db.begin(self.merchant_id) as tx:
            endpoint = WebhookEndpointRecord
            past = {"last_at": endpoint.last_at - by, "called_at": endpoint.called_at - by}
            tx.session.execute(update(endpoint).values(**past))

    def effects(self) -> list[EffectRecord]:
        with self.db.begin(self.merchant_id) as tx:
            wanted = select(EffectRecord).where(EffectRecord.kind == "send_webhook")
            return list(tx.session.scalars(wanted.order_by(EffectRecord.id)))

    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _address, _headers, body in self.hearing.heard]

    def types(self) -> list[str]:
        return [body["type"] for body in self.bodies()]


@pytest.fixture
def told(db: Database) -> Told:
    return Told(db, a_merchant(db))


@pytest.fixture
def another(db: Database) -> Callable[[], Told]:
    return lambda: Told(db, a_merchant(db))

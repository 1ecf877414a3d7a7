"""A store's client: the API alone in an application, a merchant of one's own, a key for it."""

from __future__ import annotations

import itertools
import json
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from console.api.routes import blueprint
from shared.actions import merchants
from shared.domain.ids import MerchantId
from shared.domain.policy import Policy
from shared.settings import Settings
from shared.storage.engine import Database
from shared.web.app import build_app
from tests.builders import a_merchant

KEYS = "a-secret-key-of-the-tests-0123456789"


@dataclass
class Store:
    """Calls the API for one merchant."""

    client: FlaskClient
    merchant_id: MerchantId
    key: str
    _numbers: Any = field(default_factory=itertools.count)

    def call(
        self, method: str, path: str, body: object = None, *, key: str | None = "new", **headers: str
    ) -> TestResponse:
        """Make a call; `body` is written as JSON unless it is bytes."""
        sent = {"Authorization": f"Bearer {self.key}", **headers}
        if method in {"PATCH", "POST"} and key is not None:
            sent["Idempotency-Key"] = secrets.token_hex(8) if key == "new" else key
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        if data is not None:
            sent.setdefault("Content-Type", "application/json")
        return self.client.open(f"/api/v1{path}", method=method, data=data, headers=sent)

    def order(self, **changes: object) -> dict[str, Any]:
        """Spell an order of two lines."""
        return {
            "number": f"#{secrets.token_hex(6)}",
            "placed_at": "2026-03-31T14:05:00+02:00",
            "currency": "USD",
            "prices_include_tax": True,
            "buyer": {"email": "ana.torres@example.com", "name": "Ana Torres"},
            "line_items": [
                {"sku": "KETTLE", "title": "Tea kettle", "quantity": 3, "unit_price": 6400},
                {"sku": "MUG", "title": "Stoneware mug", "quantity": 2, "unit_price": 1800, "tax": 300},
            ],
            "payments": [
                {"gateway": "manual", "reference": "Visa 4242", "authorized": 22800, "captured": 22800}
            ],
            **changes,
        }

    def taken_in(self, **changes: object) -> dict[str, Any]:
        """Take an order in and return the answer."""
        response = self.call("POST", "/orders", self.order(**changes))
        assert response.status_code == 201, response.text
        return json.loads(response.text)

    def cancellations_of(self, order: dict[str, Any]) -> str:
        """Spell the address of an order's cancellations."""
        return f"{address(order)}/cancellations"


def address(order: dict[str, Any]) -> str:
    """Spell an order's address."""
    return f"/orders/{quote(order['number'], safe='')}"


@pytest.fixture(scope="session")
def client_app(db: Database, app_url: str):
    """Build an application that serves the API alone."""
    settings = Settings.read(
        {"RESCIND_MODE": "demo", "RESCIND_DATABASE_URL": app_url, "RESCIND_SECRET_KEYS": KEYS}
    )
    return build_app(settings, db, [blueprint])


@pytest.fixture
def a_store(client_app, db: Database):
    """Give a maker of stores."""

    def make(policy: Policy | None = None, scopes: tuple[str, ...] = merchants.SCOPES) -> Store:
        merchant_id = a_merchant(db, policy)
        key = merchants.create_api_key(db, merchant_id, name="Shop system", scopes=scopes)
        return Store(client_app.test_client(), merchant_id, key)

    return make


@pytest.fixture
def store(a_store) -> Store:
    """Give a store of the default policy."""
    return a_store()

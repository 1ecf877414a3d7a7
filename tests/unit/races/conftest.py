"""Both faces in one application, and a shop where two people work, for races between browsers."""

from __future__ import annotations

import secrets

import pytest
from flask import Flask

from console.routes import blueprint as console
from portal.routes import blueprint as portal
from shared.actions import links, merchants
from shared.domain.ids import MerchantId, OrderId
from shared.domain.permissions import Role
from shared.settings import Settings
from shared.storage.engine import Database
from shared.web.app import build_app
from tests.builders import a_merchant
from tests.unit.console.browsing import PASSWORD, Browser
from tests.unit.console.conftest import quick_hashes  # noqa: F401 - a fixture of this folder too
from tests.unit.races.scene import policy


class House:
    """A shop with two people at their browsers, and buyers who have followed their links."""

    def __init__(self, db: Database, app: Flask, keys: tuple[str, ...]) -> None:
        self.db = db
        self.app = app
        self.keys = keys
        self.merchant_id: MerchantId = a_merchant(db, policy())
        self.staff = [self._colleague(name) for name in ("Maya Lindqvist", "Jonas Weber")]

    def buyer(self, order_id: OrderId) -> Browser:
        """Let a buyer in by a fresh link."""
        browser = self._browser()
        link = links.make(self.db, self.merchant_id, order_id, self.keys)
        assert browser.get(f"/o/{link}").status_code == 303
        return browser

    def _colleague(self, name: str) -> Browser:
        email = f"{secrets.token_hex(6)}@example.com"
        merchants.create_user(
            self.db, self.merchant_id, email=email, name=name, password=PASSWORD, role=Role.OWNER
        )
        browser = self._browser()
        assert browser.sign_in(email).status_code == 303
        return browser

    def _browser(self) -> Browser:
        client = self.app.test_client()
        assert isinstance(client, Browser)
        return client


@pytest.fixture(scope="module")
def house(db: Database, app_url: str) -> House:
    """Give a shop, and the application it is in; every test has orders of its own there."""
    settings = Settings.read({"RESCIND_SECRET_KEYS": "k" * 40, "RESCIND_DATABASE_URL": app_url})
    app = build_app(settings, db, [portal, console])
    app.test_client_class = Browser
    return House(db, app, settings.derived_keys("order-links"))

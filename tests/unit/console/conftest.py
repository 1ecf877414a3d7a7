"""The console with a real database behind it, a shop of one's own, and a browser that is signed in."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from console.routes import blueprint
from shared import passwords
from shared.actions import merchants
from shared.domain.permissions import Role
from shared.domain.policy import Policy
from shared.settings import Settings
from shared.storage.engine import Database
from shared.web.app import build_app
from tests.unit.console.browsing import PASSWORD, Browser, Shop


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Hash passwords cheaply: dozens of people sign in here."""
    quick = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", lambda: quick)
        yield


@pytest.fixture(scope="session")
def app(db: Database, app_url: str) -> Flask:
    """Give the application with the console alone."""
    settings = Settings.read({"RESCIND_SECRET_KEYS": "k" * 40, "RESCIND_DATABASE_URL": app_url})
    made = build_app(settings, db, [blueprint])
    made.test_client_class = Browser
    return made


@pytest.fixture
def open_shop(db: Database) -> Callable[..., Shop]:
    """Give a way to open shops, each with one user."""

    def open_one(policy: Policy | None = None, role: Role = Role.OWNER, time_zone: str = "UTC") -> Shop:
        mark = secrets.token_hex(6)
        merchant_id = merchants.create(
            db,
            merchants.NewMerchant(
                slug=f"shop-{mark}", name="Northlight Home", policy=policy or Policy(), time_zone=time_zone
            ),
        )
        email = f"maya-{mark}@example.com"
        merchants.create_user(
            db, merchant_id, email=email, name="Maya Lindqvist", password=PASSWORD, role=role
        )
        return Shop(db, merchant_id, email)

    return open_one


@pytest.fixture
def shop(open_shop: Callable[..., Shop]) -> Shop:
    """Give a shop whose owner is Maya Lindqvist."""
    return open_shop()


@pytest.fixture
def visitor(app: Flask) -> Browser:
    """Give a browser that nobody has signed in with."""
    client = app.test_client()
    assert isinstance(client, Browser)
    return client


@pytest.fixture
def owner(visitor: Browser, shop: Shop) -> Browser:
    """Give the browser of the shop's owner, signed in."""
    assert visitor.sign_in(shop.email).status_code == 303
    return visitor

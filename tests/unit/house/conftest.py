"""The composed application, as it is served, for the laws that look at all of its addresses."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask

import wsgi  # noqa: TID251 - these laws are about what the composition root composes
from shared.web.services import EXTENSION


@contextmanager
def _composed(monkeypatch: pytest.MonkeyPatch, **settings: str) -> Iterator[Flask]:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    app = wsgi.make_application()
    # The tokens of forms have tests of their own; here each request is to come as far as the guard.
    app.config.update(WTF_CSRF_METHODS=set(), WTF_CSRF_ENABLED=False)
    yield app
    app.extensions[EXTENSION].db.close()


@pytest.fixture
def composed(monkeypatch: pytest.MonkeyPatch, app_url: str) -> Iterator[Flask]:
    """Give everything that can be mounted, the demo's mailbox and the test kit included."""
    with _composed(
        monkeypatch,
        RESCIND_MODE="demo",
        RESCIND_TESTKIT="1",
        RESCIND_FACES="both",
        RESCIND_DATABASE_URL=app_url,
        RESCIND_SECRET_KEYS="k" * 48,
    ) as app:
        yield app


@pytest.fixture
def in_production(monkeypatch: pytest.MonkeyPatch, app_url: str) -> Iterator[Flask]:
    """Give what production serves."""
    monkeypatch.delenv("RESCIND_TESTKIT", raising=False)
    with _composed(
        monkeypatch,
        RESCIND_MODE="production",
        RESCIND_FACES="both",
        RESCIND_DATABASE_URL=app_url,
        RESCIND_SECRET_KEYS="k" * 48,
        RESCIND_BASE_URL="https://cancel.example.com",
    ) as app:
        yield app

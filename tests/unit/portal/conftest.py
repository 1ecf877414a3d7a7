"""A buyer with a browser, an order of their own, and the link that came with the e-mail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.routes import blueprint
from shared.actions import links
from shared.domain.ids import LineItemId, MerchantId, OrderId
from shared.settings import Settings
from shared.storage.engine import Database
from shared.web.app import build_app
from tests.builders import AnOrder, a_merchant, an_order, line_ids
from tests.pages import CheckedClient

SETTINGS = Settings.read(
    {"RESCIND_SECRET_KEYS": "portal-tests-" * 4, "RESCIND_DATABASE_URL": "postgresql://not-read/here"}
)
KEYS = SETTINGS.derived_keys("order-links")


@dataclass
class Page:
    """A page as somebody reads it."""

    response: TestResponse

    @property
    def soup(self) -> BeautifulSoup:
        return BeautifulSoup(self.response.get_data(as_text=True), "html.parser")

    @property
    def text(self) -> str:
        return " ".join(self.soup.get_text(" ", strip=True).split())

    @property
    def heading(self) -> str:
        return self.words(self.soup.h1)

    @property
    def said(self) -> list[tuple[str, str]]:
        """Every message: its role and its words."""
        return [(str(tag["role"]), self.words(tag)) for tag in self.soup.find_all(role=["status", "alert"])]

    @staticmethod
    def words(tag: Tag | None) -> str:
        return " ".join(tag.get_text(" ", strip=True).split()) if tag else ""

    def links(self) -> list[str]:
        return [self.words(tag) for tag in self.soup.find_all("a")]

    def buttons(self) -> list[str]:
        return [str(tag.get("aria-label") or self.words(tag)) for tag in self.soup.find_all("button")]

    def region(self, name: str) -> str | None:
        for section in self.soup.find_all("section", attrs={"aria-labelledby": True}):
            if self.words(self.soup.find(id=section["aria-labelledby"])) == name:
                return self.words(section)
        return None

    def row(self, title: str) -> str:
        for heading in self.soup.find_all("th", attrs={"scope": "row"}):
            if self.words(heading).startswith(title):
                return self.words(heading.find_parent("tr"))
        raise AssertionError(title)

    def fields(self) -> dict[str, str]:
        """What the page's form would send as it stands."""
        form = self.soup.find("form", method="post")
        assert form is not None
        sent = {str(tag["name"]): str(tag.get("value", "")) for tag in form.find_all("input")}
        for area in form.find_all("textarea"):
            sent[str(area["name"])] = area.text.removeprefix("\r\n").removeprefix("\n")
        for select in form.find_all("select"):
            chosen = select.find("option", selected=True)
            sent[str(select["name"])] = str(chosen["value"]) if chosen else ""
        return sent


@dataclass
class Buyer:
    """A browser."""

    client: FlaskClient

    def get(self, path: str, **options: object) -> Page:
        return Page(self.client.get(path, **options))  # type: ignore[arg-type]

    def post(self, path: str, fields: dict[str, str], **options: object) -> Page:
        return Page(self.client.post(path, data=fields, **options))  # type: ignore[arg-type]

    def open(self, path: str) -> Page:
        """Go to a page and follow where it leads."""
        return Page(self.client.get(path, follow_redirects=True))

    def send(self, path: str, fields: dict[str, str], **changed: str) -> Page:
        """Send a form, with some fields changed, and follow where it leads."""
        return Page(self.client.post(path, data={**fields, **changed}, follow_redirects=True))


@dataclass
class Shop:
    """A merchant, and the ways into its orders."""

    db: Database
    app: Flask
    merchant_id: MerchantId

    def take(self, order: AnOrder | None = None) -> OrderId:
        return (order or an_order()).taken_in(self.db, self.merchant_id)

    def link(self, order_id: UUID) -> str:
        return "/o/" + links.make(self.db, self.merchant_id, order_id, KEYS)

    def buyer(self, *order_ids: UUID) -> Buyer:
        """Let somebody in who has followed the links to these orders."""
        somebody = Buyer(self.app.test_client())
        for order_id in order_ids:
            assert somebody.get(self.link(order_id)).response.status_code == 303
        return somebody

    def lines(self, order_id: UUID) -> list[LineItemId]:
        return line_ids(self.db, self.merchant_id, order_id)


@pytest.fixture
def app(db: Database) -> Flask:
    built = build_app(SETTINGS, db, [blueprint])
    built.test_client_class = CheckedClient
    return built


@pytest.fixture
def open_shop(db: Database, app: Flask) -> Callable[..., Shop]:
    def open_it(**options: object) -> Shop:
        return Shop(db, app, a_merchant(db, **options))  # type: ignore[arg-type]

    return open_it


@pytest.fixture
def shop(open_shop: Callable[..., Shop]) -> Shop:
    return open_shop()


@pytest.fixture
def nobody(app: Flask) -> Iterator[Buyer]:
    """A browser that never followed a link."""
    with app.test_client() as client:
        yield Buyer(client)


def unknown_id() -> str:
    return str(uuid4())

"""Browsers for the console's tests, and what they read off a page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

from bs4 import BeautifulSoup, Tag
from werkzeug.test import TestResponse

from shared.domain.ids import MerchantId
from shared.storage.engine import Database
from tests.pages import CheckedClient

PASSWORD = "correct horse battery staple"


@dataclass(frozen=True)
class Shop:
    """A merchant and the address of its user."""

    db: Database
    merchant_id: MerchantId
    email: str


class Browser(CheckedClient):
    """A browser that follows forms: it sends each with the token of its session."""

    def page(self, address: str, **headers: str) -> BeautifulSoup:
        response = self.get(address, headers=headers)
        assert response.status_code == 200, response.get_data(as_text=True)
        return BeautifulSoup(response.get_data(as_text=True), "html.parser")

    def token(self) -> str:
        """Read the token of this browser's session off a page."""
        page = self.get("/console/account")
        if page.status_code != 200:
            page = self.get("/console/sign-in")
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.get_data(as_text=True))
        assert found is not None
        return found.group(1)

    def send(self, address: str, *, referrer: str = "", **fields: str) -> TestResponse:
        headers = {"Referer": f"http://localhost{referrer}"} if referrer else {}
        return self.post(address, data={"csrf_token": self.token(), **fields}, headers=headers)

    def told(self, response: TestResponse) -> tuple[str, str]:
        """Follow where an action leads, and return the one message there is: its role and its words."""
        assert response.status_code == 303, response.get_data(as_text=True)
        return message(self.page(response.location))

    def sign_in(self, email: str, password: str = PASSWORD, following: str = "") -> TestResponse:
        page = self.page(f"/console/sign-in{following}")
        return self.post(
            f"/console/sign-in{following}",
            data={"csrf_token": value_of(page, "csrf_token"), "email": email, "password": password},
        )


def message(page: BeautifulSoup) -> tuple[str, str]:
    said = [tag for tag in page.find_all(role=["status", "alert"]) if tag.get_text(strip=True)]
    assert len(said) == 1, f"{len(said)} messages"
    return str(said[0]["role"]), words_of(said[0])


def read(response: TestResponse) -> BeautifulSoup:
    return BeautifulSoup(response.get_data(as_text=True), "html.parser")


def words_of(tag: Tag | None) -> str:
    assert tag is not None
    return " ".join(tag.get_text(" ", strip=True).replace("\N{NO-BREAK SPACE}", " ").split())


def value_of(page: BeautifulSoup, name: str) -> str:
    field = page.select_one(f'[name="{name}"]')
    assert isinstance(field, Tag), name
    return str(field.get("value", ""))


def fields_of(page: BeautifulSoup) -> dict[str, str]:
    """Read what the form of a window would send as it stands."""
    form = page.find("form", class_="window-form")
    assert isinstance(form, Tag)
    sent: dict[str, str] = {}
    for field in form.find_all(["input", "textarea", "select"]):
        if field.get("type") == "radio" and not field.has_attr("checked"):
            continue
        chosen = field.find("option", selected=True) if field.name == "select" else None
        sent[str(field["name"])] = (
            str(chosen["value"]) if chosen else str(field.get("value", "")) or field.get_text().strip("\r\n")
        )
    return {name: "" if field_is_select(page, name) and not sent[name] else sent[name] for name in sent}


def field_is_select(page: BeautifulSoup, name: str) -> bool:
    field = page.select_one(f'[name="{name}"]')
    return isinstance(field, Tag) and field.name == "select"


def links_named(page: BeautifulSoup | Tag, name: str) -> list[Tag]:
    return [tag for tag in page.find_all("a") if words_of(tag) == name]


def buttons_named(page: BeautifulSoup | Tag, name: str) -> list[Tag]:
    return [tag for tag in page.find_all("button") if words_of(tag) == name]


def order_path(order_id: UUID, more: str = "") -> str:
    return f"/console/orders/{order_id}{more}"

"""The demo's mailbox shows every e-mail with its links, and shows its HTML where it can do no harm."""

from __future__ import annotations

from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from shared.mail.mailers import MailboxMailer
from shared.settings import Settings
from shared.storage.engine import Database
from shared.testkit.mailbox import blueprint
from shared.web.app import build_app
from tests.builders import a_merchant, an_order, request
from tests.post import outside, work_off

DEMO = {"RESCIND_MODE": "demo", "RESCIND_SECRET_KEYS": "k" * 40}


def a_client(db: Database) -> FlaskClient:
    return build_app(Settings.read(DEMO), db, [blueprint]).test_client()


def read(client: FlaskClient, path: str) -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == 200
    return BeautifulSoup(answer.text, "html.parser")


@pytest.fixture
def client(empty_db: Database) -> FlaskClient:
    return a_client(empty_db)


def fill(db: Database) -> None:
    for name in ("Northlight Home", "Tea & Co"):
        merchant_id = a_merchant(db, name=name)
        order = an_order().with_item("<b>Kettle</b>").with_(number="NL-1")
        request(db, merchant_id, order.taken_in(db, merchant_id))
        work_off(outside(db, MailboxMailer(db)), merchant_id)


def test_an_empty_mailbox_says_what_brings_mail(client: FlaskClient) -> None:
    page = read(client, "/demo/mailbox")

    assert page.h1.get_text() == "Mailbox"
    assert "One arrives when an order comes in" in page.get_text()


def test_the_list_holds_all_shops_mails_newest_first(client: FlaskClient, empty_db: Database) -> None:
    fill(empty_db)

    page = read(client, "/demo/mailbox")

    rows = [[cell.get_text(" ", strip=True) for cell in row(["th", "td"])] for row in page.tbody("tr")]
    assert [row[0] for row in rows] == [
        "We received your request to cancel order NL-1 at Tea & Co",
        "Your order NL-1 at Tea & Co",
        "We received your request to cancel order NL-1 at Northlight Home",
        "Your order NL-1 at Northlight Home",
    ]
    assert [row[1:3] for row in rows[:2]] == [
        ["ana.torres@example.com", "Cancellation requested"],
        ["ana.torres@example.com", "Order confirmed"],
    ]


def test_a_mail_shows_its_links_by_name_and_its_text(client: FlaskClient, empty_db: Database) -> None:
    fill(empty_db)
    path = read(client, "/demo/mailbox").tbody.find("a")["href"]

    page = read(client, path)

    links = {link.get_text(): link["href"] for link in page.main("a")}
    assert "/o/" in links["View order details"]
    assert links["Help"].endswith("/help")
    assert page.h1.get_text() == "We received your request to cancel order NL-1 at Tea & Co"
    assert "- 1 × <b>Kettle</b>" in page.find("pre").get_text()
    assert page.iframe["src"] == f"{path}/html"
    assert "allow-scripts" not in page.iframe["sandbox"]
    assert "allow-same-origin" not in page.iframe["sandbox"]


def test_links_work_on_after_the_port_moved(empty_db: Database) -> None:
    fill(empty_db)
    moved = build_app(Settings.read(DEMO | {"PORT": "8123"}), empty_db, [blueprint]).test_client()
    path = read(moved, "/demo/mailbox").tbody.find("a")["href"]

    page, html = read(moved, path), moved.get(f"{path}/html").text

    link = page.main.find("a", string="View order details")["href"]
    assert link.startswith("http://127.0.0.1:8123/o/")
    assert link in html
    assert link in page.find("pre").get_text()


def test_only_the_html_part_has_a_policy_of_its_own(client: FlaskClient, empty_db: Database) -> None:
    fill(empty_db)
    path = read(client, "/demo/mailbox").tbody.find("a")["href"]

    listed, shown, html = client.get("/demo/mailbox"), client.get(path), client.get(f"{path}/html")

    policies = [answer.headers["Content-Security-Policy"] for answer in (listed, shown, html)]
    assert "frame-src" not in policies[0]
    assert policies[1] == f"{policies[0]}; frame-src 'self'"
    assert "script-src" not in policies[2]
    assert "default-src 'none'; style-src 'unsafe-inline'" in policies[2]
    assert "sandbox allow-popups" in policies[2]
    assert [answer.headers["X-Frame-Options"] for answer in (listed, shown, html)] == [
        "DENY",
        "DENY",
        "SAMEORIGIN",
    ]


def test_a_mail_there_is_not_is_not_found(client: FlaskClient) -> None:
    assert client.get(f"/demo/mailbox/{uuid4()}").status_code == 404
    assert client.get(f"/demo/mailbox/{uuid4()}/html").status_code == 404
    assert client.get("/demo/mailbox/nonsense").status_code == 404

"""E-mails in a shop's own words: what may be filled in, what customers get, the preview and the test."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from shared.actions import branding
from shared.domain.audit import AuditKind
from shared.domain.branding import Branding
from shared.domain.events import MailEvent
from shared.domain.mail_texts import FIELDS
from shared.domain.permissions import Role
from shared.mail.trying import part_of
from shared.storage.records import AuditRecord
from tests.builders import USER, an_order
from tests.post import Remembering, outside, work_off
from tests.unit.console.browsing import Browser, Shop, buttons_named, read, value_of, words_of

LIST = "/console/settings/branding/emails"
PAGE = f"{LIST}/order_confirmed"
OWN = {
    "language": "en",
    "subject": "{order_number}: thank you, {buyer_name}",
    "intro": "Hello {buyer_name},\nyour order of {order_date} for {order_total} made us <b>happy</b>.",
}


def sent(shop: Shop) -> list[tuple[str, str, str]]:
    """Give what leaves: subject, text and HTML of each e-mail."""
    box = Remembering()
    work_off(outside(shop.db, box), shop.merchant_id)
    return [
        (str(mail["Subject"]), part_of(mail, "plain"), part_of(mail, "html"))
        for mail in box.messages
        if "password" not in str(mail["Subject"])
    ]


def test_mail_texts_lists_every_mail_to_customers_and_which_has_own_words(owner: Browser) -> None:
    owner.send(PAGE, **OWN)

    page = owner.page(LIST)

    rows = [[words_of(cell) for cell in row(["th", "td"])] for row in page.tbody("tr")]
    assert len(rows) == len(FIELDS)
    assert rows[0] == ["Order confirmed", "Own words: English"]
    assert {row[1] for row in rows[1:]} == {"Usual text"}
    for link in page.tbody("a"):
        assert owner.page(link["href"]).h1.get_text() == link.get_text()


def test_change_mail_text_is_what_customers_get_before_our_own_sentences(owner: Browser, shop: Shop) -> None:
    told = owner.told(owner.send(PAGE, **OWN))
    an_order().with_(number="NL-7").taken_in(shop.db, shop.merchant_id)

    subject, text, html = sent(shop)[0]

    assert told[1] == "Saved. Every e-mail that is written from now on says this."
    assert subject == "NL-7: thank you, Ana Torres"
    assert "Hello Ana Torres,\nyour order of" in text
    assert "for $64.00 made us <b>happy</b>." in text
    assert "made us &lt;b&gt;happy&lt;/b&gt;." in html
    page = BeautifulSoup(html, "html.parser").get_text(" ")
    assert page.index("Hello Ana Torres") < page.index("We have your order NL-7")
    assert "Test" not in subject
    with shop.db.begin(shop.merchant_id) as tx:
        entry = tx.session.scalars(
            select(AuditRecord).where(AuditRecord.kind == AuditKind.BRANDING_CHANGED)
        ).one()
    assert (entry.subject, entry.after["subject"]) == ("order_confirmed, en", OWN["subject"])


def test_what_a_field_holds_is_never_looked_into(owner: Browser, shop: Shop) -> None:
    owner.send(PAGE, **OWN)
    order = an_order().with_(number="NL-8", buyer_name="{order_total}\r\nBcc: {{ 7 * 7 }}")
    order.taken_in(shop.db, shop.merchant_id)

    subject, text, _html = sent(shop)[0]

    assert subject == "NL-8: thank you, {order_total} Bcc: {{ 7 * 7 }}"
    assert "Hello {order_total}" in text


def test_use_usual_text_takes_the_own_words_back(owner: Browser, shop: Shop) -> None:
    owner.send(PAGE, **OWN)

    told = owner.told(owner.send(f"{PAGE}/usual", language="en"))
    an_order().with_(number="NL-9").taken_in(shop.db, shop.merchant_id)

    assert told[1].startswith("The usual text holds again.")
    assert sent(shop)[0][0] == "Your order NL-9 at Northlight Home"
    page = owner.page(PAGE)
    assert value_of(page, "subject") == ""
    assert not buttons_named(page, "Back to the usual text")


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        (
            "subject",
            "{order_nr}",
            "cannot fill in {order_nr}. In braces it knows {order_number}, {order_date},",
        ),
        ("subject", "Yours {", "cannot fill in {."),
        ("intro", "{refund_amount}", "cannot fill in {refund_amount}."),
        ("intro", "{{ 7 * 7 }}", "cannot fill in {, { 7 * 7 }, }."),
        ("intro", "{order_number.__class__}", "cannot fill in {order_number.__class__}."),
        ("subject", "Yours\r\nBcc: evil@e.example", "A subject is one line"),
        ("subject", "Yours\u2028Bcc: evil@e.example", "A subject is one line"),
        ("subject", "x" * 151, "Use 150 characters at most."),
        ("intro", "x" * 1001, "Use 1000 characters at most."),
    ],
)
def test_what_cannot_be_said_is_refused_in_words(
    owner: Browser, shop: Shop, field: str, typed: str, words: str
) -> None:
    for path in (PAGE, f"{PAGE}/preview"):
        response = owner.send(path, language="en", **{field: typed})

        assert response.status_code == 422
        assert words in " ".join(response.get_data(as_text=True).replace("&#39;", "'").split())
    an_order().taken_in(shop.db, shop.merchant_id)
    assert sent(shop)[0][0].startswith("Your order ")


@pytest.mark.parametrize("event", list(FIELDS))
def test_mail_preview_shows_each_mail_with_a_believable_order(owner: Browser, event: MailEvent) -> None:
    page = owner.page(f"{LIST}/{event}")
    html = owner.get(page.iframe["src"])
    text = owner.get(f"{LIST}/{event}/preview?language=en&part=text")

    assert page.iframe["name"] == "preview"
    assert "Northlight Home" in words_of(read(html))
    assert "NL-10482" in text.text
    assert text.content_type == "text/plain; charset=utf-8"
    assert "sandbox" in html.headers["Content-Security-Policy"]
    assert html.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-src 'self'" in owner.get(f"{LIST}/{event}").headers["Content-Security-Policy"]
    for field in FIELDS[event]:
        assert f"{{{field}}}" in words_of(page.find("dl", class_="pairs"))


def test_preview_typed_text_shows_what_was_typed_and_keeps_nothing(owner: Browser, shop: Shop) -> None:
    branding.change(shop.db, shop.merchant_id, Branding(color="#7a3b00"), USER)

    html = owner.send(f"{PAGE}/preview", **OWN)
    text = owner.send(f"{PAGE}/preview?part=text", **OWN)

    assert "Hello Ana Torres," in words_of(read(html))
    assert "#7a3b00" in html.text
    assert text.text.startswith("NL-10482: thank you, Ana Torres\n")
    assert value_of(owner.page(PAGE), "subject") == ""


def test_send_test_mail_goes_to_oneself_and_says_that_it_is_a_test(owner: Browser, shop: Shop) -> None:
    owner.send(PAGE, **OWN)

    told = owner.told(owner.send(f"{PAGE}/test", language="en"))
    box = Remembering()
    work_off(outside(shop.db, box), shop.merchant_id)

    assert told[1].startswith(f"A test is on its way to {shop.email}.")
    mail = box.messages[-1]
    assert str(mail["To"]) == shop.email
    assert str(mail["Subject"]) == "Test: NL-10482: thank you, Ana Torres"
    for kind in ("plain", "html"):
        assert "This is a test that only you get." in part_of(mail, kind)
    assert "/o/" not in part_of(mail, "plain")


def test_too_many_tests_within_the_hour_are_refused(owner: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.mail_texts._TESTS", "1/hour")

    assert owner.send(f"{PAGE}/test", language="en").status_code == 303
    assert owner.send(f"{PAGE}/test", language="en").status_code == 429


@pytest.mark.parametrize("path", ["refund_failed", "order_lost", "order_confirmed?language=xx"])
def test_a_mail_that_customers_never_get_is_not_found(owner: Browser, path: str) -> None:
    assert owner.get(f"{LIST}/{path}").status_code == 404


@pytest.mark.parametrize("role", [Role.MANAGER, Role.VIEWER])
def test_who_may_not_configure_sees_the_preview_and_changes_nothing(
    visitor: Browser, open_shop: Callable[..., Shop], role: Role
) -> None:
    shop = open_shop(role=role)
    visitor.sign_in(shop.email)

    page = visitor.page(PAGE)

    assert page.iframe is not None
    assert not buttons_named(page, "Save")
    for path in (PAGE, f"{PAGE}/usual", f"{PAGE}/test", f"{PAGE}/preview"):
        assert visitor.send(path, **OWN).status_code == 403


def test_another_shop_says_what_it_did(owner: Browser, open_shop: Callable[..., Shop]) -> None:
    other = open_shop()
    owner.send(PAGE, **OWN)
    an_order().with_(number="NL-6").taken_in(other.db, other.merchant_id)

    assert sent(other)[0][0] == "Your order NL-6 at Northlight Home"

"""Branding: how a shop appears, who may change it, and what is refused and why."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select
from werkzeug.test import TestResponse

from shared.domain.audit import AuditKind
from shared.domain.permissions import Role
from shared.queries import branding
from shared.storage.records import AuditRecord
from tests.pictures import SECRET, a_picture
from tests.unit.console.browsing import (
    Browser,
    Shop,
    buttons_named,
    links_named,
    message,
    read,
    value_of,
    words_of,
)

PAGE = "/console/settings/branding"
LOGO = f"{PAGE}/logo"


def upload(browser: Browser, content: bytes, name: str = "logo.png") -> TestResponse:
    sent = {"csrf_token": browser.token(), "logo": (BytesIO(content), name)}
    return browser.post(LOGO, data=sent, content_type="multipart/form-data")


def audited(shop: Shop) -> list[tuple[dict[str, object], dict[str, object]]]:
    with shop.db.begin(shop.merchant_id) as tx:
        rows = tx.session.scalars(
            select(AuditRecord).where(AuditRecord.kind == AuditKind.BRANDING_CHANGED).order_by(AuditRecord.id)
        )
        return [(row.before, row.after) for row in rows]


def test_a_new_shop_has_the_usual_look(owner: Browser) -> None:
    page = owner.page(PAGE)

    assert [value_of(page, name) for name in ("color", "sender_name", "reply_to")] == ["", "", ""]
    assert "the name of your shop stands in its place" in words_of(page.main)
    assert "Empty means: Northlight Home." in words_of(page.main)
    assert not buttons_named(page, "Remove logo")
    assert words_of(page.find("a", attrs={"aria-current": "page"}, href=PAGE)) == "Branding and e-mails"


def test_change_branding_keeps_every_setting_and_tells_the_audit_trail(owner: Browser, shop: Shop) -> None:
    typed = {
        "color": "#7A3B00",
        "sender_name": "Northlight & Sons",
        "reply_to": "help@northlight.example",
        "shop_url": "https://northlight.example",
        "help_url": "https://northlight.example/help?topic=returns",
        "footer": "Northlight Home Ltd\n1420 Harrison Ave, Seattle",
    }

    told = owner.told(owner.send(PAGE, **typed))

    assert told == ("status", "Saved. Order pages and e-mails look like this from now on.")
    page = owner.page(PAGE)
    assert [value_of(page, name) for name in typed if name != "footer"] == [
        "#7a3b00",
        "Northlight & Sons",
        "help@northlight.example",
        "https://northlight.example",
        "https://northlight.example/help?topic=returns",
    ]
    assert "1420 Harrison Ave" in words_of(page.find(id="footer"))
    before, after = audited(shop)[0]
    assert (before["color"], after["color"]) == ("", "#7a3b00")
    assert after["reply_to"] == "help@northlight.example"


def test_saving_the_same_again_changes_nothing(owner: Browser, shop: Shop) -> None:
    owner.send(PAGE, color="#7a3b00")

    told = owner.told(owner.send(PAGE, color="7A3B00"))

    assert told[1] == "Nothing has changed. This is what holds already."
    assert len(audited(shop)) == 1


def test_a_color_that_cannot_be_read_is_refused_with_the_nearest_that_can(owner: Browser, shop: Shop) -> None:
    response = owner.send(PAGE, color="#ff9900")

    assert response.status_code == 422
    page = read(response)
    said = words_of(page.find(id="color-error"))
    assert "White text on #ff9900 is hard to read: its contrast is 2.1 to 1, and 4.5 to 1 is needed." in said
    assert "The nearest shade that can be read is #a16000." in said
    assert value_of(page, "color") == "#ff9900"
    assert owner.send(PAGE, color="#a16000").status_code == 303
    assert branding.read(shop.db, shop.merchant_id).branding.color == "#a16000"


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("color", "petrol", "Enter a color as #"),
        ("reply_to", "help@", "Enter one e-mail address"),
        ("reply_to", "a@x.example, b@x.example", "Enter one e-mail address"),
        ("reply_to", "a@x.example\nBcc: b@x.example", "Remove the characters"),
        ("sender_name", "service@bank.example", "Enter a name, not an address."),
        ("sender_name", "Northlight\r\nBcc: b@x.example", "Remove the characters"),
        ("shop_url", "javascript:alert(1)", "begins with https://"),
        ("shop_url", "http://northlight.example", "begins with https://"),
        ("shop_url", "https://user:word@northlight.example", "begins with https://"),
        ("help_url", 'https://northlight.example/"onload', "begins with https://"),
        ("help_url", "https://[northlight.example", "begins with https://"),
        ("footer", "x" * 501, "Use 500 characters at most."),
    ],
)
def test_what_cannot_be_used_is_refused_in_words(
    owner: Browser, shop: Shop, field: str, typed: str, words: str
) -> None:
    response = owner.send(PAGE, **{field: typed})

    assert response.status_code == 422
    assert words in words_of(read(response).find(id=f"{field}-error"))
    assert audited(shop) == []


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_change_logo_draws_it_anew_within_its_bounds(owner: Browser, shop: Shop, kind: str) -> None:
    response = upload(owner, a_picture(kind, (1000, 500)), "../logo.exe")

    assert owner.told(response)[1].startswith("The logo is in place.")
    image = owner.page(PAGE).find("img", class_="shop-logo")
    assert (image["alt"], image["width"], image["height"]) == ("Northlight Home", "120", "60")
    served = owner.get(image["src"])
    with Image.open(BytesIO(served.data)) as drawn:
        assert (drawn.format, drawn.size) == ("PNG", (240, 120))
    assert SECRET not in served.data
    assert audited(shop)[0][0] == {"logo": ""}


@pytest.mark.parametrize(
    "content",
    [b"", b"GIF89a", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"x" * 1_000_001, a_picture()[:200]],
)
def test_what_is_no_picture_is_no_logo(owner: Browser, content: bytes) -> None:
    response = upload(owner, content)

    assert response.status_code == 422
    assert "This is no PNG, JPEG or WebP picture of at most 1 MB." in message(read(response))[1]
    assert "the name of your shop stands in its place" in words_of(read(response).main)


def test_no_file_is_no_logo(owner: Browser) -> None:
    response = owner.send(LOGO)

    assert response.status_code == 422
    assert "Choose a picture." in message(read(response))[1]


def test_remove_logo_leaves_what_was_sent_as_it_was(owner: Browser, shop: Shop) -> None:
    upload(owner, a_picture())
    address = owner.page(PAGE).find("img", class_="shop-logo")["src"]

    told = owner.told(owner.send(f"{LOGO}/remove"))

    assert told[1].startswith("The logo is removed.")
    assert owner.page(PAGE).find("img", class_="shop-logo") is None
    assert owner.get(address).status_code == 200
    assert owner.told(owner.send(f"{LOGO}/remove"))[1].startswith("Nothing has changed.")
    assert len(audited(shop)) == 2


def test_too_many_logos_within_the_hour_are_refused(owner: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.branding._RATE", "1/hour")

    assert upload(owner, a_picture()).status_code == 303
    assert upload(owner, a_picture()).status_code == 429


@pytest.mark.parametrize("role", [Role.MANAGER, Role.AGENT, Role.VIEWER])
def test_who_may_not_configure_reads_it_and_changes_nothing(
    visitor: Browser, open_shop: Callable[..., Shop], role: Role
) -> None:
    shop = open_shop(role=role)
    visitor.sign_in(shop.email)

    page = visitor.page(PAGE)

    assert "Sender’s name Northlight Home" in words_of(page.main)
    assert not buttons_named(page, "Save")
    assert not buttons_named(page, "Upload logo")
    assert visitor.send(PAGE, color="#7a3b00").status_code == 403
    assert upload(visitor, a_picture()).status_code == 403
    assert branding.read(shop.db, shop.merchant_id).branding.color == ""


def test_another_shop_looks_as_it_did(owner: Browser, open_shop: Callable[..., Shop]) -> None:
    other = open_shop()
    owner.send(PAGE, color="#7a3b00", footer="Mine")
    upload(owner, a_picture())

    theirs = branding.read(other.db, other.merchant_id)

    assert (theirs.branding.color, theirs.branding.footer, theirs.logo) == ("", "", None)
    assert links_named(owner.page("/console/settings/policy"), "Branding and e-mails")

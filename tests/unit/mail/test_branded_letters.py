"""A shop's e-mails carry its sender, logo, color and foot; those to the team stay as they were."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from bs4 import BeautifulSoup

from shared.actions import branding, cancellations, merchants, orders
from shared.domain.branding import Branding
from shared.domain.events import MailEvent
from shared.domain.ids import MerchantId
from shared.domain.permissions import Role
from shared.logos import read_logo
from shared.storage import outbox
from shared.storage.engine import Database
from shared.storage.scopes import find_order
from tests.builders import USER, a_merchant, an_order, request
from tests.pictures import a_picture
from tests.post import BASE_URL, Remembering, outside, work_off

ADDRESS = "no-reply@rescind.example"
LOOK = Branding(
    sender_name='Northlight, "Sons" & Söhne',
    reply_to="help@northlight.example",
    color="#7a3b00",
    footer="Northlight Home Ltd <b>\n1420 Harrison Ave",
    shop_url="https://northlight.example",
    help_url="https://northlight.example/help?a=1&b=2",
)


def mails_of(db: Database, merchant_id: MerchantId) -> list[EmailMessage]:
    box = Remembering()
    work_off(outside(db, box), merchant_id)
    return box.messages


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def html_of(mail: EmailMessage) -> str:
    part = mail.get_body(("html",))
    assert part is not None
    return str(part.get_content())


@pytest.fixture
def merchant_id(db: Database) -> MerchantId:
    merchant_id = a_merchant(db)
    branding.change(db, merchant_id, LOOK, USER)
    branding.change_logo(db, merchant_id, read_logo(a_picture("PNG", (400, 120))), USER)
    return merchant_id


def test_without_a_look_of_its_own_a_shop_sends_under_its_name(db: Database) -> None:
    merchant_id = a_merchant(db)
    an_order().taken_in(db, merchant_id)

    mail = mails_of(db, merchant_id)[0]

    assert str(mail["From"]) == f"Northlight Home <{ADDRESS}>"
    assert mail["Reply-To"] is None
    assert "#0a586a" in html_of(mail)
    assert "<img" not in html_of(mail)


def test_sender_and_answers_are_the_shops_and_the_address_stays_the_products(
    db: Database, merchant_id: MerchantId
) -> None:
    an_order().taken_in(db, merchant_id)

    mail = mails_of(db, merchant_id)[0]

    sender = mail["From"].addresses
    assert [(one.display_name, one.addr_spec) for one in sender] == [(LOOK.sender_name, ADDRESS)]
    assert [one.addr_spec for one in mail["Reply-To"].addresses] == [LOOK.reply_to]


def test_every_mail_to_a_buyer_has_logo_color_and_foot(db: Database, merchant_id: MerchantId) -> None:
    order_id = an_order().taken_in(db, merchant_id)
    request_id = request(db, merchant_id, order_id)
    cancellations.withdraw(db, merchant_id, request_id, USER)
    orders.send_link(db, merchant_id, order_id)

    mails = mails_of(db, merchant_id)

    assert len(mails) == 4
    for mail in mails:
        page = BeautifulSoup(html_of(mail), "html.parser")
        image = page.find("img")
        assert image["alt"] == "Northlight Home"
        assert image["src"].startswith(f"{BASE_URL}/brand/logos/")
        assert image["width"] == "200"
        links = {link.get_text(): link["href"] for link in page("a")}
        assert links["Help from Northlight Home"] == LOOK.help_url
        assert links["Northlight Home"] == LOOK.shop_url
        assert "Northlight Home Ltd <b>\n1420 Harrison Ave" in page.get_text()
        assert "#0a586a" not in html_of(mail)
        assert "#7a3b00" in html_of(mail)
        for said in (LOOK.shop_url, LOOK.help_url, LOOK.footer):
            assert said in text_of(mail)


def test_mails_to_the_team_keep_the_products_look(db: Database, merchant_id: MerchantId) -> None:
    person = {"email": f"maya-{merchant_id}@example.com", "name": "Maya Lindqvist", "role": Role.OWNER}
    merchants.create_user(db, merchant_id, **person, password="correct horse battery staple")
    order_id = an_order().taken_in(db, merchant_id)
    mails_of(db, merchant_id)
    with db.begin(merchant_id) as tx:
        outbox.alert(tx, find_order(tx, order_id), MailEvent.REFUND_REPORTED)

    mail = mails_of(db, merchant_id)[0]

    assert str(mail["From"]) == f"Rescind <{ADDRESS}>"
    assert mail["Reply-To"] is None
    assert "#0a586a" in html_of(mail)
    assert "Harrison" not in text_of(mail)

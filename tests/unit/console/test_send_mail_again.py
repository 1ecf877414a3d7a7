"""E-mails to the customer on the order's page, and sending one once more."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

from bs4 import BeautifulSoup
from sqlalchemy import select, update

from shared.domain.events import MailEvent
from shared.domain.ids import MessageId
from shared.domain.permissions import Role
from shared.queries import mails
from shared.queries.invariants import violations_of
from shared.storage.records import MerchantRecord, MessageRecord
from tests.builders import accept, an_order, request
from tests.unit.console.browsing import Browser, Shop, buttons_named, order_path, words_of


def canceled(shop: Shop) -> UUID:
    """Take in an order whose customer asked and was mailed the outcome."""
    order_id = an_order().with_item(quantity=2).taken_in(shop.db, shop.merchant_id)
    accept(shop.db, shop.merchant_id, request(shop.db, shop.merchant_id, order_id, 1))
    return order_id


def panel(page: BeautifulSoup) -> list[str]:
    return [words_of(line) for line in page.select("section[aria-labelledby=mails-title] li")]


def form_of(page: BeautifulSoup, words: str) -> tuple[str, str]:
    """Find where a mail's button leads, and the nonce it brings."""
    line = next(line for line in page.select(".mail-line") if words in words_of(line))
    return str(line.form["action"]), str(line.form.select_one("[name=nonce]")["value"])


def messages(shop: Shop, order_id: UUID) -> list[MessageRecord]:
    with shop.db.snapshot(shop.merchant_id) as tx:
        found = select(MessageRecord).where(MessageRecord.order_id == order_id)
        return list(tx.session.scalars(found.order_by(MessageRecord.created_at, MessageRecord.id)))


def test_what_the_customer_was_mailed_is_listed_newest_first(owner: Browser, shop: Shop) -> None:
    lines = panel(owner.page(order_path(canceled(shop))))

    assert lines[0].startswith("Cancellation accepted Waiting to be sent to ana.torres@example.com")
    assert lines[1].startswith("Cancellation requested")
    assert lines[-1].startswith("Order confirmed")


def test_it_is_sent_again_once_per_press_and_noted(owner: Browser, shop: Shop) -> None:
    order_id = canceled(shop)
    before = len(messages(shop, order_id))
    action, nonce = form_of(owner.page(order_path(order_id)), "Cancellation accepted")
    for _ in range(2):
        told = owner.told(owner.send(action, nonce=nonce))
        assert told == ("status", "E-mail sent again. It is on its way to ana.torres@example.com.")
    again = messages(shop, order_id)[before:]

    assert len(again) == 1
    page = owner.page(order_path(order_id))
    assert panel(page)[0].startswith("Cancellation accepted (sent again)")
    timeline = words_of(page.select_one("ol.timeline"))
    assert timeline.count("Maya Lindqvist sent the e-mail “Cancellation accepted” again") == 1
    assert violations_of(shop.db, shop.merchant_id) == []
    first = next(m for m in messages(shop, order_id) if m.event == "cancellation_accepted")
    mail, told = (mails.find(shop.db, shop.merchant_id, MessageId(m.id)) for m in (again[0], first))
    assert (mail.event, mail.request, mail.refunds) == (
        MailEvent.CANCELLATION_ACCEPTED, told.request, told.refunds,
    )  # fmt: skip
    action, nonce = form_of(page, "(sent again)")
    owner.send(action, nonce=nonce)
    assert messages(shop, order_id)[-1].again_of == first.id


def test_where_mail_is_switched_off_it_says_so(owner: Browser, shop: Shop) -> None:
    order_id = canceled(shop)
    action, nonce = form_of(owner.page(order_path(order_id)), "Order confirmed")
    with shop.db.begin(shop.merchant_id) as tx:
        tx.session.execute(
            update(MerchantRecord).where(MerchantRecord.id == shop.merchant_id).values(mails_buyers=False)
        )

    assert owner.told(owner.send(action, nonce=nonce))[0] == "alert"


def test_neither_anothers_e_mail_nor_one_without_a_nonce(
    owner: Browser, shop: Shop, open_shop: Callable[..., Shop]
) -> None:
    other = open_shop()
    foreign = canceled(other)
    mine = canceled(shop)
    message = messages(other, foreign)[0].id

    for order_id, message_id in ((foreign, message), (mine, message), (mine, uuid4())):
        path = order_path(order_id, f"/mails/{message_id}/again")
        assert owner.send(path, nonce="n").status_code == 404
    own = messages(shop, mine)[0].id
    assert owner.send(order_path(mine, f"/mails/{own}/again")).status_code == 400


def test_a_viewer_sees_them_and_sends_none(visitor: Browser, open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(role=Role.VIEWER)
    visitor.sign_in(shop.email)
    order_id = canceled(shop)
    page = visitor.page(order_path(order_id))
    message = messages(shop, order_id)[0].id

    assert panel(page)
    assert buttons_named(page, "Send again") == []
    path = order_path(order_id, f"/mails/{message}/again")
    assert visitor.send(path, nonce="n").status_code == 403

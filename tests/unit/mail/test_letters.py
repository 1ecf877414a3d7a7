"""Each e-mail says what happened, with the amounts of the rows and the one link, as text and as HTML."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from email.message import EmailMessage
from html import unescape

import pytest
from bs4 import BeautifulSoup

from shared.actions import cancellations, orders, refunds, warehouse
from shared.domain.actors import ActorKind
from shared.domain.ids import MerchantId, OrderId
from shared.domain.intake import IncomingPayment
from shared.domain.orders import Gateway
from shared.domain.policy import Mode, Policy, SilenceOutcome, Warehouse, WarehouseAnswer
from shared.domain.reasons import DeclineReason, Reason
from shared.queries.orders import order_page
from shared.queries.refund_values import RefundView
from shared.storage.engine import Database
from shared.worker.perform import Outside
from tests.builders import USER, a_merchant, accept, an_order, automatic, quantities, request, ship
from tests.post import BASE_URL, Remembering, messages_of, outside, work_off


@dataclass
class Shop:
    """A shop whose e-mails are remembered."""

    db: Database
    id: MerchantId
    post: Outside
    box: Remembering

    def newest(self) -> EmailMessage:
        work_off(self.post, self.id)
        return self.box.messages[-1]

    def refunds(self, order_id: OrderId) -> tuple[RefundView, ...]:
        return order_page(self.db, self.id, order_id, ActorKind.BUYER).refunds


def a_shop(db: Database, policy: Policy | None = None) -> Shop:
    box = Remembering()
    return Shop(db, a_merchant(db, policy), outside(db, box), box)


@pytest.fixture
def shop(db: Database) -> Shop:
    return a_shop(db)


def text_of(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return " ".join(part.get_content().split())


def page_of(message: EmailMessage) -> BeautifulSoup:
    part = message.get_body(("html",))
    assert part is not None
    return BeautifulSoup(part.get_content(), "html.parser")


def words_of(message: EmailMessage) -> str:
    page = page_of(message)
    for unseen in page(["style", "script"]):
        unseen.decompose()
    return " ".join(page.get_text(" ").split())


def both_say(message: EmailMessage, *words: str) -> bool:
    parts = (text_of(message), words_of(message))
    return all(said in part for said in words for part in parts)


def an_order_at(shop: Shop, **changes: object) -> OrderId:
    order = an_order().with_item("Tea kettle", 2, 12800).with_item("Reading lamp", 1, 12800)
    return order.with_(number="NL-1", shipping_minor=695, **changes).taken_in(shop.db, shop.id)


def test_a_confirmation_lists_items_and_parts_that_add_up(shop: Shop) -> None:
    an_order_at(shop, delivery=("1420 Harrison Ave", "Seattle"))

    mail = shop.newest()

    assert mail["Subject"] == "Your order NL-1 at Northlight Home"
    assert both_say(mail, "Thank you, Ana Torres", "2 × Tea kettle", "1 × Reading lamp")
    assert both_say(mail, "$128.00", "Shipping", "$6.95", "Total", "$262.95", "1420 Harrison Ave, Seattle")
    assert both_say(mail, "You can cancel there until it ships.", "because an order at Northlight Home")


def test_a_confirmation_does_not_offer_what_the_policy_forbids(db: Database) -> None:
    shop = a_shop(db, Policy(window_hours=0))
    an_order_at(shop)

    assert "cancel" not in text_of(shop.newest())


def test_a_confirmation_names_the_end_of_the_window(db: Database) -> None:
    shop = a_shop(db, Policy(window_hours=48))
    an_order_at(shop)

    assert both_say(shop.newest(), "You can cancel there until ", "as long as it has not shipped.")


def test_every_mail_has_the_link_under_its_name_in_both_parts(shop: Shop) -> None:
    order_id = an_order_at(shop)
    request_id = request(shop.db, shop.id, order_id, 1)
    work_off(shop.post, shop.id)
    accept(shop.db, shop.id, request_id)
    refunds.mark_paid(shop.db, shop.id, shop.refunds(order_id)[0].id, USER)
    request_id = request(shop.db, shop.id, order_id, 1)
    cancellations.withdraw(shop.db, shop.id, request_id, USER)
    request_id = request(shop.db, shop.id, order_id, 0, 1)
    cancellations.decline(shop.db, shop.id, request_id, USER, reason=DeclineReason.OTHER)
    orders.send_link(shop.db, shop.id, order_id)
    work_off(shop.post, shop.id)

    assert {row.event for row in messages_of(shop.db, shop.id)} == {
        "order_confirmed",
        "order_link_sent",
        "cancellation_requested",
        "cancellation_accepted",
        "cancellation_declined",
        "cancellation_withdrawn",
        "refund_sent",
    }
    assert len(shop.box.messages) == len(messages_of(shop.db, shop.id))
    for mail in shop.box.messages:
        page = page_of(mail)
        links = {link.get_text(): link["href"] for link in page("a")}
        address = links["View order details"]
        assert address.startswith(f"{BASE_URL}/o/")
        assert f"View order details: {address}" in text_of(mail)
        assert both_say(mail, "Northlight Home", "NL-1", "Items", " × ")
        data = json.loads(page.find("script", type="application/ld+json").string)
        assert data["potentialAction"] == {
            "@type": "ViewAction",
            "name": "View order details",
            "target": address,
        }
        assert [heading.name for heading in page("h1")] == ["h1"]
        assert page.find("meta", attrs={"name": "color-scheme"})["content"] == "light dark"
        assert not re.search(r"(src|@import|url\()", str(page))


def test_a_receipt_says_received_with_the_time_and_not_accepted(shop: Shop) -> None:
    order_id = an_order_at(shop)
    request(shop.db, shop.id, order_id, 1)

    mail = shop.newest()

    assert "received" in mail["Subject"]
    assert re.search(r"was received on \w+, \w+ \d+, \d{4} at \d+:\d\d", text_of(mail))
    assert both_say(mail, "Nothing is canceled yet.", "Northlight Home decides", "1 × Tea kettle", "$64.00")
    assert both_say(mail, "Reason for cancellation: Order created by mistake")
    assert "was accepted" not in text_of(mail)


@pytest.mark.parametrize(
    ("outcome", "words"),
    [(SilenceOutcome.ACCEPT, "it is accepted."), (SilenceOutcome.DECLINE, "it is declined.")],
)
def test_a_receipt_says_by_when_and_what_silence_does(
    db: Database, outcome: SilenceOutcome, words: str
) -> None:
    shop = a_shop(db, Policy(silence_hours=24, silence_outcome=outcome))
    request(db, shop.id, an_order_at(shop))

    assert both_say(shop.newest(), "Northlight Home decides by ", f"Without an answer by then {words}")


def test_a_receipt_under_an_automatic_policy_says_that_nobody_decides(db: Database) -> None:
    shop = a_shop(db, automatic(undo_minutes=30))
    request(db, shop.id, an_order_at(shop))

    assert both_say(shop.newest(), "Nobody has to decide about it", "Nothing is canceled yet.")


def test_the_amount_in_the_mail_is_the_refund(shop: Shop) -> None:
    order_id = an_order_at(shop)
    accept(shop.db, shop.id, request(shop.db, shop.id, order_id, 1))

    mail = shop.newest()

    assert mail["Subject"] == "Part of your order NL-1 at Northlight Home is canceled"
    assert [refund.amount_minor for refund in shop.refunds(order_id)] == [6400]
    assert both_say(mail, "1 × Tea kettle", "Back the way you paid", "$64.00", "5 to 10 days")
    assert both_say(mail, "Shipping of $6.95 is refunded only when the last item is canceled.")
    assert "Reading lamp" not in text_of(mail)


def test_a_refund_over_several_payments_names_each_and_their_sum(shop: Shop) -> None:
    payments = (
        IncomingPayment(Gateway.GIFT_CARD, 5000, 5000),
        IncomingPayment(Gateway.MANUAL, 21295, 21295),
    )
    order_id = an_order_at(shop, payments=payments)
    accept(shop.db, shop.id, request(shop.db, shop.id, order_id))

    mail = shop.newest()

    assert mail["Subject"] == "Your order NL-1 at Northlight Home is canceled"
    assert both_say(mail, "Back to your gift card", "$50.00", "Back the way you paid", "$212.95")
    assert both_say(mail, "Back to you", "$262.95")


def test_money_that_was_only_authorized_is_not_called_a_refund(shop: Shop) -> None:
    order_id = an_order_at(shop, paid=False)
    accept(shop.db, shop.id, request(shop.db, shop.id, order_id, 1))

    mail = shop.newest()

    assert both_say(mail, "Will not be charged", "$64.00", "Nothing was charged for these items")
    assert "Back the way you paid" not in text_of(mail)


def test_what_shipped_before_the_decision_is_said(shop: Shop) -> None:
    order_id = an_order_at(shop)
    request_id = request(shop.db, shop.id, order_id)
    ship(shop.db, shop.id, order_id, 1)
    accept(shop.db, shop.id, request_id)

    mail = shop.newest()

    assert both_say(mail, "1 unit of your request had shipped before", "1 × Tea kettle", "1 × Reading lamp")
    assert both_say(mail, "$192.00", "is not refunded, because part of the order has shipped")


def test_a_merchants_own_cancellation_does_not_speak_of_a_request(shop: Shop) -> None:
    order_id = an_order_at(shop)
    ask = cancellations.Ask(
        quantities=quantities(shop.db, shop.id, order_id, 0, 1),
        reason=Reason.SUSPECTED_FRAUD,
        memo="Do not trust",
        message="We ran out of lamps.\nWe are sorry!",
    )
    cancellations.request(shop.db, shop.id, order_id, ask, USER)

    mail = shop.newest()

    assert both_say(mail, "Northlight Home had to cancel these items", "Message from Northlight Home")
    assert both_say(mail, "We ran out of lamps. We are sorry!", "$128.00")
    assert "request" not in text_of(mail).lower()
    assert "fraud" not in text_of(mail).lower()
    assert "Do not trust" not in text_of(mail)
    assert [row.event for row in messages_of(shop.db, shop.id)] == [
        "order_confirmed",
        "cancellation_accepted",
    ]


def test_a_decline_gives_reason_and_message(shop: Shop) -> None:
    order_id = an_order_at(shop)
    request_id = request(shop.db, shop.id, order_id, 1)
    reason = DeclineReason.ALREADY_PACKED
    cancellations.decline(shop.db, shop.id, request_id, USER, reason=reason, message="It was on the belt.")

    mail = shop.newest()

    assert mail["Subject"] == "Not canceled: your order NL-1 at Northlight Home"
    assert both_say(mail, "Northlight Home declined your request", "Reason: Already packed for shipping")
    assert both_say(mail, "It was on the belt.", "nothing is refunded", "1 × Tea kettle")


def test_a_shipment_that_came_first_is_told_as_such(shop: Shop) -> None:
    order_id = an_order_at(shop)
    request(shop.db, shop.id, order_id)
    ship(shop.db, shop.id, order_id, 2, 1)

    mail = shop.newest()

    assert both_say(mail, "It had already shipped", "You can send them back once they arrive.")
    assert both_say(mail, "2 × Tea kettle", "1 × Reading lamp")
    assert "declined" not in text_of(mail)


def test_a_request_that_was_reinstated_is_told_as_such(db: Database) -> None:
    shop = a_shop(db, automatic(undo_minutes=30))
    request_id = request(db, shop.id, an_order_at(shop))
    words = "The engraving is done <b>already</b>."
    cancellations.decline(db, shop.id, request_id, USER, reason=DeclineReason.MADE_TO_ORDER, message=words)

    mail = shop.newest()

    assert mail["Subject"] == "It goes on after all: your order NL-1 at Northlight Home"
    assert both_say(mail, "It stays as it was ordered", "Northlight Home had accepted your request", words)
    assert both_say(mail, "stopped it before it was carried out", "nothing is refunded for them")
    assert both_say(mail, "Reason: Made to order", "2 × Tea kettle", "1 × Reading lamp", "View order details")
    assert "declined" not in text_of(mail)


def test_a_merchants_own_cancellation_that_was_stopped_is_told_as_such(db: Database) -> None:
    shop = a_shop(db, Policy(warehouse=Warehouse(answer_minutes=30)))
    order_id = an_order_at(shop)
    request_id = cancellations.request(db, shop.id, order_id, cancellations.Ask(), USER)
    cancellations.decline(db, shop.id, request_id, USER, reason=DeclineReason.OTHER)

    mail = shop.newest()

    assert both_say(mail, "was about to cancel these items of order NL-1 and has stopped that")
    assert "your request" not in text_of(mail)


@pytest.mark.parametrize(
    ("silence", "then"),
    [(WarehouseAnswer.TOO_LATE, "it ships as ordered."), (WarehouseAnswer.STOPPED, "it is canceled.")],
)
def test_a_request_that_asks_a_warehouse_says_until_when(
    db: Database, silence: WarehouseAnswer, then: str
) -> None:
    shop = a_shop(db, Policy(mode=Mode.AUTOMATIC, warehouse=Warehouse(answer_minutes=30, silence=silence)))
    request(db, shop.id, an_order_at(shop))

    mail = shop.newest()

    assert both_say(mail, "Northlight Home asks its warehouse to stop it, and you get an e-mail by ")
    assert both_say(mail, f"Without an answer by then {then}", "Until then you can withdraw it")


def test_a_request_that_a_person_decides_names_the_warehouse_too(db: Database) -> None:
    shop = a_shop(db, Policy(warehouse=Warehouse(answer_minutes=30)))
    request(db, shop.id, an_order_at(shop))

    assert both_say(
        shop.newest(), "Northlight Home decides", "Once it is accepted, the warehouse is asked to stop it."
    )


def test_a_warehouse_that_was_too_late_is_told_as_such(db: Database) -> None:
    shop = a_shop(db, Policy(mode=Mode.AUTOMATIC, warehouse=Warehouse(answer_minutes=30)))
    request_id = request(db, shop.id, an_order_at(shop))
    warehouse.answer(db, shop.id, request_id, WarehouseAnswer.TOO_LATE, USER)

    mail = shop.newest()

    assert both_say(mail, "It had already shipped", "accepted your request", "before they could be stopped")
    assert both_say(mail, "You can send them back once they arrive.", "2 × Tea kettle")
    assert "declined" not in text_of(mail)


def test_a_merchants_own_cancellation_that_came_too_late_is_no_request_of_the_customer(db: Database) -> None:
    shop = a_shop(db, Policy(warehouse=Warehouse(answer_minutes=30)))
    request_id = cancellations.request(db, shop.id, an_order_at(shop), cancellations.Ask(), USER)
    warehouse.answer(db, shop.id, request_id, WarehouseAnswer.TOO_LATE, USER)

    mail = shop.newest()

    assert both_say(mail, "was about to cancel these items of order NL-1, but they had left already")
    assert "your request" not in text_of(mail)


def test_a_withdrawal_says_that_everything_stays(shop: Shop) -> None:
    order_id = an_order_at(shop)
    request_id = request(shop.db, shop.id, order_id)
    cancellations.withdraw(shop.db, shop.id, request_id, USER)

    mail = shop.newest()

    assert both_say(
        mail, "Your request was withdrawn", "stay as they were ordered", "You can ask again there"
    )


def test_a_paid_refund_names_its_own_amount_alone(shop: Shop) -> None:
    order_id = an_order_at(shop)
    accept(shop.db, shop.id, request(shop.db, shop.id, order_id, 1))
    accept(shop.db, shop.id, request(shop.db, shop.id, order_id, 0, 1))
    refunds.mark_paid(shop.db, shop.id, shop.refunds(order_id)[1].id, USER)

    mail = shop.newest()

    assert both_say(mail, "$128.00 is on its way back to you", "1 × Reading lamp", "5 to 10 days")
    assert "$64.00" not in text_of(mail)


def test_texts_of_others_stay_text(shop: Shop) -> None:
    naughty = "<img src=x onerror=alert(1)> & {{ 7*7 }} </mj-table></script> 'quoted' \"so\" 茶壺 🫖"
    order_id = an_order().with_item(naughty).with_(buyer_name=naughty).taken_in(shop.db, shop.id)
    ask = cancellations.Ask(reason=Reason.NO_INVENTORY, message=naughty)
    cancellations.request(shop.db, shop.id, order_id, ask, USER)
    work_off(shop.post, shop.id)

    for mail in shop.box.messages:
        assert both_say(mail, naughty)
        assert page_of(mail)("img") == []
        assert len(page_of(mail)("script")) == 1
    assert unescape("&amp;") in text_of(shop.box.messages[0])


def test_amounts_follow_the_currency(shop: Shop) -> None:
    order = an_order().with_item("Tea kettle", 1, 12800).with_(currency="JPY")
    accept(shop.db, shop.id, request(shop.db, shop.id, order.taken_in(shop.db, shop.id)))

    assert both_say(shop.newest(), "¥12,800")

"""An order's page in the console."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select, update

from shared.actions import cancellations, cases
from shared.actions.cancellations import Ask
from shared.actions.case_steps import Message
from shared.domain.actors import BUYER
from shared.domain.permissions import Role
from shared.domain.policy import Policy
from shared.domain.reasons import Reason
from shared.storage.records import MerchantRecord, MessageRecord, OrderRecord, RefundRecord
from tests.builders import STORE, accept, an_order, cancel, request, ship
from tests.unit.console.browsing import Browser, Shop, buttons_named, links_named, order_path, words_of


def test_the_page_shows_what_was_ordered_and_where_it_is(owner: Browser, shop: Shop) -> None:
    order = an_order().with_(number="NL-1").with_item("Tea kettle", 4, 25600, asin="B0CHX1W1XY")
    order_id = order.taken_in(shop.db, shop.merchant_id)
    ship(shop.db, shop.merchant_id, order_id, 1)
    cancel(shop.db, shop.merchant_id, order_id, 1)
    request(shop.db, shop.merchant_id, order_id, 1)
    page = owner.page(order_path(order_id))

    assert words_of(page.h1) == "Order NL-1"
    line = words_of(page.select_one("table.lines tbody tr"))
    assert "SKU TEA-KETTLE, ASIN B0CHX1W1XY, $64.00 each" in line
    assert "1 shipped, 1 asked for, 1 to ship, 1 canceled" in line
    assert len(links_named(page, "Cancel order")) == 1


def test_an_order_of_which_nothing_is_left_offers_nothing(owner: Browser, shop: Shop) -> None:
    order_id = an_order().taken_in(shop.db, shop.merchant_id)
    ship(shop.db, shop.merchant_id, order_id)
    page = owner.page(order_path(order_id))

    assert links_named(page, "Cancel order") == links_named(page, "Confirm shipment") == []


def test_an_open_request_says_why_and_what_would_follow(
    visitor: Browser, open_shop: Callable[..., Shop]
) -> None:
    shop = open_shop(Policy(silence_hours=6))
    visitor.sign_in(shop.email)
    order = an_order().with_(shipping_minor=695).with_item("Tea kettle", 2, 12800)
    order_id = order.taken_in(shop.db, shop.merchant_id)
    request(
        shop.db,
        shop.merchant_id,
        order_id,
        1,
        reason=Reason.FOUND_CHEAPER,
        comments="One is enough.\nReally.",
    )
    panel = visitor.page(order_path(order_id)).select_one("section.ask")
    said = words_of(panel)

    assert "Ana Torres asks to cancel 1 of 2 units" in said
    assert "Reason for cancellation Found cheaper somewhere else" in said
    assert "Additional comments One is enough. Really." in said
    assert "$64.00 goes back to Visa 4242." in said
    assert "Shipping of $6.95 is refunded only when the last item is canceled." in said
    assert "1 unit goes back to stock." in said
    assert "Your cancellation rate stays at 0.0%" in said
    assert "5 h 59 min left" in said
    assert panel is not None
    assert len(buttons_named(panel, "Accept")) == len(buttons_named(panel, "Decline")) == 1


def test_a_request_that_the_store_passed_on_is_the_customers(owner: Browser, shop: Shop) -> None:
    order_id = an_order().taken_in(shop.db, shop.merchant_id)
    cancellations.request(shop.db, shop.merchant_id, order_id, Ask(for_buyer=True), STORE)
    page = owner.page(order_path(order_id))

    assert "Ana Torres asks to cancel 1 of 1 units" in words_of(page.main)
    assert len(links_named(page, "Orders")) == 1


def test_a_viewer_reads_everything_and_is_offered_nothing(
    visitor: Browser, open_shop: Callable[..., Shop]
) -> None:
    shop = open_shop(role=Role.VIEWER)
    visitor.sign_in(shop.email)
    order_id = an_order().with_item(quantity=3).taken_in(shop.db, shop.merchant_id)
    request(shop.db, shop.merchant_id, order_id, 1)
    cancel(shop.db, shop.merchant_id, order_id, 1)
    page = visitor.page(order_path(order_id))

    assert [words_of(button) for button in page.main.find_all("button")] == []  # type: ignore[union-attr]
    assert links_named(page, "Cancel order") == links_named(page, "Edit memo") == []


def test_reasons_comments_and_answers_stay_on_the_page(owner: Browser, shop: Shop) -> None:
    order_id = an_order().with_item(quantity=2).taken_in(shop.db, shop.merchant_id)
    asked = request(shop.db, shop.merchant_id, order_id, 1, comments="Too late for me.")
    accept(shop.db, shop.merchant_id, asked)
    said = words_of(owner.page(order_path(order_id)).main)

    assert "Canceled: 1 × Tea kettle" in said
    assert "Too late for me." in said


def test_an_ended_request_names_what_was_left_of_it(owner: Browser, shop: Shop) -> None:
    order_id = an_order().with_item().with_item("Lamp").taken_in(shop.db, shop.merchant_id)
    asked = request(shop.db, shop.merchant_id, order_id)
    ship(shop.db, shop.merchant_id, order_id, 0, 1)
    accept(shop.db, shop.merchant_id, asked)
    said = words_of(owner.page(order_path(order_id)).main)

    assert "Canceled: 1 × Tea kettle" in said
    assert "Canceled: 1 × Tea kettle, 1 × Lamp" not in said


def test_an_item_that_may_not_go_says_why_and_what_the_merchant_can_do(owner: Browser, shop: Shop) -> None:
    order = an_order().with_item("Tea set", sku="SET").with_item("Cup", parent_sku="SET")
    order_id = order.taken_in(shop.db, shop.merchant_id)
    why = "This is part of a bundle. Cancel the bundle, and its parts go with it."

    row = words_of(owner.page(order_path(order_id)).select("table.lines tbody tr")[1])
    window = words_of(owner.page(order_path(order_id, "/cancel")).select_one("ul.pick"))

    assert why in row
    assert f"Cup {why}" in window


def test_the_timeline_names_who_did_what(owner: Browser, shop: Shop) -> None:
    order_id = an_order().with_item(quantity=2).taken_in(shop.db, shop.merchant_id)
    ship(shop.db, shop.merchant_id, order_id, 1)
    owner.send(order_path(order_id, "/revoke-links"))
    entries = [words_of(entry) for entry in owner.page(order_path(order_id)).select("ol.timeline li")]

    assert entries[0].startswith("Maya Lindqvist revoked the order links")
    assert entries[1].startswith("The team confirmed the shipment of 1 unit")
    assert entries[2].startswith("Order taken in")


def test_a_refund_by_hand_is_marked_as_paid_once(owner: Browser, shop: Shop) -> None:
    order_id = an_order().taken_in(shop.db, shop.merchant_id)
    cancel(shop.db, shop.merchant_id, order_id)
    page = owner.page(order_path(order_id))
    form = buttons_named(page, "Mark as paid")[0].find_parent("form")
    assert form is not None

    done = owner.told(owner.send(str(form["action"])))
    again = owner.told(owner.send(str(form["action"])))

    assert done == ("status", "Refund marked as paid. The customer gets an e-mail.")
    assert again == ("alert", "Nothing was changed. Somebody was faster: this refund does not wait any more.")
    assert buttons_named(owner.page(order_path(order_id)), "Mark as paid") == []


def test_a_refund_of_another_order_is_not_found(owner: Browser, shop: Shop) -> None:
    mine, other = (an_order().taken_in(shop.db, shop.merchant_id) for _ in range(2))
    cancel(shop.db, shop.merchant_id, other)
    with shop.db.begin(shop.merchant_id) as tx:
        refund_id = tx.session.scalars(select(RefundRecord.id).where(RefundRecord.order_id == other)).one()

    assert owner.send(order_path(mine, f"/refunds/{refund_id}/paid")).status_code == 404


def test_a_fresh_link_goes_to_the_address_on_file(owner: Browser, shop: Shop) -> None:
    order_id = an_order().taken_in(shop.db, shop.merchant_id)

    said = owner.told(owner.send(order_path(order_id, "/send-link")))

    assert said == ("status", "Order link sent. A fresh link is on its way to ana.torres@example.com.")
    with shop.db.begin(shop.merchant_id) as tx:
        events = tx.session.scalars(
            select(MessageRecord.event).where(MessageRecord.order_id == order_id)
        ).all()
    assert "order_link_sent" in events


def test_no_link_is_said_to_be_sent_while_mail_is_off(owner: Browser, shop: Shop) -> None:
    order_id = an_order().taken_in(shop.db, shop.merchant_id)
    with shop.db.begin(shop.merchant_id) as tx:
        tx.session.execute(
            update(MerchantRecord).where(MerchantRecord.id == shop.merchant_id).values(mails_buyers=False)
        )

    assert owner.told(owner.send(order_path(order_id, "/send-link")))[0] == "alert"


def test_links_are_revoked_together(owner: Browser, shop: Shop) -> None:
    order_id = an_order().taken_in(shop.db, shop.merchant_id)

    said = owner.told(owner.send(order_path(order_id, "/revoke-links")))

    assert said[0] == "status"
    with shop.db.begin(shop.merchant_id) as tx:
        assert tx.session.scalars(select(OrderRecord.link_epoch).where(OrderRecord.id == order_id)).one() == 1


def test_what_the_customer_wrote_stands_on_the_page(owner: Browser, shop: Shop) -> None:
    order_id = an_order().taken_in(shop.db, shop.merchant_id)
    message = Message("<b>When</b> does it ship?")
    cases.open_case(shop.db, shop.merchant_id, order_id, "Products", message, BUYER)

    assert "<b>When</b> does it ship?" in words_of(owner.page(order_path(order_id)).main)

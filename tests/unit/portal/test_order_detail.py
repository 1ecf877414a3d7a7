"""The customer's order page: what is in it, what may still be canceled or why not, and what happened."""

from collections.abc import Callable

import pytest

from shared.actions import cancellations, changes, execution, warehouse
from shared.actions.cancellations import Ask
from shared.domain.ids import OrderId
from shared.domain.intake import IncomingLine
from shared.domain.policy import Fee, Mode, Policy, Warehouse, WarehouseAnswer
from shared.domain.reasons import DeclineReason, Reason
from tests.builders import STORE, USER, accept, an_order, automatic, cancel, request, ship
from tests.unit.portal.conftest import Shop

SCRIPT = "<script>alert(1)</script>"


def test_an_order_shows_its_number_items_and_statuses(shop: Shop) -> None:
    order = shop.take(
        an_order().with_(number="NL-7").with_item("Tea kettle", 2, 12800).with_item("Reading lamp")
    )

    page = shop.buyer(order).get(f"/orders/{order}")

    assert page.response.status_code == 200
    assert page.heading == "Order NL-7"
    assert "Unshipped" in page.row("Tea kettle")
    assert "$64.00 each" in page.row("Tea kettle")
    assert "Item status" in page.text
    assert page.said == []


def test_cancel_order_is_offered_while_something_may_be_canceled(shop: Shop) -> None:
    order = shop.take()

    page = shop.buyer(order).get(f"/orders/{order}")

    assert "Action" in page.buttons()
    assert "Cancel order" in page.links()
    assert page.region("Cancellation") is None
    assert page.region("Refund") is None


def test_a_shipped_order_offers_no_cancel_option_and_says_what_to_do(shop: Shop) -> None:
    order = shop.take()
    ship(shop.db, shop.merchant_id, order)

    page = shop.buyer(order).get(f"/orders/{order}")

    assert "Action" in page.buttons()
    assert "Cancel order" not in page.text
    assert "It has already shipped." in (page.region("Cancellation") or "")
    assert "Contact us" in (page.region("Cancellation") or "")
    assert "Shipped" in page.row("Tea kettle")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"hold": True}, "The order is on hold"),
        ({"disputed": True}, "The payment is disputed"),
        ({"fulfilled_by_other": True}, "Another company ships this order"),
    ],
)
def test_an_order_that_may_not_be_canceled_says_why(shop: Shop, changes: dict[str, object], why: str) -> None:
    order = shop.take(an_order().with_item().with_(**changes))

    page = shop.buyer(order).get(f"/orders/{order}")

    assert why in (page.region("Cancellation") or "")
    assert "Cancel order" not in page.links()


def test_an_open_request_shows_its_reason_comments_and_a_way_back(shop: Shop) -> None:
    order = shop.take()
    request(shop.db, shop.merchant_id, order, comments="Found it nearer home")

    page = shop.buyer(order).get(f"/orders/{order}")

    asked = page.region("Cancellation") or ""
    assert "Reason for cancellation Order created by mistake" in asked
    assert "Additional comments Found it nearer home" in asked
    assert "Withdraw request" in page.buttons()
    assert "Cancellation requested" in page.row("Tea kettle")
    assert "Cancel order" not in page.links()
    assert "Waiting for Northlight Home" in (page.region("Timeline") or "")


def test_what_was_not_asked_for_can_still_be_canceled(shop: Shop) -> None:
    order = shop.take(an_order().with_item("Tea kettle", 3, 9000))
    request(shop.db, shop.merchant_id, order, 1)

    page = shop.buyer(order).get(f"/orders/{order}")

    assert "Withdraw request" in page.buttons()
    assert "Cancel order" in page.links()
    assert "1 asked for, 2 to ship" in page.row("Tea kettle")


def test_an_accepted_request_shows_the_refund(shop: Shop) -> None:
    order = shop.take(an_order().with_item("Tea kettle", 2, 12800))
    accept(shop.db, shop.merchant_id, request(shop.db, shop.merchant_id, order, 1))

    page = shop.buyer(order).get(f"/orders/{order}")

    assert "$64.00" in (page.region("Refund") or "")
    assert "Partially canceled" in page.row("Tea kettle")
    assert "After refund $64.00" in page.text
    assert "Withdraw request" not in page.buttons()


def test_what_shipped_before_the_decision_is_not_told_as_canceled(shop: Shop) -> None:
    order = shop.take(an_order().with_item("Tea kettle", 3, 9000).with_item("Mug"))
    asked = request(shop.db, shop.merchant_id, order)
    ship(shop.db, shop.merchant_id, order, 1, 1)
    accept(shop.db, shop.merchant_id, asked)

    told = shop.buyer(order).get(f"/orders/{order}").region("Timeline") or ""

    assert "Canceled: 2 × Tea kettle" in told
    assert "3 × Tea kettle, 1 × Mug" in told
    assert "2 × Tea kettle, " not in told


def test_a_merchants_cancellation_is_told_and_cannot_be_withdrawn(shop: Shop) -> None:
    order = shop.take()
    cancel(shop.db, shop.merchant_id, order)

    page = shop.buyer(order).get(f"/orders/{order}")

    assert "It is already canceled." in (page.region("Cancellation") or "")
    assert "Withdraw request" not in page.buttons()


def test_an_automatic_shop_says_that_it_is_being_carried_out(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(policy=automatic())
    order = shop.take()
    request(shop.db, shop.merchant_id, order)

    page = shop.buyer(order).get(f"/orders/{order}")

    assert "It is accepted and being carried out." in (page.region("Cancellation") or "")
    assert "Cancellation requested" in page.row("Tea kettle")
    assert "Waiting for" not in page.text


ASKS_WAREHOUSE = Policy(mode=Mode.AUTOMATIC, warehouse=Warehouse(answer_minutes=30))


def test_while_the_warehouse_is_asked_the_customer_hears_by_when(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(policy=ASKS_WAREHOUSE)
    order = shop.take()
    request(shop.db, shop.merchant_id, order)

    page = shop.buyer(order).get(f"/orders/{order}")

    told = page.region("Cancellation") or ""
    assert "Northlight Home asks its warehouse to stop it; you will hear by " in told
    assert "Withdraw request" in page.buttons()
    timeline = page.region("Timeline") or ""
    assert "Waiting for the warehouse" in timeline
    assert "The warehouse is asked to stop 1 × Tea kettle" in timeline


def test_what_could_not_be_stopped_is_told_as_such(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(policy=ASKS_WAREHOUSE)
    order = shop.take()
    asked = request(shop.db, shop.merchant_id, order)
    warehouse.answer(shop.db, shop.merchant_id, asked, WarehouseAnswer.TOO_LATE, USER)

    page = shop.buyer(order).get(f"/orders/{order}")

    assert "It could not be stopped any more: it had left." in (page.region("Cancellation") or "")
    assert "It was too late to stop 1 × Tea kettle" in (page.region("Timeline") or "")


def test_a_cancellation_that_the_shop_stopped_is_told_as_such(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(policy=ASKS_WAREHOUSE)
    order = shop.take()
    asked = request(shop.db, shop.merchant_id, order)
    cancellations.decline(
        shop.db, shop.merchant_id, asked, USER, reason=DeclineReason.MADE_TO_ORDER, message="It is engraved."
    )

    told = shop.buyer(order).get(f"/orders/{order}").region("Cancellation") or ""

    assert "Northlight Home has stopped the cancellation; your order goes on as before." in told
    assert "Made to order" in told
    assert "It is engraved." in told


def test_each_item_says_why_it_may_not_go(shop: Shop) -> None:
    order = shop.take(an_order().with_item("Tea kettle").with_item("Engraved mug", cancelable=False))
    buyer = shop.buyer(order)
    why = "This product cannot be canceled. Contact us and we will see what we can do."

    page = buyer.get(f"/orders/{order}")
    window = buyer.get(f"/orders/{order}/cancel")

    assert why in page.row("Engraved mug")
    assert why not in page.row("Tea kettle")
    assert f"Engraved mug {why}" in window.text


def test_reasons_that_hold_for_some_items_name_them(shop: Shop) -> None:
    order = shop.take(an_order().with_item("Tea kettle").with_item("Engraved mug", cancelable=False))
    ship(shop.db, shop.merchant_id, order, 1)

    told = shop.buyer(order).get(f"/orders/{order}").region("Cancellation") or ""

    assert "Tea kettle: It has already shipped. You can send it back once it arrives." in told
    assert "Engraved mug: This product cannot be canceled." in told


def test_personal_data_is_shown_in_part(shop: Shop) -> None:
    order = shop.take(an_order().with_item().with_(delivery=("1420 Harrison Ave", "Seattle")))

    page = shop.buyer(order).get(f"/orders/{order}")

    assert "a•••@example.com" in page.text
    assert "Ana T." in page.text
    for hidden in ("ana.torres", "Torres", "Harrison"):
        assert hidden not in page.response.get_data(as_text=True)


def test_two_items_of_one_title_are_told_apart(shop: Shop) -> None:
    order = shop.take(an_order().with_item("Mug", sku="A").with_item("Mug", sku="B"))

    page = shop.buyer(order).get(f"/orders/{order}")

    assert "Mug (2)" in page.row("Mug (2)")


def test_texts_of_others_are_shown_and_never_run(shop: Shop) -> None:
    line = IncomingLine(sku=SCRIPT, title=f"{SCRIPT}\u202eevil", quantity=1, price_minor=100)
    order = shop.take(an_order().with_(lines=(line,), buyer_name=f'"><img src=x onerror=1>{SCRIPT}'))
    request(shop.db, shop.merchant_id, order, comments=f"{SCRIPT} {{{{ 7*7 }}}} =1+1")

    page = shop.buyer(order).get(f"/orders/{order}")

    assert page.soup.find("script", src=False) is None
    assert page.soup.find("img") is None
    assert f"{SCRIPT} {{{{ 7*7 }}}} =1+1" in (page.region("Cancellation") or "")


def test_a_browser_holds_the_links_of_the_five_orders_opened_last(shop: Shop) -> None:
    orders = [shop.take() for _ in range(6)]
    buyer = shop.buyer(*orders)

    assert buyer.get(f"/orders/{orders[0]}").response.status_code == 404
    for order in orders[1:]:
        assert buyer.get(f"/orders/{order}").response.status_code == 200


@pytest.mark.parametrize(("at_most", "said"), [(0, "Nothing is refunded. $64.00"), (1400, "$50.00")])
def test_what_the_shop_keeps_of_its_own_will_is_said(shop: Shop, at_most: int, said: str) -> None:
    order = shop.take(an_order())
    ask = Ask(reason=Reason.BUSINESS_CONDITIONS, most_minor=at_most)
    request_id = cancellations.request(shop.db, shop.merchant_id, order, ask, USER)
    sentence = f"{said} is not refunded: the shop decided so."
    assert sentence in (shop.buyer(order).get(f"/orders/{order}").region("Cancellation") or "")

    execution.execute(shop.db, shop.merchant_id, request_id)

    assert sentence in (shop.buyer(order).get(f"/orders/{order}").region("Refund") or "")


def test_an_order_the_shop_canceled_by_itself_closes_the_request_in_words(shop: Shop) -> None:
    order = shop.take()
    request(shop.db, shop.merchant_id, order)
    changes.change(shop.db, shop.merchant_id, order, changes.OrderChange(canceled=True), STORE)

    page = shop.buyer(order).get(f"/orders/{order}")

    region = page.region("Cancellation") or ""
    assert "Your request is closed." in region
    assert "The whole order was canceled in the shop itself" in region
    assert "Canceled" in page.row("Tea kettle")
    assert "Withdraw request" not in page.buttons()


def test_while_an_order_is_on_hold_no_time_for_the_answer_is_promised(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(policy=Policy(silence_hours=24))
    order = shop.take()
    request(shop.db, shop.merchant_id, order)
    assert "answers by e-mail" not in said_by(shop, order)

    changes.change(shop.db, shop.merchant_id, order, changes.OrderChange(hold=True), STORE)

    assert "answers by e-mail" in said_by(shop, order)


def said_by(shop: Shop, order: OrderId) -> str:
    return shop.buyer(order).get(f"/orders/{order}").region("Cancellation") or ""


def test_a_fee_that_was_kept_is_told_beside_the_refund(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(policy=Policy(mode=Mode.AUTOMATIC, fee=Fee(percent=10)))
    order = shop.take(an_order().with_item("Tea kettle", 1, 2000))
    execution.execute(shop.db, shop.merchant_id, request(shop.db, shop.merchant_id, order))

    region = shop.buyer(order).get(f"/orders/{order}").region("Refund")

    assert "A cancellation fee of $2.00 is kept." in (region or "")

"""A merchant cancels, ships and decides, from the dashboard, the detail page and the inbox."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, Shop, sign_in


def test_a_merchant_cancels_a_whole_order_from_the_dashboard(shop: Shop, merchant: Page, buyer: Page) -> None:
    order = shop.place_order("Tea kettle", quantity=2)
    merchant.goto("/console/orders")
    row = merchant.get_by_role("row", name=order["number"])
    row.get_by_role("button", name="Action").click()
    row.get_by_role("link", name="Cancel order").click()
    window = merchant.get_by_role("dialog", name="Cancel order")
    window.get_by_label("Reason for cancellation").select_option(label="No inventory")
    window.get_by_label("Message to customer").fill("Sorry, it is sold out.")
    window.get_by_label("Seller memo").fill("Supplier is late again")
    window.get_by_role("button", name="Cancel order").click()
    expect(merchant.get_by_role("status")).to_have_count(1)

    mail = shop.mails_to(order["email"])[0]
    assert mail["event"] == "cancellation_accepted"
    assert "Sorry, it is sold out." in mail["text"]
    assert "Supplier is late again" not in mail["text"] + mail["html"]
    merchant.goto("/console/orders")
    expect(merchant.get_by_role("row", name=order["number"])).to_contain_text("Canceled")
    buyer.goto(order["order_link"])
    expect(buyer.get_by_role("row", name="Tea kettle")).to_contain_text("Canceled")
    expect(buyer.get_by_text("Supplier is late again")).to_have_count(0)


def test_a_merchant_ships_one_part_and_cancels_the_other(shop: Shop, merchant: Page) -> None:
    order = shop.place_order("Tea kettle", quantity=3, unit_price=2000)
    merchant.goto(f"/console/orders/{order['id']}")
    merchant.get_by_role("link", name="Confirm shipment").click()
    merchant.get_by_label("Quantity to ship: Tea kettle").fill("2")
    merchant.get_by_role("button", name="Confirm shipment").click()
    expect(merchant.get_by_role("row", name="Tea kettle")).to_contain_text("Partially shipped")

    merchant.get_by_role("link", name="Cancel order").click()
    window = merchant.get_by_role("dialog", name="Cancel order")
    window.get_by_role("radio", name="Cancel items").check()
    window.get_by_label("Quantity to cancel: Tea kettle").fill("1")
    window.get_by_label("Reason for cancellation").select_option(label="No inventory")
    expect(window.get_by_role("region", name="Refund")).to_contain_text("$20.00")
    window.get_by_role("button", name="Cancel order").click()
    expect(merchant.get_by_role("status")).to_have_count(1)
    shop.settle()

    merchant.reload()
    expect(merchant.get_by_role("row", name="Tea kettle")).to_contain_text("Shipped")


def test_a_declined_request_tells_the_buyer_why(shop: Shop, merchant: Page, buyer: Page) -> None:
    order = shop.place_order("Tea kettle")
    buyer.goto(order["order_link"])
    buyer.goto(f"/orders/{order['id']}/cancel")
    buyer.get_by_role("button", name="Cancel order").click()
    expect(buyer.get_by_role("row", name="Tea kettle")).to_contain_text("Cancellation requested")

    merchant.goto("/console/orders")
    merchant.get_by_role("navigation", name="Main").get_by_role("link", name="Requests").click()
    expect(merchant.get_by_role("heading", name="Requests", level=1)).to_be_visible()
    merchant.get_by_role("row", name=order["number"]).get_by_text("Decline", exact=True).click()
    window = merchant.get_by_role("dialog")
    window.get_by_label("Reason for declining").select_option(index=1)
    window.get_by_label("Message to customer").fill("It left our shelf an hour ago.")
    window.get_by_role("button", name="Decline request").click()
    expect(merchant.get_by_role("status")).to_have_count(1)

    mail = shop.mails_to(order["email"])[0]
    assert mail["event"] == "cancellation_declined"
    assert "It left our shelf an hour ago." in mail["text"]
    buyer.reload()
    expect(buyer.get_by_text("It left our shelf an hour ago.")).to_be_visible()


def test_a_merchant_without_a_reason_is_asked_for_one(shop: Shop, merchant: Page) -> None:
    order = shop.place_order("Tea kettle")
    merchant.goto(f"/console/orders/{order['id']}/cancel")
    merchant.get_by_role("button", name="Cancel order").click()

    expect(merchant.get_by_role("heading", name="Cancel order", level=1)).to_be_visible()
    expect(merchant.get_by_role("alert")).to_have_count(1)


def test_an_order_is_found_by_part_of_its_number(shop: Shop, merchant: Page) -> None:
    shop.place_order(number="NL-77001")
    shop.place_order(number="NL-88002")
    merchant.goto("/console/orders")
    merchant.get_by_label("Search orders").fill("8800")
    merchant.get_by_role("button", name="Apply").click()

    orders = merchant.get_by_role("table", name="Orders")
    expect(orders.get_by_role("row", name="NL-88002")).to_be_visible()
    expect(orders.get_by_role("row", name="NL-77001")).to_have_count(0)


def test_another_merchants_order_does_not_exist(open_shop: Callable[..., Shop], merchant: Page) -> None:
    foreign = open_shop().place_order("Tea kettle")
    answer = merchant.goto(f"/console/orders/{foreign['id']}")
    assert answer is not None
    assert answer.status == 404


def test_on_a_phone_an_order_is_canceled_in_a_few_taps(shop: Shop, make_page: Callable[..., Page]) -> None:
    order = shop.place_order("Tea kettle")
    phone = sign_in(make_page(viewport=PHONE, has_touch=True), shop)
    phone.get_by_role("button", name="Menu").click()
    phone.get_by_role("navigation", name="Main").get_by_role("link", name="Orders").click()
    phone.get_by_role("link", name=order["number"]).click()
    phone.get_by_role("link", name="Cancel order").click()
    window = phone.get_by_role("dialog", name="Cancel order")
    window.get_by_label("Reason for cancellation").select_option(label="No inventory")
    window.get_by_role("button", name="Cancel order").click()

    expect(phone.get_by_role("row", name="Tea kettle")).to_contain_text("Cancel")


def test_a_message_from_contact_us_reaches_the_merchant(shop: Shop, merchant: Page, buyer: Page) -> None:
    order = shop.place_order("Tea kettle")
    buyer.goto(order["order_link"])
    buyer.goto(f"/orders/{order['id']}/contact")
    buyer.get_by_label("Message").fill("Could you leave it with my neighbor?")
    buyer.get_by_role("button", name="Send").click()
    expect(buyer.get_by_role("status")).to_have_count(1)

    merchant.goto("/console/orders")
    merchant.get_by_role("navigation", name="Main").get_by_role("link", name="Support").click()
    expect(merchant.get_by_text("Could you leave it with my neighbor?")).to_be_visible()

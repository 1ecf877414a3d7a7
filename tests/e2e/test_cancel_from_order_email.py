"""A buyer cancels from the order e-mail; the merchant finds it, decides, and the buyer reads the outcome."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Shop


def test_a_request_made_from_the_email_reaches_the_merchant_and_its_outcome_the_buyer(
    shop: Shop, buyer: Page, merchant: Page
) -> None:
    order = shop.place_order("Tea kettle", quantity=3, unit_price=2000)
    confirmation = shop.mails_to(order["email"])[0]
    assert confirmation["event"] == "order_confirmed"

    buyer.goto(confirmation["links"]["View order details"])
    expect(buyer.get_by_role("heading", name=f"Order {order['number']}", level=1)).to_be_visible()
    assert "/o/" not in buyer.url
    buyer.get_by_role("button", name="Action").click()
    buyer.get_by_role("link", name="Cancel order").click()
    window = buyer.get_by_role("dialog", name="Cancel order")
    expect(window.get_by_label("Quantity to cancel: Tea kettle")).to_have_value("3")
    window.get_by_label("Quantity to cancel: Tea kettle").fill("2")
    expect(window.get_by_role("region", name="Refund")).to_contain_text("$40.00")
    window.get_by_label("Reason for cancellation").select_option(label="Order created by mistake")
    window.get_by_label("Additional comments").fill("Found it nearer home")
    window.get_by_role("button", name="Cancel order").click()

    expect(buyer.get_by_role("status")).to_have_count(1)
    expect(buyer.get_by_role("row", name="Tea kettle")).to_contain_text("Cancellation requested")
    expect(buyer.get_by_text("Found it nearer home")).to_be_visible()
    assert shop.mails_to(order["email"])[0]["event"] == "cancellation_requested"

    merchant.goto("/console/orders")
    row = merchant.get_by_role("row", name=order["number"])
    expect(row).to_contain_text("Cancellation requested")
    row.get_by_role("button", name="Accept").click()
    expect(merchant.get_by_role("status")).to_have_count(1)

    outcome = shop.mails_to(order["email"])[0]
    assert outcome["event"] == "cancellation_accepted"
    assert "$40.00" in outcome["text"]
    buyer.reload()
    expect(buyer.get_by_role("row", name="Tea kettle")).to_contain_text("Partially canceled")
    expect(buyer.get_by_role("region", name="Refund")).to_contain_text("$40.00")


def test_a_number_out_of_bounds_asks_for_no_quote(shop: Shop, buyer: Page) -> None:
    order = shop.place_order("Tea kettle", quantity=3, unit_price=2000)
    buyer.goto(order["order_link"])
    buyer.get_by_role("button", name="Action").click()
    buyer.get_by_role("link", name="Cancel order").click()
    window = buyer.get_by_role("dialog", name="Cancel order")
    asked: list[str] = []
    buyer.on("request", lambda request: asked.append(request.url))

    for typed in ("9", "-1", ""):
        window.get_by_label("Quantity to cancel: Tea kettle").fill(typed)
        buyer.wait_for_timeout(300)
    assert not asked
    window.get_by_label("Quantity to cancel: Tea kettle").fill("2")
    expect(window.get_by_role("region", name="Refund")).to_contain_text("$40.00")


def test_a_shipped_order_offers_no_cancel_option(shop: Shop, buyer: Page) -> None:
    order = shop.place_order("Tea kettle")
    shop.ask(f"/testkit/orders/{order['id']}/ship")

    buyer.goto(order["order_link"])

    expect(buyer.get_by_role("heading", name=f"Order {order['number']}")).to_be_visible()
    expect(buyer.get_by_role("link", name="Cancel order", include_hidden=True)).to_have_count(0)
    why = buyer.get_by_role("region", name="Cancellation")
    why.get_by_role("link", name="Contact us").click()
    expect(buyer.get_by_label("Category")).to_have_value("Orders, Shipping & Fulfillment")


def test_a_withdrawn_request_may_be_made_again(shop: Shop, buyer: Page) -> None:
    order = shop.place_order("Tea kettle")
    buyer.goto(order["order_link"])
    buyer.get_by_role("button", name="Action").click()
    buyer.get_by_role("link", name="Cancel order").click()
    buyer.get_by_role("dialog").get_by_role("button", name="Cancel order").click()

    buyer.get_by_role("button", name="Withdraw request").click()

    expect(buyer.get_by_role("row", name="Tea kettle")).to_contain_text("Unshipped")
    assert shop.mails_to(order["email"])[0]["event"] == "cancellation_withdrawn"
    buyer.get_by_role("button", name="Action").click()
    expect(buyer.get_by_role("link", name="Cancel order")).to_be_visible()


def test_without_a_script_everything_is_a_page(shop: Shop, make_page: Callable[..., Page]) -> None:
    order = shop.place_order("Tea kettle", quantity=2, unit_price=2000)
    buyer = make_page(java_script_enabled=False)
    buyer.goto(order["order_link"])
    buyer.get_by_role("button", name="Action").click()
    buyer.get_by_role("link", name="Cancel order").click()
    expect(buyer.get_by_role("heading", name="Cancel order", level=1)).to_be_visible()
    buyer.get_by_label("Quantity to cancel: Tea kettle").fill("1")
    buyer.get_by_role("button", name="Update refund").click()
    expect(buyer.get_by_role("region", name="Refund")).to_contain_text("$20.00")
    buyer.get_by_role("button", name="Cancel order").click()

    expect(buyer.get_by_role("row", name="Tea kettle")).to_contain_text("Cancellation requested")


def test_a_stale_tab_shows_the_new_quote_and_keeps_what_was_typed(shop: Shop, buyer: Page) -> None:
    order = shop.place_order("Tea kettle", quantity=3, unit_price=2000)
    buyer.goto(order["order_link"])
    buyer.goto(f"/orders/{order['id']}/cancel")
    buyer.get_by_label("Additional comments").fill("Changed my mind")
    buyer.get_by_label("Quantity to cancel: Tea kettle").fill("1")
    shop.ask(f"/testkit/orders/{order['id']}/ship", {"line_items": [{"sku": "KTL-1", "quantity": 1}]})

    buyer.get_by_role("button", name="Cancel order").click()

    expect(buyer.get_by_role("alert")).to_have_count(1)
    expect(buyer.get_by_label("Additional comments")).to_have_value("Changed my mind")
    expect(buyer.get_by_label("Quantity to cancel: Tea kettle")).to_have_value("1")
    buyer.get_by_role("button", name="Cancel order").click()
    expect(buyer.get_by_role("row", name="Tea kettle")).to_contain_text("Cancellation requested")


def test_two_lines_of_one_title_are_told_apart(shop: Shop, buyer: Page) -> None:
    lines = [
        {"sku": "CUP-1", "title": "Cup", "quantity": 1, "unit_price": 500},
        {"sku": "CUP-1", "title": "Cup", "quantity": 2, "unit_price": 500},
    ]
    order = shop.place_order(line_items=lines)
    buyer.goto(order["order_link"])
    buyer.goto(f"/orders/{order['id']}/cancel")

    buyer.get_by_label("Quantity to cancel: Cup", exact=True).fill("0")
    buyer.get_by_label("Quantity to cancel: Cup (2)").fill("1")
    buyer.get_by_role("button", name="Cancel order").click()

    expect(buyer.get_by_role("row", name="Cup (2)")).to_contain_text("Cancellation requested")


def test_an_automatic_policy_cancels_within_the_minute(open_shop: Callable[..., Shop], buyer: Page) -> None:
    shop = open_shop(mode="automatic")
    order = shop.place_order("Tea kettle")
    buyer.goto(order["order_link"])
    buyer.get_by_role("button", name="Action").click()
    buyer.get_by_role("link", name="Cancel order").click()
    buyer.get_by_role("dialog").get_by_role("button", name="Cancel order").click()
    expect(buyer.get_by_role("row", name="Tea kettle")).to_contain_text("Cancel")
    events = [mail["event"] for mail in shop.mails_to(order["email"])]

    buyer.reload()

    expect(buyer.get_by_role("row", name="Tea kettle")).to_contain_text("Canceled")
    assert events == ["cancellation_accepted", "cancellation_requested", "order_confirmed"]
    assert shop.violations() == []


def test_yen_are_shown_and_refunded_without_decimals(shop: Shop, buyer: Page) -> None:
    order = shop.place_order("Cast-iron kettle", unit_price=5800, currency="JPY")
    buyer.goto(order["order_link"])
    buyer.goto(f"/orders/{order['id']}/cancel")

    expect(buyer.get_by_role("region", name="Refund")).to_contain_text("¥5,800")

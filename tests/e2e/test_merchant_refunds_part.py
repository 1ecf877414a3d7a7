"""A merchant gives part of a price back, and less than all of it for what is canceled."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Shop


def test_part_of_the_price_of_what_has_shipped_goes_back(merchant: Page, shop: Shop) -> None:
    order = shop.place_order(quantity=2)
    shop.ask(f"/testkit/orders/{order['id']}/ship", {"line_items": [{"sku": "KTL-1", "quantity": 1}]})
    merchant.goto(f"/console/orders/{order['id']}")
    merchant.get_by_role("link", name="Refund part of the price").click()
    window = merchant.get_by_role("dialog", name="Refund part of the price")

    window.get_by_label("Amount to refund: Tea kettle").fill("12.50")
    expect(window.get_by_role("region", name="Refund")).to_contain_text("Back to the customer$12.50")
    window.get_by_label("Reason").select_option("General adjustment")
    window.get_by_role("button", name="Refund", exact=True).click()

    expect(merchant.get_by_role("status").filter(has_text="Refund noted.")).to_be_visible()
    expect(merchant.get_by_role("main")).to_contain_text("gave $12.50 of the price back")


def test_an_amount_chooses_less_and_the_customer_is_told(merchant: Page, buyer: Page, shop: Shop) -> None:
    order = shop.place_order()
    merchant.goto(f"/console/orders/{order['id']}")
    merchant.get_by_role("link", name="Cancel order").click()
    window = merchant.get_by_role("dialog", name="Cancel order")

    window.get_by_label("Amount to refund").fill("50")
    expect(window.get_by_role("radio", name="Less")).to_be_checked()
    expect(window.get_by_role("region", name="Refund")).to_contain_text("Not refunded−$14.00")
    window.get_by_label("Reason for cancellation").select_option("Business conditions")
    window.get_by_role("button", name="Cancel order").click()

    [mail] = [mail for mail in shop.mails_to(order["email"]) if mail["event"] == "cancellation_accepted"]
    assert "$14.00 is not refunded: the shop decided so." in mail["text"]
    buyer.goto(order["order_link"])
    expect(buyer.get_by_role("region", name="Refund")).to_contain_text("$14.00 is not refunded")

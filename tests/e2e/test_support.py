"""A customer writes to the shop; the team sees it come in, and cancels from the case."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, Shop, sign_in

SOON = 20_000


def write(buyer: Page, order: dict[str, str], words: str) -> None:
    """Write to the shop from the order's page."""
    buyer.goto(order["order_link"])
    buyer.goto(f"/orders/{order['id']}/contact")
    buyer.get_by_label("Message").fill(words)
    buyer.get_by_role("button", name="Send").click()
    expect(buyer.get_by_role("status")).to_contain_text("Thank you")


def test_what_a_customer_writes_is_counted_in_the_menu_and_appears_in_the_list(
    shop: Shop, merchant: Page, buyer: Page
) -> None:
    order = shop.place_order(number="NL-1")
    merchant.goto("/console/support")
    merchant.mouse.move(1, 1)
    expect(merchant.get_by_text("No messages")).to_be_visible()

    write(buyer, order, "Is it dishwasher safe?")

    expect(merchant.get_by_text("Is it dishwasher safe?")).to_be_visible(timeout=SOON)
    support = merchant.get_by_role("navigation", name="Main").get_by_role("link", name="Support")
    expect(support).to_have_text(re.compile(r"Support\s*1"))


def test_an_open_conversation_follows_what_is_written_in_it(shop: Shop, merchant: Page, buyer: Page) -> None:
    order = shop.place_order(number="NL-1")
    write(buyer, order, "Is it dishwasher safe?")
    merchant.goto("/console/support")
    merchant.get_by_role("link", name="Ana Torres").click()
    merchant.get_by_label("Message", exact=True).fill("An answer that is not sent yet.")

    buyer.get_by_label("Your answer").fill("And oven safe?")
    buyer.get_by_role("button", name="Send answer").click()

    expect(merchant.get_by_text("And oven safe?")).to_be_visible(timeout=SOON)
    expect(merchant.get_by_label("Message", exact=True)).to_have_value("An answer that is not sent yet.")


def test_the_window_of_a_case_names_its_own_fields(shop: Shop, merchant: Page, buyer: Page) -> None:
    order = shop.place_order(number="NL-1")
    write(buyer, order, "Please cancel it.")
    merchant.goto("/console/support")
    merchant.get_by_role("link", name="Ana Torres").click()
    merchant.get_by_label("Message", exact=True).fill("An answer that is not sent yet.")
    merchant.get_by_role("link", name="Cancel order").click()
    window = merchant.get_by_role("dialog", name="Cancel order")

    window.get_by_label("Message to customer").fill("As you asked.")

    window.get_by_label("Reason for cancellation").select_option("BuyerCanceled")
    window.get_by_role("button", name="Keep order").click()
    expect(merchant.get_by_label("Message", exact=True)).to_have_value("An answer that is not sent yet.")
    merchant.get_by_role("link", name="Cancel order").click()
    window.get_by_label("Reason for cancellation").select_option("BuyerCanceled")
    window.get_by_role("button", name="Cancel order").click()
    expect(merchant.get_by_role("status")).to_contain_text("Cancellation requested")


def test_long_addresses_and_parted_lines_fit_a_phone(shop: Shop, make_page: Callable[..., Page]) -> None:
    long = {"email": "a.customer.with.a.long.name@customers.example", "name": "Ana Torres"}
    order = shop.place_order(quantity=8, buyer=long)
    shop.ask(f"/testkit/orders/{order['id']}/ship", {"line_items": [{"sku": "KTL-1", "quantity": 4}]})
    shop.settle()
    page = sign_in(make_page(viewport=PHONE), shop)

    page.goto(f"/console/orders/{order['id']}")

    expect(page.get_by_role("button", name="Send again").first).to_be_visible()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]
    row = page.get_by_role("table", name="Items").get_by_role("row").nth(1).bounding_box()
    assert row is not None
    assert row["height"] < 200, "The row holds blank lines of its template."

"""A day in a shop, as somebody works it who has never read a manual: found by role and label alone."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import PHONE, Shop
from tests.pictures import a_picture

Opened = Callable[..., Page]


def ask(shop: Shop, number: str, **more: Any) -> None:
    """Let a customer ask to cancel an order, overnight."""
    answer = shop.kit.post(
        f"/api/v1/orders/{number}/cancellations",
        data={"requested_by": "buyer", **more},
        headers={"Authorization": f"Bearer {shop.api_key}", "Idempotency-Key": f"ask-{number}"},
    )
    assert answer.status == 202, answer.text()


def row_of(page: Page, number: str) -> Locator:
    return page.get_by_role("row", name=re.compile(rf"\b{number}\b"))


def done(page: Page, words: str) -> None:
    expect(page.get_by_role("status")).to_contain_text(words)


def test_the_requests_of_the_night_are_answered_before_coffee(shop: Shop, merchant: Page) -> None:
    for ordinal in range(1, 9):
        shop.place_order(number=f"N-{ordinal}", quantity=2)
        ask(shop, f"N-{ordinal}", reason="FoundCheaper", comments="Found it nearer home")
    main = merchant.get_by_role("navigation", name="Main")
    main.get_by_role("link", name="Requests").click()
    expect(merchant.get_by_text("8 requests wait for your answer.")).to_be_visible()
    rows = merchant.get_by_role("table", name="Requests").get_by_role("row")

    # By mouse, far down: the list stays where it was, on the one that moved up.
    row_of(merchant, "N-7").get_by_role("button", name="Accept").click()
    done(merchant, "Request accepted.")
    expect(row_of(merchant, "N-8")).to_be_focused()
    # By one key.
    merchant.keyboard.press("a")
    done(merchant, "Request accepted.")
    expect(row_of(merchant, "N-8")).to_have_count(0)
    # With a reason.
    row_of(merchant, "N-6").get_by_role("button", name="Decline").click()
    window = merchant.get_by_role("dialog", name="Decline request")
    window.get_by_label("Reason for declining").select_option(index=1)
    window.get_by_role("button", name="Decline request").click()
    done(merchant, "Request declined.")
    expect(row_of(merchant, "N-5")).to_be_focused()
    # Several at once; how many are ticked stays in sight.
    merchant.get_by_label("Select the request on order N-1").check()
    merchant.get_by_label("Select the request on order N-5").check()
    expect(merchant.get_by_text("2 requests ticked")).to_be_in_viewport()
    merchant.get_by_role("button", name="Accept selected").click()
    done(merchant, "2 requests decided.")
    merchant.get_by_role("link", name="Back to Requests").click()
    expect(rows).to_have_count(1 + 3)


def test_an_order_is_canceled_from_its_row_and_another_in_part_after_a_shipment(
    shop: Shop, merchant: Page
) -> None:
    lines = [
        {"sku": "KTL", "title": "Tea kettle", "quantity": 2, "unit_price": 6400},
        {"sku": "LMP", "title": "Reading lamp", "quantity": 1, "unit_price": 12800},
    ]
    shop.place_order(number="P-1", line_items=lines)
    shop.place_order(number="M-1")
    merchant.goto("/console/orders")
    row_of(merchant, "M-1").get_by_role("button", name="Action").click()
    row_of(merchant, "M-1").get_by_role("link", name="Cancel order").click()
    cancel_for_no_inventory(merchant)
    done(merchant, "Order M-1 is being canceled")
    expect(row_of(merchant, "M-1")).to_be_focused()

    merchant.get_by_role("link", name="P-1", exact=True).click()
    merchant.get_by_role("link", name="Confirm shipment").click()
    window = merchant.get_by_role("dialog", name="Confirm shipment")
    window.get_by_label("Quantity to ship: Tea kettle").fill("1")
    window.get_by_label("Quantity to ship: Reading lamp").fill("0")
    window.get_by_role("button", name="Confirm shipment").click()
    done(merchant, "Shipment confirmed.")
    merchant.get_by_role("link", name="Cancel order").click()
    cancel_for_no_inventory(merchant)
    shop.settle()
    merchant.reload()
    expect(merchant.get_by_role("table", name="Items")).to_contain_text("1 shipped, 1 canceled")
    expect(merchant.get_by_role("link", name="Cancel order", include_hidden=True)).to_have_count(0)
    merchant.get_by_role("link", name="Refund part of the price").click()
    window = merchant.get_by_role("dialog", name="Refund part of the price")
    window.get_by_label("Amount to refund: Tea kettle").fill("10.00")
    window.get_by_label("Reason", exact=True).select_option(label="General adjustment")
    window.get_by_role("button", name="Refund", exact=True).click()
    done(merchant, "Refund noted.")


def cancel_for_no_inventory(page: Page) -> None:
    """Confirm the window as it stands, with a reason."""
    window = page.get_by_role("dialog", name="Cancel order")
    window.get_by_label("Reason for cancellation").select_option(label="No inventory")
    window.get_by_role("button", name="Cancel order").click()
    done(page, "Cancellation requested.")


def test_orders_are_canceled_by_dates_and_by_the_dozen_and_their_refunds_marked_as_paid(
    shop: Shop, merchant: Page
) -> None:
    for ordinal in range(1, 13):
        shop.place_order(number=f"M-{ordinal}")
    unpaid = [{"gateway": "manual", "authorized": 0, "captured": 0}]
    shop.place_order(number="U-1", payments=unpaid, placed_at="2026-01-10T10:00:00Z")
    merchant.goto("/console/orders")
    merchant.get_by_label("Order status").select_option(label="Pending")
    merchant.get_by_label("From").fill("2026-01-01")
    merchant.get_by_label("To").fill("2026-01-31")
    merchant.get_by_label("Item status").select_option(label="Pending")
    merchant.get_by_label("Payment status").select_option(label="Awaiting payment")
    merchant.get_by_role("button", name="Apply").click()
    expect(merchant.get_by_role("table", name="Orders").get_by_role("row")).to_have_count(2)
    merchant.get_by_label("Select order U-1").check()
    expect(merchant.get_by_text("1 order ticked")).to_be_in_viewport()
    cancel_batch(merchant, 1)

    merchant.goto("/console/orders?search=M-&order_status=unshipped&period=all")
    cancel_batch(merchant, 12)
    shop.settle()
    expect(merchant.get_by_role("region", name="What happened")).to_contain_text("$768.00")
    main = merchant.get_by_role("navigation", name="Main")
    main.get_by_role("link", name="Requests").click()
    merchant.get_by_role("link", name="Refunds 12").click()
    merchant.get_by_label("Select the refund of order M-1", exact=True).check()
    merchant.get_by_label("Select the refund of order M-12").check()
    merchant.get_by_role("button", name="Mark selected as paid").click()
    done(merchant, "2 refunds marked as paid.")


def cancel_batch(page: Page, orders: int) -> None:
    """Cancel what is ticked, or all that match, after a look at the preview."""
    page.get_by_role("button", name="Batch actions").click()
    page.get_by_role("button", name="Cancel orders").click()
    window = page.get_by_role("dialog", name="Cancel orders")
    window.get_by_label("Reason for cancellation").select_option(label="No inventory")
    window.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", name="Preview", level=1)).to_be_visible()
    several = "orders" if orders > 1 else "order"
    expect(page.get_by_role("heading", name=f"Cancel {orders} {several}")).to_be_visible()
    page.get_by_role("button", name="Confirm cancellation").click()
    done(page, "Cancellation confirmed.")


def test_a_customer_on_a_phone_in_the_dark_is_answered_with_a_picture_and_a_credit(
    shop: Shop, merchant: Page, make_page: Opened, tmp_path: Path
) -> None:
    mug = tmp_path / "mug.png"
    mug.write_bytes(a_picture())
    order = shop.place_order("Stoneware mug", quantity=2)
    phone = make_page(viewport=PHONE, has_touch=True, color_scheme="dark")
    phone.goto(order["order_link"])

    keys = phone.keyboard
    request_by_keys(phone)
    keys_to(phone, phone.get_by_role("button", name="Withdraw request"))
    keys.press("Enter")
    done(phone, "Request withdrawn.")
    request_by_keys(phone)
    phone.get_by_role("link", name="Help").click()
    phone.get_by_role("link", name="Back to the order").click()
    phone.get_by_role("button", name="Action").tap()
    phone.get_by_role("link", name="Contact us").tap()
    phone.get_by_label("Message").fill("Can it be blue instead?")
    phone.get_by_label("Pictures").set_input_files(mug)
    phone.get_by_role("button", name="Send").click()
    done(phone, "Thank you, your message was sent.")

    merchant.goto("/console/settings/replies")
    merchant.get_by_label("Title").fill("Blue")
    merchant.get_by_label("Text").fill("{customer_name}, blue it is.")
    merchant.get_by_role("button", name="Save reply").click()
    main = merchant.get_by_role("navigation", name="Main")
    main.get_by_role("link", name="Support").click()
    merchant.get_by_role("link", name="Ana Torres").click()
    answer = merchant.get_by_role("textbox", name="Message")
    answer.fill("Dear ")
    merchant.get_by_label("Pictures").set_input_files(mug)
    merchant.get_by_role("button", name="Insert").click()
    expect(answer).to_have_value("Dear Ana Torres, blue it is.")
    expect(answer).to_be_focused()
    merchant.get_by_role("button", name="Send answer").click()
    done(merchant, "Answer sent.")
    merchant.get_by_role("link", name="Give store credit").click()
    window = merchant.get_by_role("dialog", name="Give store credit")
    window.get_by_label("Amount").fill("5.00")
    window.get_by_label("Message to customer").fill("For the wait.")
    window.get_by_role("button", name="Give store credit").click()
    done(merchant, "Store credit given.")

    phone.reload()
    expect(phone.get_by_role("list", name="Messages")).to_contain_text("For the wait.")
    expect(phone.get_by_role("list", name="Messages").get_by_role("img")).to_have_count(2)
    main.get_by_role("button", name="Sign out").click()
    expect(merchant.get_by_role("heading", name="Sign in", level=1)).to_be_visible()


def request_by_keys(phone: Page) -> None:
    """Cancel one of two units without touching anything."""
    keys_to(phone, phone.get_by_role("button", name="Action"))
    phone.keyboard.press("Enter")
    keys_to(phone, phone.get_by_role("link", name="Cancel order"))
    phone.keyboard.press("Enter")
    window = phone.get_by_role("dialog", name="Cancel order")
    expect(window.get_by_label("Quantity to cancel: Stoneware mug")).to_be_focused()
    phone.keyboard.press("ArrowDown")
    expect(window.get_by_role("region", name="Refund")).to_contain_text("$64.00")
    keys_to(phone, window.get_by_role("button", name="Cancel order"))
    phone.keyboard.press("Enter")
    done(phone, "Cancellation requested.")


def keys_to(page: Page, target: Locator, most: int = 30) -> None:
    """Press Tab until the focus is there."""
    for _press in range(most):
        page.keyboard.press("Tab")
        if target.evaluate("(element) => element === document.activeElement"):
            return
    raise AssertionError(f"{target} is not reached by Tab")

"""The inbox by keyboard: one keystroke each, never while typing, and off when switched off."""

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Shop


def asked(shop: Shop, number: str) -> None:
    """Let a customer ask to cancel an order."""
    order = shop.place_order(number=number)
    answer = shop.kit.post(
        f"/api/v1/orders/{order['number']}/cancellations",
        data={"requested_by": "buyer"},
        headers={"Authorization": f"Bearer {shop.api_key}", "Idempotency-Key": f"ask-{number}"},
    )
    assert answer.status == 202, answer.text()


def test_requests_are_answered_by_one_key_each(shop: Shop, merchant: Page) -> None:
    for number in ("NL-1", "NL-2", "NL-3"):
        asked(shop, number)
    merchant.goto("/console/requests")
    rows = merchant.get_by_role("table", name="Requests").get_by_role("row")
    merchant.keyboard.press("j")
    expect(rows.nth(1)).to_be_focused()
    merchant.keyboard.press("ArrowDown")
    merchant.keyboard.press("k")
    merchant.keyboard.press("a")
    expect(merchant.get_by_role("status")).to_contain_text("Request accepted.")
    expect(merchant.get_by_role("row", name="NL-1")).to_have_count(0)

    expect(rows.nth(1)).to_be_focused()
    merchant.keyboard.press("d")
    window = merchant.get_by_role("dialog", name="Decline request")
    expect(window).to_contain_text("NL-2")
    window.get_by_label("Message to customer").press_sequentially("a dad")
    expect(window.get_by_label("Message to customer")).to_have_value("a dad")
    window.get_by_label("Reason for declining").select_option(index=1)
    window.get_by_role("button", name="Decline request").click()
    expect(merchant.get_by_role("status")).to_contain_text("Request declined.")
    expect(merchant.get_by_role("row", name="NL-3")).to_be_visible()


def test_the_keys_are_listed_and_can_be_switched_off(shop: Shop, merchant: Page) -> None:
    asked(shop, "NL-1")
    merchant.goto("/console/requests")
    merchant.keyboard.press("?")
    help_ = merchant.get_by_role("dialog", name="Keyboard shortcuts")
    expect(help_).to_contain_text("Accept the request")
    help_.get_by_label("Use these keys in this browser").uncheck()
    help_.get_by_role("button", name="Close").click()
    merchant.keyboard.press("j")
    merchant.keyboard.press("?")
    expect(help_).to_be_hidden()

    merchant.get_by_role("button", name="Keyboard shortcuts").click()
    help_.get_by_label("Use these keys in this browser").check()
    merchant.keyboard.press("Escape")
    merchant.keyboard.press("j")
    merchant.keyboard.press("x")
    expect(merchant.get_by_label("Select the request on order NL-1")).to_be_checked()

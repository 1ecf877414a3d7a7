"""Open pages follow what changes, and leave alone what somebody is at."""

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Shop

SOON = 20_000


def ship(shop: Shop, order: dict) -> None:
    """Report a shipment from elsewhere."""
    shop.ask(f"/testkit/orders/{order['id']}/ship")


def test_a_row_follows_its_order_and_the_count_in_the_menu_too(shop: Shop, merchant: Page) -> None:
    order = shop.place_order(number="NL-1")
    merchant.goto("/console/orders")
    row = merchant.get_by_role("row", name="NL-1")
    expect(row).to_contain_text("Unshipped")
    ask(shop, order)

    expect(row).to_contain_text("Cancellation requested", timeout=SOON)
    expect(merchant.get_by_role("navigation", name="Main").get_by_text("1", exact=True)).to_be_visible()


def test_a_ticked_row_is_left_alone_until_one_asks(shop: Shop, merchant: Page) -> None:
    order = shop.place_order(number="NL-1")
    merchant.goto("/console/orders")
    row = merchant.get_by_role("row", name="NL-1")
    row.get_by_role("checkbox").check()
    merchant.mouse.move(1, 1)
    ship(shop, order)
    show = merchant.get_by_role("button", name="1 change – Show")

    expect(show).to_be_visible(timeout=SOON)
    expect(row).to_contain_text("Unshipped")
    expect(row.get_by_role("checkbox")).to_be_checked()
    show.click()
    expect(row).to_contain_text("Shipped")
    expect(row.get_by_role("checkbox")).to_be_checked()
    expect(show).to_be_hidden()


def test_rows_are_not_moved_under_the_pointer(shop: Shop, merchant: Page) -> None:
    shop.place_order(number="NL-1")
    merchant.goto("/console/orders")
    merchant.get_by_role("row", name="NL-1").hover()
    shop.place_order(number="NL-2")
    expect(merchant.get_by_role("button", name="1 change – Show")).to_be_visible(timeout=SOON)
    expect(merchant.get_by_role("row", name="NL-2")).to_have_count(0)

    merchant.mouse.move(1, 1)
    shop.place_order(number="NL-3")
    expect(merchant.get_by_role("row", name="NL-3")).to_be_visible(timeout=SOON)
    expect(merchant.get_by_role("row", name="NL-2")).to_be_visible()


def test_the_inbox_fills_and_an_orders_page_waits_for_whoever_types(shop: Shop, merchant: Page) -> None:
    order = shop.place_order(number="NL-1")
    merchant.goto("/console/requests")
    merchant.mouse.move(1, 1)
    expect(merchant.get_by_text("Nobody is waiting")).to_be_visible()
    ask(shop, order)
    expect(merchant.get_by_role("row", name="NL-1")).to_be_visible(timeout=SOON)

    merchant.goto(f"/console/orders/{order['id']}")
    merchant.get_by_role("button", name="Accept").focus()
    decided = shop.kit.get("/api/v1/cancellations?state=requested", headers=key(shop)).json()
    request_id = decided["cancellations"][0]["id"]
    answer = shop.kit.post(
        f"/api/v1/cancellations/{request_id}/accept", headers={**key(shop), "Idempotency-Key": "yes"}
    )
    assert answer.ok, answer.text()
    show = merchant.get_by_role("button", name="Show")
    expect(show).to_be_visible(timeout=SOON)
    expect(merchant.get_by_role("button", name="Accept")).to_be_focused()
    show.click()
    expect(merchant.get_by_role("button", name="Accept")).to_have_count(0)


def key(shop: Shop) -> dict[str, str]:
    """Give the headers of the store."""
    return {"Authorization": f"Bearer {shop.api_key}"}


def ask(shop: Shop, order: dict) -> None:
    """Let the customer ask to cancel."""
    answer = shop.kit.post(
        f"/api/v1/orders/{order['number']}/cancellations",
        data={"requested_by": "buyer"},
        headers={**key(shop), "Idempotency-Key": f"ask-{order['number']}"},
    )
    assert answer.status == 202, answer.text()

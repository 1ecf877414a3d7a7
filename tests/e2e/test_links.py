"""Links that are dead, forged or lost, and the way back in."""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import APIRequestContext, Page, expect

from tests.e2e.conftest import Shop


def test_a_forged_link_leads_nowhere(shop: Shop, buyer: Page) -> None:
    order = shop.place_order()
    link = order["order_link"]
    head, _, tail = link.rpartition("/o/")
    forged = f"{head}/o/{tail[:8]}{'A' if tail[8] != 'A' else 'B'}{tail[9:]}"

    answer = buyer.goto(forged)

    assert answer is not None
    assert answer.status == 404
    expect(buyer.get_by_text(order["number"])).to_have_count(0)


def test_an_order_page_without_its_link_says_how_to_get_in(shop: Shop, buyer: Page) -> None:
    order = shop.place_order()
    answer = buyer.goto(f"/orders/{order['id']}")

    assert answer is not None
    assert answer.status == 404
    expect(buyer.get_by_text("Tea kettle")).to_have_count(0)
    expect(buyer.get_by_role("button", name="Send me my link again")).to_be_visible()


def test_a_lost_link_is_mailed_again_to_the_address_on_file(shop: Shop, buyer: Page) -> None:
    order = shop.place_order()
    shop.settle()
    buyer.goto("/find")
    buyer.get_by_label("Order number").fill(order["number"].lower())
    buyer.get_by_label("Email").fill(order["email"].upper())
    buyer.get_by_role("button", name="Send me my link again").click()
    expect(buyer.get_by_role("status")).to_have_count(1)

    mail = shop.mails_to(order["email"])[0]

    assert mail["event"] == "order_link_sent"
    buyer.goto(mail["links"]["View order details"])
    expect(buyer.get_by_role("heading", name=f"Order {order['number']}")).to_be_visible()


def test_an_old_link_is_gone_and_says_what_to_do(shop: Shop, buyer: Page, kit: APIRequestContext) -> None:
    order = shop.place_order()
    later = datetime.now(UTC) + timedelta(days=500)
    kit.post("/testkit/clock", data={"now": later.isoformat()})
    try:
        answer = buyer.goto(order["order_link"])
    finally:
        kit.post("/testkit/clock", data={"now": None})

    assert answer is not None
    assert answer.status == 410
    expect(buyer.get_by_text(order["number"])).to_have_count(0)


def test_two_orders_in_one_browser_are_never_mixed(shop: Shop, buyer: Page) -> None:
    first, second = shop.place_order("Kettle"), shop.place_order("Lamp")
    buyer.goto(first["order_link"])
    buyer.goto(second["order_link"])

    buyer.goto(f"/orders/{first['id']}")
    expect(buyer.get_by_role("row", name="Kettle")).to_be_visible()
    expect(buyer.get_by_role("row", name="Lamp")).to_have_count(0)

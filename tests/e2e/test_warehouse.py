"""A customer cancels, the warehouse is asked, and a merchant passes its answer on."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Shop, sign_in

POLICY = {"mode": "automatic", "warehouse": {"answer_minutes": 60}}


def asked(shop: Shop, buyer: Page) -> dict[str, str]:
    order = shop.place_order("Tea kettle")
    buyer.goto(order["order_link"])
    buyer.goto(f"/orders/{order['id']}/cancel")
    buyer.get_by_role("button", name="Cancel order").click()
    expect(buyer.get_by_role("region", name="Cancellation")).to_contain_text("asks its warehouse to stop it")
    assert "asks its warehouse to stop it" in shop.mails_to(order["email"])[0]["text"]
    return order


def test_what_the_warehouse_stops_is_canceled_and_refunded(
    open_shop: Callable[..., Shop], make_page: Callable[..., Page]
) -> None:
    shop, buyer = open_shop(**POLICY), make_page()
    order = asked(shop, buyer)
    merchant = sign_in(make_page(), shop)
    merchant.goto("/console/requests")
    merchant.get_by_role("link", name="Warehouse").click()
    row = merchant.get_by_role("row", name=order["number"])
    expect(row).to_contain_text("KTL-1")
    row.get_by_role("button", name="Stopped").click()
    expect(merchant.get_by_role("status")).to_contain_text("will be canceled")
    expect(merchant.get_by_role("heading", name="Warehouse", level=1)).to_be_visible()

    assert shop.mails_to(order["email"])[0]["event"] == "cancellation_accepted"
    buyer.goto(f"/orders/{order['id']}")
    expect(buyer.get_by_role("row", name="Tea kettle")).to_contain_text("Canceled")
    expect(buyer.get_by_role("region", name="Refund")).to_contain_text("$64.00")
    assert shop.violations() == []


def test_what_it_could_not_stop_goes_out_as_ordered(
    open_shop: Callable[..., Shop], make_page: Callable[..., Page]
) -> None:
    shop, buyer = open_shop(**POLICY), make_page()
    order = asked(shop, buyer)
    merchant = sign_in(make_page(), shop)
    merchant.goto(f"/console/orders/{order['id']}")
    merchant.get_by_role("button", name="Too late").click()
    expect(merchant.get_by_role("status")).to_contain_text("go out as ordered")

    mail = shop.mails_to(order["email"])[0]
    assert mail["event"] == "cancellation_declined"
    assert "left before they could be stopped" in mail["text"]
    buyer.goto(f"/orders/{order['id']}")
    expect(buyer.get_by_role("region", name="Cancellation")).to_contain_text("it had left")
    expect(buyer.get_by_role("region", name="Refund")).to_have_count(0)
    assert shop.violations() == []

"""An owner adds a webhook endpoint, tries it, and sees a cancellation arrive there."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, Shop, sign_in


@pytest.mark.parametrize("size", [None, PHONE], ids=["desk", "phone"])
def test_a_cancellation_reaches_the_endpoint_that_the_owner_added(
    shop: Shop, make_page: Any, base_url: str, size: dict[str, int] | None
) -> None:
    merchant: Page = sign_in(make_page(**({"viewport": size} if size else {})), shop)
    merchant.goto("/console/settings/webhooks")
    merchant.get_by_label("Address").fill(f"{base_url}/testkit/webhooks")
    merchant.get_by_label("cancellation.requested").check()
    merchant.get_by_role("button", name="Add endpoint").click()
    expect(merchant.get_by_role("status")).to_contain_text("Copy it now.")
    expect(merchant.get_by_role("region", name="Its secret")).to_contain_text("whsec_")

    merchant.get_by_role("button", name="Send a test event").click()
    expect(merchant.get_by_role("status")).to_contain_text("A test event is on its way.")
    shop.settle()
    merchant.reload()
    row = merchant.get_by_role("table", name="Deliveries").get_by_role("row", name="webhook.test")
    expect(row).to_contain_text("Delivered")
    expect(row).to_contain_text("204")

    order = shop.place_order("Tea kettle")
    buyer = make_page()
    buyer.goto(order["order_link"])
    buyer.get_by_role("button", name="Action").click()
    buyer.get_by_role("link", name="Cancel order").click()
    buyer.get_by_role("button", name="Cancel order").click()
    expect(buyer.get_by_role("row", name="Tea kettle")).to_contain_text("Cancellation requested")
    shop.settle()
    merchant.reload()
    told = merchant.get_by_role("row", name="cancellation.requested").filter(has_text=order["number"])
    expect(told).to_contain_text("Delivered")

    told.get_by_role("button", name="Send again").click()
    expect(merchant.get_by_role("status")).to_contain_text("It keeps its id.")
    shop.settle()
    heard = [one for one in shop.kit.get("/testkit/webhooks").json() if one["merchant"] == shop.slug]
    assert {one["body"]["type"]: one["attempts"] for one in heard} == {
        "cancellation.requested": 2,
        "webhook.test": 1,
    }

    merchant.get_by_role("link", name="Remove").click()
    merchant.get_by_role("button", name="Remove endpoint").click()
    expect(merchant.get_by_role("status")).to_contain_text("The endpoint is removed.")

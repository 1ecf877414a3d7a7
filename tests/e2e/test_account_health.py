"""A merchant reads the rate, sees it drawn, and finds the same numbers beside it."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Shop, sign_in

IS_DRAWN = """canvas => {
  const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return data.some(value => value > 0);
}"""


def canceled_by_merchant(shop: Shop) -> dict[str, str]:
    order = shop.place_order("Tea kettle")
    answer = shop.kit.post(
        f"/api/v1/orders/{order['number']}/cancellations",
        data={"reason": "NoInventory"},
        headers={"Authorization": f"Bearer {shop.api_key}", "Idempotency-Key": order["number"]},
    )
    assert answer.status == 202, answer.text()
    shop.settle()
    return order


def test_the_rate_is_drawn_and_its_numbers_fold_out_beside_it(shop: Shop, merchant: Page) -> None:
    canceled_by_merchant(shop)

    merchant.get_by_role("link", name="Account health").click()

    trend = merchant.get_by_role("region", name="Trend")
    expect(trend.get_by_role("img", name="The 7-day rate of each day")).to_be_visible()
    assert trend.locator("canvas").evaluate(IS_DRAWN)
    expect(trend.get_by_role("table")).to_be_hidden()
    trend.get_by_text("The same numbers as a table").click()
    expect(trend.get_by_role("row").last).to_contain_text("100.0%")
    with merchant.expect_download() as download:
        trend.get_by_role("link", name="Download as CSV").click()
    assert download.value.suggested_filename.startswith("trend-")


def test_without_a_script_the_tables_stand_open(shop: Shop, make_page: Callable[..., Page]) -> None:
    canceled_by_merchant(shop)
    page = sign_in(make_page(java_script_enabled=False), shop)

    page.goto("/console/health?days=7")

    expect(page.get_by_role("table", name="Trend")).to_be_visible()
    expect(page.get_by_role("table", name="By day")).to_be_visible()
    expect(page.locator("canvas").first).to_be_hidden()


def test_the_team_is_mailed_once_when_the_limit_is_passed(shop: Shop) -> None:
    for _ in range(2):
        canceled_by_merchant(shop)

    mails = [mail for mail in shop.mails_to(shop.email) if mail["event"] == "rate_warned"]

    assert [mail["subject"] for mail in mails] == ["Cancellation rate of Northlight Home: 100.0%"]
    assert "/console/health" in mails[0]["text"]

"""A merchant cancels orders with one file: as a dry run, then for real, then reads what came of it."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Shop, sign_in

WHOLE, ONE_ITEM, NEITHER = "206-0536365-4811912", "206-0536366-0273541", "206-0536367-9442209"
HOLDER, MUG = "53636600015471", "53636600015472"
CONTENT = "\r\n".join((
    "TemplateType=OrderCancellation\tVersion=1.0/1.0.3\tThis row for Amazon.com use only.",
    "order-id\tcancellation-reason-code\tamazon-order-item-code",
    f"{WHOLE}\t\t",
    f"{ONE_ITEM}\tNoInventory\t{HOLDER}",
    f"{NEITHER}\tNoInventory\t53636700016520",
    "",
))  # fmt: skip


def test_a_file_is_tried_carried_out_and_its_report_taken_away(
    shop: Shop, merchant: Page, tmp_path: Path
) -> None:
    orders = [shop.place_order(number=number, line_items=_lines()) for number in (WHOLE, ONE_ITEM, NEITHER)]
    path = tmp_path / "order-cancellation.txt"
    path.write_bytes(CONTENT.encode())

    merchant.get_by_role("navigation", name="Main").get_by_role("link", name="Bulk uploads").click()
    merchant.get_by_label("File", exact=True).set_input_files(path)
    merchant.get_by_label("Dry run").check()
    merchant.get_by_role("button", name="Upload").click()

    results = merchant.get_by_role("table", name="Results")
    expect(results.get_by_role("row", name=WHOLE)).to_contain_text("Would be canceled, 2 units")
    merchant.get_by_role("button", name="Carry it out").click()

    expect(results.get_by_role("row", name=WHOLE)).to_contain_text("Canceled, 2 units")
    expect(results.get_by_role("row", name=ONE_ITEM)).to_contain_text("Canceled, 1 unit")
    expect(results.get_by_role("row", name=NEITHER)).to_contain_text("Refused")
    with merchant.expect_download() as download:
        merchant.get_by_role("link", name="Download processing report").click()
    report = Path(download.value.path()).read_text("utf-8")
    assert re.search(rf"\b5\b.*{NEITHER}", report)
    assert [_status(merchant, order) for order in orders] == ["Canceled", "Partially canceled", "Unshipped"]
    assert shop.violations() == []


def test_without_a_script_a_file_is_uploaded_and_followed_just_as_well(
    shop: Shop, make_page: Callable[..., Page], tmp_path: Path
) -> None:
    shop.place_order(number=WHOLE, line_items=_lines())
    path = tmp_path / "order-cancellation.txt"
    path.write_bytes(CONTENT.encode())
    page = sign_in(make_page(java_script_enabled=False), shop)

    page.goto("/console/bulk")
    page.get_by_label("File", exact=True).set_input_files(path)
    page.get_by_role("button", name="Upload").click()
    shop.settle()
    page.reload()

    expect(page.get_by_role("row", name=WHOLE)).to_contain_text("Canceled, 2 units")


def _lines() -> list[dict[str, Any]]:
    return [
        {"sku": "22633", "title": "Hand warmer", "quantity": 1, "unit_price": 185, "external_id": HOLDER},
        {"sku": "22632", "title": "Red mug", "quantity": 1, "unit_price": 210, "external_id": MUG},
    ]


def _status(merchant: Page, order: dict[str, Any]) -> str:
    merchant.goto(f"/console/orders?search={order['number']}")
    row = merchant.get_by_role("row", name=order["number"])
    words = row.inner_text()
    return next(word for word in ("Partially canceled", "Canceled", "Unshipped") if word in words)

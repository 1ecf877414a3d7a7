"""The console on a phone, tap by tap."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import PHONE, Shop, sign_in

MOST_TAPS = 6


@dataclass
class Thumb:
    """Taps, and counts them."""

    taps: int = 0

    def tap(self, target: Locator) -> None:
        """Tap something that is large enough for it."""
        box = target.bounding_box()
        assert box is not None
        assert box["height"] >= 44, f"{target} is {box['height']} px high"
        target.tap()
        self.taps += 1


def test_from_the_menu_to_a_canceled_order_in_under_six_taps(
    shop: Shop, make_page: Callable[..., Page]
) -> None:
    order = shop.place_order("Tea kettle")
    phone = sign_in(make_page(viewport=PHONE, has_touch=True), shop)
    phone.goto("/console/support")
    thumb = Thumb()
    thumb.tap(phone.get_by_role("button", name="Menu"))
    thumb.tap(phone.get_by_role("navigation", name="Main").get_by_role("link", name="Orders"))
    thumb.tap(phone.get_by_role("link", name=order["number"]))
    thumb.tap(phone.get_by_role("link", name="Cancel order"))
    window = phone.get_by_role("dialog", name="Cancel order")
    # A phone's own list of options opens with the field: choosing is no tap on the page.
    window.get_by_label("Reason for cancellation").select_option(label="No inventory")
    thumb.tap(window.get_by_role("button", name="Cancel order"))

    expect(phone.get_by_role("status")).to_contain_text("Cancellation requested.")
    assert thumb.taps < MOST_TAPS


def test_several_orders_are_ticked_and_canceled_together(shop: Shop, make_page: Callable[..., Page]) -> None:
    for number in ("NL-1", "NL-2", "NL-3"):
        shop.place_order(number=number)
    phone = sign_in(make_page(viewport=PHONE, has_touch=True), shop)
    phone.get_by_label("Select order NL-1").tap()
    phone.get_by_label("Select order NL-3").tap()
    phone.get_by_role("button", name="Batch actions").tap()
    phone.get_by_role("button", name="Cancel orders").tap()
    window = phone.get_by_role("dialog", name="Cancel orders")
    expect(window).to_contain_text("2 ticked orders")
    window.get_by_label("Reason for cancellation").select_option(label="No inventory")
    window.get_by_role("button", name="Preview").tap()
    expect(phone.get_by_role("heading", name="Preview", level=1)).to_be_visible()
    phone.get_by_role("button", name="Confirm cancellation").tap()
    expect(phone.get_by_role("status")).to_contain_text("Cancellation confirmed.")
    shop.settle()
    phone.goto("/console/orders")

    expect(phone.get_by_role("row", name="NL-1")).to_contain_text("Canceled")
    expect(phone.get_by_role("row", name="NL-3")).to_contain_text("Canceled")
    expect(phone.get_by_role("row", name="NL-2")).to_contain_text("Unshipped")


def test_a_long_order_number_does_not_push_the_list_wide(shop: Shop, make_page: Callable[..., Page]) -> None:
    shop.place_order(number="W" * 50)
    phone = sign_in(make_page(viewport=PHONE, has_touch=True), shop)

    expect(phone.get_by_role("link", name="W" * 50)).to_be_visible()
    width = phone.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert width == 0

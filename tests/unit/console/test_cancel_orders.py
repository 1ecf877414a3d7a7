"""Many orders from the dashboard: ticked or all that match, asked why, and led to the preview."""

from __future__ import annotations

from uuid import UUID

from console import batches
from tests.builders import a_merchant, an_order, ship
from tests.unit.console.browsing import Browser, Shop, buttons_named, fields_of, message, read, words_of


def taken_in(shop: Shop, *numbers: str) -> list[UUID]:
    return [an_order().with_(number=number).taken_in(shop.db, shop.merchant_id) for number in numbers]


def ticked(*order_ids: UUID) -> str:
    return "/console/orders/cancel?" + "&".join(f"order={order_id}" for order_id in order_ids)


def test_each_row_can_be_ticked_and_the_batch_menu_leads_to_the_window(owner: Browser, shop: Shop) -> None:
    taken_in(shop, "A-1")

    page = owner.page("/console/orders")

    assert [box["aria-label"] for box in page.select("table.orders input[type=checkbox]")] == [
        "Select order A-1"
    ]
    assert buttons_named(page, "Batch actions")
    (button,) = buttons_named(page, "Cancel orders")
    assert button.find_parent("form")["action"] == "/console/orders/cancel"


def test_the_window_asks_for_a_reason_and_leads_to_the_preview(owner: Browser, shop: Shop) -> None:
    first, second = taken_in(shop, "A-1", "A-2")
    ship(shop.db, shop.merchant_id, second)
    page = owner.page(ticked(first, second))
    fields = fields_of(page)

    without = owner.post("/console/orders/cancel", data={**fields, "reason": ""})
    assert without.status_code == 422
    assert "Choose a reason." in words_of(read(without).main)
    sent = owner.post("/console/orders/cancel", data={**fields, "reason": "NoInventory", "memo": "flood"})

    assert sent.status_code == 303
    preview = owner.page(sent.location)
    assert words_of(preview.h1) == "Preview"
    assert "Will be canceled 1 order, 1 unit" in words_of(preview.main)
    assert "A-2 It has already shipped." in words_of(preview.main)


def test_all_that_match_the_filter_are_frozen_when_the_preview_is_made(owner: Browser, shop: Shop) -> None:
    taken_in(shop, "A-1", "A-2", "B-1")
    page = owner.page("/console/orders/cancel?search=A-")
    assert words_of(page.find("label", class_="choice")) == "All orders that match the filter"

    sent = owner.post("/console/orders/cancel", data={**fields_of(page), "reason": "NoInventory"})
    taken_in(shop, "A-3")

    assert "Will be canceled 2 orders, 2 units" in words_of(owner.page(sent.location).main)


def test_more_than_can_go_at_once_are_refused_with_the_number(
    owner: Browser, shop: Shop, monkeypatch
) -> None:
    monkeypatch.setattr(batches, "_MOST_ORDERS", 1)
    taken_in(shop, "A-1", "A-2")
    fields = {**fields_of(owner.page("/console/orders/cancel?search=A-")), "reason": "NoInventory"}

    refused = owner.post("/console/orders/cancel", data=fields)

    assert refused.status_code == 422
    page = read(refused)
    assert "More than 1 orders match, and no more can be canceled at once." in message(page)[1]
    link = page.select_one('[role="alert"] a')
    assert page.select_one(str(link["href"])) is not None
    taken = {**fields_of(page), "reason": "NoInventory", "filter": "search=A-1"}
    assert owner.post("/console/orders/cancel", data=taken).status_code == 303


def test_another_shops_orders_are_not_there(owner: Browser, shop: Shop) -> None:
    other = a_merchant(shop.db)
    theirs = an_order().taken_in(shop.db, other)

    sent = owner.post(
        "/console/orders/cancel",
        data={**fields_of(owner.page(ticked(theirs))), "reason": "NoInventory"},
    )

    assert message(owner.page(sent.location)) == (
        "alert",
        "Nothing to cancel. None of the chosen orders is there any more.",
    )


def test_what_is_no_order_id_is_left_out(owner: Browser) -> None:
    page = owner.page("/console/orders/cancel?order=<script>&order=1")

    assert "All orders that match the filter" in words_of(page.main)


def test_a_whole_page_of_orders_can_be_ticked(owner: Browser, shop: Shop) -> None:
    ids = taken_in(shop, *(f"A-{number}" for number in range(50)))

    sent = owner.post(
        "/console/orders/cancel", data={**fields_of(owner.page(ticked(*ids))), "reason": "NoInventory"}
    )

    assert sent.status_code == 303

"""The Cancel order window of the console."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from shared.domain.actors import ActorKind
from shared.domain.cancellation import RequestState
from shared.domain.ids import OrderId
from shared.queries.order_values import OrderPage
from shared.queries.orders import order_page
from tests.builders import an_order, cancel, line_ids, request, ship
from tests.unit.console.browsing import (
    Browser,
    Shop,
    buttons_named,
    fields_of,
    message,
    order_path,
    read,
    value_of,
    words_of,
)


def two_lines(shop: Shop) -> OrderId:
    order = an_order().with_(number="NL-1").with_item("Tea kettle", 2, 12800, asin="B0CHX1W1XY")
    return order.with_item("Lamp", 1, 7900).taken_in(shop.db, shop.merchant_id)


def now(shop: Shop, order_id: OrderId) -> OrderPage:
    return order_page(shop.db, shop.merchant_id, order_id, ActorKind.MERCHANT_USER)


def window(owner: Browser, order_id: OrderId) -> dict[str, str]:
    return {**fields_of(owner.page(order_path(order_id, "/cancel"))), "reason": "NoInventory"}


def receipt(page: BeautifulSoup) -> str:
    return words_of(page.select_one("section.receipt"))


def test_the_window_presets_all_that_may_go(owner: Browser, shop: Shop) -> None:
    order_id = two_lines(shop)
    ship(shop.db, shop.merchant_id, order_id, 1)
    page = owner.page(order_path(order_id, "/cancel"))
    kettle, lamp = line_ids(shop.db, shop.merchant_id, order_id)

    assert words_of(page.h1) == "Cancel order"
    assert (value_of(page, f"quantity-{kettle}"), value_of(page, f"quantity-{lamp}")) == ("1", "1")
    labels = [words_of(label) for label in page.find_all("label")]
    assert {"Quantity to cancel: Tea kettle", "Cancel entire order", "Cancel items", "Seller memo"} <= set(
        labels
    )
    assert {"Reason for cancellation", "Additional comments", "Message to customer"} <= set(labels)
    assert "SKU TEA-KETTLE, ASIN B0CHX1W1XY" in words_of(page.main)
    assert page.select_one("select#reason option")["value"] == ""  # type: ignore[index]
    assert len(buttons_named(page, "Keep order")) == len(buttons_named(page, "Update refund")) == 1
    assert "Cancellation rate 7 days: 0.0% now, 100.0% after" in receipt(page)


def test_the_script_gets_the_window_alone(owner: Browser, shop: Shop) -> None:
    response = owner.get(order_path(two_lines(shop), "/cancel"), headers={"X-Fragment": "dialog"})

    page = read(response)
    assert page.html is None
    assert [tag.name for tag in page.find_all(["dialog", "nav"])] == ["dialog"]


def test_the_entire_order_is_canceled(owner: Browser, shop: Shop) -> None:
    order_id = two_lines(shop)
    kettle, _lamp = line_ids(shop.db, shop.merchant_id, order_id)
    fields = {**window(owner, order_id), "scope": "entire", f"quantity-{kettle}": "0"}
    said = owner.told(owner.send(order_path(order_id, "/cancel"), **fields))

    assert said[0] == "status"
    assert said[1].startswith("Cancellation requested.")
    assert [item.requested for item in now(shop, order_id).items] == [2, 1]


def test_some_items_are_canceled_with_everything_that_was_said(owner: Browser, shop: Shop) -> None:
    order_id = two_lines(shop)
    kettle, lamp = line_ids(shop.db, shop.merchant_id, order_id)
    words = {"comments": "The foundry is late.", "message": "Sorry, Ana.", "memo": "Batch 7 failed."}
    fields = {**window(owner, order_id), **words, f"quantity-{kettle}": "1", f"quantity-{lamp}": "0"}
    owner.told(owner.send(order_path(order_id, "/cancel"), **fields))

    made = now(shop, order_id).requests[0]
    assert (made.state, made.source) == (RequestState.ACCEPTING, ActorKind.MERCHANT_USER)
    assert now(shop, order_id).timeline[0].actor_name == "Maya Lindqvist"
    assert [(units.label, units.quantity) for units in made.units] == [("Tea kettle", 1)]
    assert (made.reason_words, made.comments, made.message, made.memo) == ("No inventory", *words.values())
    page = owner.page(order_path(order_id))
    assert "Cancellation requested" in words_of(page.select_one("table.lines tbody tr"))
    assert "Batch 7 failed." in words_of(page.main)


def test_one_goes_back_to_the_list_one_came_from(owner: Browser, shop: Shop) -> None:
    order_id = two_lines(shop)
    here = "/console/orders?search=NL-1"

    assert (
        owner.send(order_path(order_id, "/cancel"), referrer=here, **window(owner, order_id)).location == here
    )


@pytest.mark.parametrize("referrer", ["//evil.example/console/orders", "/console/support", ""])
def test_one_goes_back_to_no_other_place(owner: Browser, shop: Shop, referrer: str) -> None:
    order_id = two_lines(shop)
    response = owner.send(order_path(order_id, "/cancel"), referrer=referrer, **window(owner, order_id))

    assert response.location == order_path(order_id)


def test_a_reason_is_mandatory_and_what_was_typed_stays(owner: Browser, shop: Shop) -> None:
    order_id = two_lines(shop)
    fields = {**window(owner, order_id), "reason": "", "memo": "Batch 7 failed."}
    response = owner.send(order_path(order_id, "/cancel"), **fields)

    assert response.status_code == 422
    assert "Choose a reason." in message(read(response))[1]
    assert words_of(read(response).find("textarea", id="memo")) == "Batch 7 failed."
    assert value_of(read(response), "nonce") == fields["nonce"]
    assert now(shop, order_id).requests == ()


@pytest.mark.parametrize("reason", ["OrderedByMistake", "nonsense"])
def test_a_reason_that_is_not_a_merchants_is_refused(owner: Browser, shop: Shop, reason: str) -> None:
    order_id = two_lines(shop)

    assert (
        owner.send(
            order_path(order_id, "/cancel"), **{**window(owner, order_id), "reason": reason}
        ).status_code
        == 422
    )


def test_nothing_at_all_is_no_cancellation(owner: Browser, shop: Shop) -> None:
    order_id = two_lines(shop)
    none = {name: "0" for name in window(owner, order_id) if name.startswith("quantity-")}
    response = owner.send(order_path(order_id, "/cancel"), **{**window(owner, order_id), **none})

    assert response.status_code == 422
    assert "Choose at least one unit to cancel." in message(read(response))[1]


@pytest.mark.parametrize("typed", ["3", "-1", "1_0", "0.5", "٣", ""])
def test_a_quantity_out_of_bounds_is_refused(owner: Browser, shop: Shop, typed: str) -> None:
    order_id = two_lines(shop)
    kettle = line_ids(shop.db, shop.merchant_id, order_id)[0]
    response = owner.send(
        order_path(order_id, "/cancel"), **{**window(owner, order_id), f"quantity-{kettle}": typed}
    )

    assert response.status_code == 422
    assert message(read(response))[0] == "alert"
    assert now(shop, order_id).requests == ()


def test_an_unknown_field_is_refused(owner: Browser, shop: Shop) -> None:
    order_id = two_lines(shop)

    assert (
        owner.send(order_path(order_id, "/cancel"), **window(owner, order_id), price="1").status_code == 400
    )


def test_a_stale_window_is_shown_again_with_what_was_typed(owner: Browser, shop: Shop) -> None:
    order_id = two_lines(shop)
    fields = {**window(owner, order_id), "memo": "Batch 7 failed."}
    ship(shop.db, shop.merchant_id, order_id, 1)
    response = owner.send(order_path(order_id, "/cancel"), **fields)
    page = read(response)

    assert response.status_code == 409
    assert "The order has changed since this window was opened." in message(page)[1]
    assert words_of(page.find("textarea", id="memo")) == "Batch 7 failed."
    assert value_of(page, f"quantity-{line_ids(shop.db, shop.merchant_id, order_id)[0]}") == "1"
    again = owner.send(order_path(order_id, "/cancel"), **fields_of(page))
    assert owner.told(again)[0] == "status"


def test_a_stale_window_of_an_order_that_is_gone_says_so(owner: Browser, shop: Shop) -> None:
    order_id = two_lines(shop)
    fields = window(owner, order_id)
    ship(shop.db, shop.merchant_id, order_id)

    said = owner.told(owner.send(order_path(order_id, "/cancel"), **fields))

    assert said == ("alert", "Nothing of this order can be canceled. It has already shipped.")


def test_the_same_window_sent_twice_cancels_once(owner: Browser, shop: Shop) -> None:
    order_id = an_order().with_item(quantity=4).taken_in(shop.db, shop.merchant_id)
    kettle = line_ids(shop.db, shop.merchant_id, order_id)[0]
    fields = {**window(owner, order_id), f"quantity-{kettle}": "1"}

    said = [owner.told(owner.send(order_path(order_id, "/cancel"), **fields)) for _ in range(2)]

    assert said[0] == said[1]
    assert [item.requested for item in now(shop, order_id).items] == [1]


def test_where_nothing_may_go_there_is_no_window(owner: Browser, shop: Shop) -> None:
    order_id = two_lines(shop)
    request(shop.db, shop.merchant_id, order_id)

    said = owner.told(owner.get(order_path(order_id, "/cancel")))

    assert said == ("alert", "Nothing of this order can be canceled. A cancellation is already requested.")


def test_the_quote_follows_the_quantities_and_the_reason(owner: Browser, shop: Shop) -> None:
    order_id = two_lines(shop)
    kettle, lamp = line_ids(shop.db, shop.merchant_id, order_id)
    fields = {**window(owner, order_id), f"quantity-{kettle}": "1", f"quantity-{lamp}": "0"}
    token = owner.token()

    def quoted(**changed: str) -> str:
        body = {**fields, **changed, "csrf_token": token}
        response = owner.post(
            order_path(order_id, "/cancel/quote"), data=body, headers={"X-Fragment": "quote"}
        )
        assert response.status_code == 200
        assert {tag["data-part"] for tag in read(response).select("[data-part]")} == {
            "refund",
            "summary",
        }
        return words_of(read(response))

    assert "1 × Tea kettle $64.00 Back to the customer $64.00" in quoted()
    assert "Nothing goes back to stock." in quoted(reason="NoInventory")
    assert "1 unit goes back to stock." in quoted(reason="PricingError")
    assert "3 of 3 units" in quoted(scope="entire")
    assert "0 of 3 units" in quoted(**{f"quantity-{kettle}": "0"})


def test_without_a_script_the_button_shows_the_window_with_the_new_refund(owner: Browser, shop: Shop) -> None:
    order_id = two_lines(shop)
    kettle = line_ids(shop.db, shop.merchant_id, order_id)[0]
    fields = {**window(owner, order_id), "reason": "", f"quantity-{kettle}": "1"}
    response = owner.send(order_path(order_id, "/cancel/quote"), **fields)
    page = read(response)

    assert response.status_code == 200
    assert "1 × Tea kettle $64.00" in receipt(page)
    assert page.select("[role=alert]") == []
    confirmed = {**fields_of(page), "reason": "NoInventory"}
    assert owner.told(owner.send(order_path(order_id, "/cancel"), **confirmed))[0] == "status"


@pytest.mark.parametrize("typed", ["9", "x"])
def test_a_quote_for_more_than_there_is_is_refused(owner: Browser, shop: Shop, typed: str) -> None:
    order_id = two_lines(shop)
    kettle = line_ids(shop.db, shop.merchant_id, order_id)[0]
    fields = {**window(owner, order_id), f"quantity-{kettle}": typed, "csrf_token": owner.token()}
    address = order_path(order_id, "/cancel/quote")

    assert owner.post(address, data=fields, headers={"X-Fragment": "quote"}).status_code == 422
    assert owner.post(address, data=fields).status_code == 422


def test_a_quote_for_units_that_went_meanwhile_is_refused(owner: Browser, shop: Shop) -> None:
    order_id = two_lines(shop)
    fields = {**window(owner, order_id), "csrf_token": owner.token()}
    cancel(shop.db, shop.merchant_id, order_id, 1)

    response = owner.post(order_path(order_id, "/cancel/quote"), data=fields, headers={"X-Fragment": "quote"})

    assert response.status_code == 422

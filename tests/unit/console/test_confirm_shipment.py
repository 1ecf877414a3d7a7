"""Confirm shipment."""

from __future__ import annotations

from collections.abc import Callable

from shared.actions import cancellations
from shared.domain.actors import ActorKind
from shared.domain.cancellation import RequestState
from shared.domain.ids import OrderId
from shared.domain.policy import Mode, Policy, Warehouse
from shared.domain.reasons import DeclineReason
from shared.queries.order_values import OrderPage
from shared.queries.orders import order_page
from tests.builders import USER, an_order, cancel, line_ids, quantities, request, ship
from tests.unit.console.browsing import (
    Browser,
    Shop,
    fields_of,
    message,
    order_path,
    read,
    value_of,
    words_of,
)


def an_order_of(shop: Shop, quantity: int) -> OrderId:
    return an_order().with_item(quantity=quantity).taken_in(shop.db, shop.merchant_id)


def now(shop: Shop, order_id: OrderId) -> OrderPage:
    return order_page(shop.db, shop.merchant_id, order_id, ActorKind.MERCHANT_USER)


def window(owner: Browser, order_id: OrderId) -> dict[str, str]:
    return fields_of(owner.page(order_path(order_id, "/ship")))


def test_all_that_is_open_is_preset(owner: Browser, shop: Shop) -> None:
    order_id = an_order_of(shop, 3)
    request(shop.db, shop.merchant_id, order_id, 1)
    page = owner.page(order_path(order_id, "/ship"))

    assert words_of(page.h1) == "Confirm shipment"
    assert value_of(page, f"ship-{line_ids(shop.db, shop.merchant_id, order_id)[0]}") == "2"
    assert "1 is asked to be canceled: ship it only if it has left already." in words_of(page.main)


def test_what_must_not_ship_is_said_beforehand_with_who_canceled_it(owner: Browser, shop: Shop) -> None:
    order_id = an_order_of(shop, 4)
    asked = request(shop.db, shop.merchant_id, order_id, 1)
    cancellations.accept(shop.db, shop.merchant_id, asked, USER)
    ask = cancellations.Ask(quantities(shop.db, shop.merchant_id, order_id, 1))
    cancellations.request(shop.db, shop.merchant_id, order_id, ask, USER)
    page = owner.page(order_path(order_id, "/ship"))

    said = words_of(page.select_one("ul.pick"))
    assert "2 are being canceled: do not ship them." in said
    assert "The team accepted the cancellation of 1 × Tea kettle." in said
    assert "The team asked to cancel 1 × Tea kettle." in said
    field = page.select_one("ul.pick input")
    assert field is not None
    assert (field["value"], field["max"]) == ("2", "2")


def test_what_a_warehouse_is_asked_about_may_still_leave(
    visitor: Browser, open_shop: Callable[..., Shop]
) -> None:
    shop = open_shop(Policy(mode=Mode.AUTOMATIC, warehouse=Warehouse(answer_minutes=30)))
    visitor.sign_in(shop.email)
    order_id = an_order_of(shop, 2)
    request(shop.db, shop.merchant_id, order_id, 1)
    kettle = line_ids(shop.db, shop.merchant_id, order_id)[0]
    page = visitor.page(order_path(order_id, "/ship"))
    fields = {**fields_of(page), f"ship-{kettle}": "2"}

    assert "That ends the request." in words_of(page.select_one("ul.pick"))
    assert visitor.told(visitor.send(order_path(order_id, "/ship"), **fields))[0] == "status"
    assert now(shop, order_id).requests[0].came_too_late
    assert "Too late, it had left: 1 × Tea kettle" in words_of(visitor.page(order_path(order_id)).main)


def test_units_leave_with_carrier_and_tracking_number(owner: Browser, shop: Shop) -> None:
    order_id = an_order_of(shop, 3)
    kettle = line_ids(shop.db, shop.merchant_id, order_id)[0]
    fields = {**window(owner, order_id), f"ship-{kettle}": "2", "carrier": "UPS", "tracking": "1Z999"}

    said = owner.told(owner.send(order_path(order_id, "/ship"), **fields))

    assert said == ("status", "Shipment confirmed.")
    assert now(shop, order_id).items[0].shipped == 2
    page = words_of(owner.page(order_path(order_id)).main)
    assert "2 units, UPS, 1Z999" in page
    assert "Maya Lindqvist confirmed the shipment of 2 units" in page


def test_a_second_press_ships_nothing_more(owner: Browser, shop: Shop) -> None:
    order_id = an_order_of(shop, 4)
    kettle = line_ids(shop.db, shop.merchant_id, order_id)[0]
    fields = {**window(owner, order_id), f"ship-{kettle}": "1"}

    said = [owner.told(owner.send(order_path(order_id, "/ship"), **fields)) for _ in range(2)]

    assert said == [("status", "Shipment confirmed.")] * 2
    assert now(shop, order_id).items[0].shipped == 1


def test_units_that_are_being_canceled_are_not_shipped(owner: Browser, shop: Shop) -> None:
    order_id = an_order_of(shop, 2)
    kettle = line_ids(shop.db, shop.merchant_id, order_id)[0]
    fields = {**window(owner, order_id), f"ship-{kettle}": "2"}
    asked = request(shop.db, shop.merchant_id, order_id, 1)
    cancellations.accept(shop.db, shop.merchant_id, asked, USER)

    response = owner.send(order_path(order_id, "/ship"), **fields)

    assert response.status_code == 409
    said = message(read(response))[1]
    assert "Some of these units are being canceled. Do not ship them; nothing was recorded." in said
    assert "The team accepted the cancellation of 1 × Tea kettle." in said
    assert now(shop, order_id).items[0].shipped == 0
    note = words_of(owner.page(order_path(order_id)).select_one(".note.bad"))
    assert note.startswith(
        "Do not ship. Refused: Maya Lindqvist reported 1 unit as shipped that are canceled or being canceled"
    )


def test_what_was_only_asked_for_may_leave_and_declines_the_request(owner: Browser, shop: Shop) -> None:
    order_id = an_order_of(shop, 1)
    request(shop.db, shop.merchant_id, order_id)
    kettle = line_ids(shop.db, shop.merchant_id, order_id)[0]

    said = owner.told(
        owner.send(order_path(order_id, "/ship"), **{**window(owner, order_id), f"ship-{kettle}": "1"})
    )

    declined = now(shop, order_id).requests[0]
    assert said[0] == "status"
    assert (declined.state, declined.decline_reason) == (RequestState.DECLINED, DeclineReason.ALREADY_SHIPPED)


def test_more_than_is_left_is_refused(owner: Browser, shop: Shop) -> None:
    order_id = an_order_of(shop, 3)
    fields = window(owner, order_id)
    ship(shop.db, shop.merchant_id, order_id, 1)

    response = owner.send(order_path(order_id, "/ship"), **fields)

    assert response.status_code == 409
    assert "Fewer units are left than you entered." in message(read(response))[1]
    assert now(shop, order_id).items[0].shipped == 1


def test_when_nothing_is_left_one_is_told_so(owner: Browser, shop: Shop) -> None:
    order_id = an_order_of(shop, 1)
    fields = window(owner, order_id)
    ship(shop.db, shop.merchant_id, order_id)
    nothing = ("alert", "Nothing of this order is left to ship.")

    assert owner.told(owner.send(order_path(order_id, "/ship"), **fields)) == nothing
    assert owner.told(owner.get(order_path(order_id, "/ship"))) == nothing


def test_when_nothing_is_left_since_it_is_canceled_one_is_told_not_to_ship(
    owner: Browser, shop: Shop
) -> None:
    order_id = an_order_of(shop, 2)
    fields = window(owner, order_id)
    cancel(shop.db, shop.merchant_id, order_id)
    canceled = (
        "alert",
        "Nothing of this order is left to ship. 2 units are canceled; do not ship them.",
    )

    assert owner.told(owner.send(order_path(order_id, "/ship"), **fields)) == canceled


def test_at_least_one_unit_has_to_leave(owner: Browser, shop: Shop) -> None:
    order_id = an_order_of(shop, 1)
    kettle = line_ids(shop.db, shop.merchant_id, order_id)[0]
    response = owner.send(order_path(order_id, "/ship"), **{**window(owner, order_id), f"ship-{kettle}": "0"})

    assert response.status_code == 422
    assert "Choose at least one unit to ship." in message(read(response))[1]


def test_a_window_without_its_mark_still_ships(owner: Browser, shop: Shop) -> None:
    order_id = an_order_of(shop, 1)

    assert (
        owner.told(owner.send(order_path(order_id, "/ship"), **{**window(owner, order_id), "nonce": ""}))[0]
        == "status"
    )

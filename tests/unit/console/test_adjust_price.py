"""The window Refund part of the price, its sum (adjust_price_quote), and what of it a role may see."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from shared.domain.actors import ActorKind
from shared.domain.ids import OrderId
from shared.domain.permissions import Role
from shared.queries.invariants import violations_of
from shared.queries.order_values import OrderPage
from shared.queries.orders import order_page
from tests.builders import an_order, line_ids, ship
from tests.unit.console.browsing import (
    Browser,
    Shop,
    buttons_named,
    fields_of,
    links_named,
    message,
    order_path,
    read,
    value_of,
    words_of,
)

HEADING = "Refund part of the price"


def half_shipped(shop: Shop, **changes: object) -> OrderId:
    order = an_order().with_(shipping_minor=695, **changes).with_item("Tea kettle", 2, 12800)
    order_id = order.with_item("Lamp", 1, 7900).taken_in(shop.db, shop.merchant_id)
    ship(shop.db, shop.merchant_id, order_id, 1)
    return order_id


def now(shop: Shop, order_id: OrderId) -> OrderPage:
    return order_page(shop.db, shop.merchant_id, order_id, ActorKind.MERCHANT_USER)


def field(shop: Shop, order_id: OrderId) -> str:
    return f"amount-{line_ids(shop.db, shop.merchant_id, order_id)[0]}"


def typed(owner: Browser, shop: Shop, order_id: OrderId, amount: str, **more: str) -> dict[str, str]:
    """Fill the window in."""
    filled = {**fields_of(owner.page(order_path(order_id, "/adjust"))), "reason": "GeneralAdjustment"}
    return {**filled, field(shop, order_id): amount, **more}


def receipt(page: BeautifulSoup) -> str:
    return words_of(page.select_one("section.receipt"))


def test_the_window_asks_for_amounts_of_what_has_shipped(owner: Browser, shop: Shop) -> None:
    page = owner.page(order_path(half_shipped(shop), "/adjust"))

    assert words_of(page.h1) == HEADING
    labels = [words_of(label) for label in page.find_all("label")]
    assert labels == [
        "Amount to refund: Tea kettle",
        "Shipping to refund",
        "Reason",
        "Message to customer",
        "Seller memo",
    ]
    assert "SKU TEA-KETTLE, 1 shipped. Up to $64.00." in words_of(page.main)
    assert len(buttons_named(page, "Refund")) == len(buttons_named(page, "Keep")) == 1
    assert "Back to the customer $0.00" in receipt(page)


def test_the_detail_page_links_to_it_only_while_something_may_go_back(owner: Browser, shop: Shop) -> None:
    order_id = an_order().taken_in(shop.db, shop.merchant_id)
    assert not links_named(owner.page(order_path(order_id)), HEADING)

    ship(shop.db, shop.merchant_id, order_id)
    [link] = links_named(owner.page(order_path(order_id)), HEADING)
    assert link["href"] == order_path(order_id, "/adjust")

    owner.told(owner.send(order_path(order_id, "/adjust"), **typed(owner, shop, order_id, "64")))
    assert not links_named(owner.page(order_path(order_id)), HEADING)


@pytest.mark.parametrize("role", [Role.AGENT, Role.VIEWER])
def test_who_may_not_refund_is_neither_led_there_nor_let_in(visitor: Browser, open_shop, role: Role) -> None:
    shop = open_shop(role=role)
    order_id = half_shipped(shop)
    visitor.sign_in(shop.email)

    assert not links_named(visitor.page(order_path(order_id)), HEADING)
    for more in ("/adjust", "/adjust/quote"):
        assert visitor.send(order_path(order_id, more)).status_code == 403


def test_what_was_typed_goes_back(owner: Browser, shop: Shop) -> None:
    order_id = half_shipped(shop)
    words = {"shipping": "0.95", "message": "Sorry about the dent.", "memo": "Photo seen."}
    sent = typed(owner, shop, order_id, "12.50", **words)

    said = owner.told(owner.send(order_path(order_id, "/adjust"), **sent))

    assert said == ("status", "Refund noted. The customer gets an e-mail when it is sent.")
    page = now(shop, order_id)
    assert [refund.amount_minor for refund in page.refunds] == [1345]
    assert "Maya Lindqvist gave $13.45 of the price back" in words_of(owner.page(order_path(order_id)).main)
    assert violations_of(shop.db, shop.merchant_id) == []


def test_pressing_twice_refunds_once(owner: Browser, shop: Shop) -> None:
    order_id = half_shipped(shop)
    sent = typed(owner, shop, order_id, "64.00", shipping="6.95")

    for _ in range(2):
        assert owner.told(owner.send(order_path(order_id, "/adjust"), **sent))[0] == "status"
    assert len(now(shop, order_id).refunds) == 1


@pytest.mark.parametrize("amount", ["-1", "1,50", "1.255", "1_0", "abc", "٣", "1e3", "0x10", "1.", ".5"])
def test_what_is_no_plain_amount_is_refused(owner: Browser, shop: Shop, amount: str) -> None:
    order_id = half_shipped(shop)
    response = owner.send(order_path(order_id, "/adjust"), **typed(owner, shop, order_id, amount))

    page = read(response)
    assert response.status_code == 422
    assert "Enter an amount in plain digits, like 12.50." in message(page)[1]
    assert value_of(page, field(shop, order_id)) == amount
    assert now(shop, order_id).refunds == ()


@pytest.mark.parametrize(("currency", "example"), [("JPY", "like 12."), ("KWD", "like 12.500.")])
def test_amounts_have_the_decimals_of_their_currency(
    owner: Browser, shop: Shop, currency: str, example: str
) -> None:
    order_id = half_shipped(shop, currency=currency)
    refused = owner.send(order_path(order_id, "/adjust"), **typed(owner, shop, order_id, "1.2345"))
    assert example in message(read(refused))[1]

    whole = "5" if currency == "JPY" else "0.005"
    owner.told(owner.send(order_path(order_id, "/adjust"), **typed(owner, shop, order_id, whole)))
    assert [refund.amount_minor for refund in now(shop, order_id).refunds] == [5]


@pytest.mark.parametrize(
    ("amount", "shipping", "said"),
    [
        ("64.01", "", "At most $64.00 may go back."),
        ("1", "6.96", "At most $6.95 may go back."),
        ("", "", "Enter at least one amount."),
        ("0", "0.00", "Enter at least one amount."),
    ],
)
def test_what_may_not_go_back_is_said_beside_its_field(
    owner: Browser, shop: Shop, amount: str, shipping: str, said: str
) -> None:
    order_id = half_shipped(shop)
    sent = typed(owner, shop, order_id, amount, shipping=shipping, memo="Photo seen.")
    response = owner.send(order_path(order_id, "/adjust"), **sent)

    page = read(response)
    assert response.status_code == 422
    assert said in message(page)[1]
    assert said in [words_of(tag) for tag in page.select(".field-error span")]
    assert words_of(page.find("textarea", id="memo")) == "Photo seen."
    assert now(shop, order_id).refunds == ()


def test_a_reason_is_mandatory(owner: Browser, shop: Shop) -> None:
    order_id = half_shipped(shop)
    response = owner.send(order_path(order_id, "/adjust"), **typed(owner, shop, order_id, "1", reason=""))

    assert response.status_code == 422
    assert "Choose a reason." in message(read(response))[1]


def test_together_no_more_than_is_left_goes_back(owner: Browser, shop: Shop) -> None:
    order_id = half_shipped(shop)
    other = half_shipped(shop)
    sent = typed(owner, shop, other, "64", shipping="6.95")
    owner.told(owner.send(order_path(other, "/adjust"), **sent))

    response = owner.get(order_path(other, "/adjust"))
    assert owner.told(response)[1].startswith("Nothing of the price can be refunded.")
    assert owner.page(order_path(order_id, "/adjust"))


def test_a_stale_window_is_shown_again_with_what_was_typed(owner: Browser, shop: Shop) -> None:
    order_id = half_shipped(shop)
    sent = typed(owner, shop, order_id, "64", memo="Photo seen.")
    again = typed(owner, shop, order_id, "1")
    owner.told(owner.send(order_path(order_id, "/adjust"), **again))
    response = owner.send(order_path(order_id, "/adjust"), **sent)
    page = read(response)

    assert response.status_code == 409
    assert "At most $63.00 may go back." in words_of(page.main)
    assert words_of(page.find("textarea", id="memo")) == "Photo seen."
    mended = {**fields_of(page), field(shop, order_id): "63"}
    assert owner.told(owner.send(order_path(order_id, "/adjust"), **mended))[0] == "status"


def test_a_stale_window_whose_amounts_still_may_go_back_asks_to_check_them(
    owner: Browser, shop: Shop
) -> None:
    order_id = half_shipped(shop)
    sent = typed(owner, shop, order_id, "10")
    owner.told(owner.send(order_path(order_id, "/adjust"), **typed(owner, shop, order_id, "1")))
    response = owner.send(order_path(order_id, "/adjust"), **sent)

    assert response.status_code == 409
    assert "Nothing was refunded yet: check it again." in message(read(response))[1]
    assert owner.told(owner.send(order_path(order_id, "/adjust"), **fields_of(read(response))))[0] == "status"


def test_an_unknown_field_is_refused(owner: Browser, shop: Shop) -> None:
    order_id = half_shipped(shop)
    sent = typed(owner, shop, order_id, "1", price="1")

    assert owner.send(order_path(order_id, "/adjust"), **sent).status_code == 400


def test_the_sum_follows_what_is_typed(owner: Browser, shop: Shop) -> None:
    order_id = half_shipped(shop)
    sent = typed(owner, shop, order_id, "12.5", shipping="1")
    path = order_path(order_id, "/adjust/quote")
    token = {"csrf_token": owner.token()}

    parts = read(owner.post(path, data={**sent, **token}, headers={"X-Fragment": "quote"}))
    page = read(owner.send(path, **sent))

    assert [tag["data-part"] for tag in parts.select("[data-part]")] == ["refund", "summary"]
    for said in (receipt(parts), receipt(page)):
        assert "Tea kettle $12.50 Shipping $1.00 Back to the customer $13.50" in said
    assert now(shop, order_id).refunds == ()
    too_much = {**sent, **token, field(shop, order_id): "99"}
    assert owner.post(path, data=too_much, headers={"X-Fragment": "quote"}).status_code == 422
    assert owner.send(path, **too_much).status_code == 422


def test_the_script_gets_the_window_alone(owner: Browser, shop: Shop) -> None:
    page = read(owner.get(order_path(half_shipped(shop), "/adjust"), headers={"X-Fragment": "dialog"}))

    assert page.html is None
    assert page.dialog is not None

"""The refund follows what is typed in the window, with and without a script; nothing is filed by it."""

from tests.builders import an_order, ship
from tests.unit.portal.conftest import Shop
from tests.unit.portal.test_cancel_order import Window


def test_the_script_gets_the_two_parts_that_follow_each_change(shop: Shop) -> None:
    window = Window(shop, ("Tea kettle", 2), ("Mug", 3))
    typed = {**window.fields, window.names[0]: "1", window.names[1]: "0"}

    page = window.buyer.post(f"{window.path}/quote", typed, headers={"X-Fragment": "quote"})

    assert page.response.status_code == 200
    assert [part["data-part"] for part in page.soup.select("[data-part]")] == ["refund", "summary"]
    assert "$10.00" in (page.region("Refund") or "")
    assert "Shipping of $5.00 is refunded only when the last item is canceled." in page.text
    assert page.soup.find("html") is None
    assert window.requests() == []


def test_without_a_script_the_window_comes_back_with_the_new_refund(shop: Shop) -> None:
    window = Window(shop)

    page = window.buyer.send(
        f"{window.path}/quote", {**window.fields, window.names[0]: "1"}, comments="My words"
    )

    assert page.response.status_code == 200
    assert page.heading == "Cancel order"
    assert page.fields()[window.names[0]] == "1"
    assert page.fields()["comments"] == "My words"
    assert page.fields()["nonce"] == window.fields["nonce"]
    assert "$10.00" in (page.region("Refund") or "")
    assert window.requests() == []


def test_nothing_chosen_brings_nothing_back(shop: Shop) -> None:
    window = Window(shop)

    page = window.buyer.send(f"{window.path}/quote", window.fields, **{window.names[0]: "0"})

    assert page.response.status_code == 200
    assert "$0.00" in (page.region("Refund") or "")


def test_what_was_never_charged_does_not_come_back(shop: Shop) -> None:
    order = shop.take(an_order().with_item("Tea kettle", 2, 12800).with_(paid=False))

    page = shop.buyer(order).get(f"/orders/{order}/cancel")

    refund = page.region("Refund") or ""
    assert "2 × Tea kettle $128.00 Will not be charged $128.00" in refund
    assert "$128.00 will not be charged" in page.text


def test_what_is_no_quantity_is_said(shop: Shop) -> None:
    window = Window(shop)
    typed = {**window.fields, window.names[0]: "1_0"}

    assert (
        window.buyer.post(f"{window.path}/quote", typed, headers={"X-Fragment": "quote"}).response.status_code
        == 422
    )
    page = window.buyer.send(f"{window.path}/quote", typed)
    assert page.response.status_code == 422
    assert "Enter a whole number from 0 to 2." in page.text


def test_the_address_alone_leads_back_to_the_window(shop: Shop) -> None:
    window = Window(shop)

    assert window.buyer.open(f"{window.path}/quote").heading == "Cancel order"


def test_an_order_that_left_meanwhile_leads_back_to_its_page(shop: Shop) -> None:
    window = Window(shop)
    ship(shop.db, shop.merchant_id, window.order)

    page = window.buyer.send(f"{window.path}/quote", window.fields)

    assert page.heading.startswith("Order ")
    assert [role for role, _words in page.said] == ["alert"]

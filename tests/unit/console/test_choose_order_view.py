"""Which columns show, and how dense the list is."""

from __future__ import annotations

from tests.builders import an_order
from tests.unit.console.browsing import Browser, Shop, value_of, words_of

ADDRESS = "/console/orders/view"


def heads(browser: Browser) -> list[str]:
    return [words_of(cell) for cell in browser.page("/console/orders").select("table.orders thead th")]


def test_what_is_chosen_is_remembered(owner: Browser, shop: Shop) -> None:
    an_order().taken_in(shop.db, shop.merchant_id)
    shown = {"show_customer": "y", "show_item_status": "y", "show_amount": "y", "is_dense": "y"}
    response = owner.send(ADDRESS, back="period=all&search=ana", **shown)

    assert response.location == "/console/orders?period=all&search=ana"
    assert heads(owner) == ["Order", "Customer", "Item status", "Amount", "Action"]
    page = owner.page("/console/orders")
    assert len(page.select("table.orders tbody td")) == 4
    assert page.select_one("table.orders.dense") is not None
    chosen = [str(box["name"]) for box in owner.page(ADDRESS).select("[type=checkbox][checked]")]
    assert chosen == list(shown)


def test_the_window_leads_back_to_the_list_as_it_was(owner: Browser) -> None:
    window = owner.page(f"{ADDRESS}?period=all&search=ana")

    assert value_of(window, "back") == "period=all&search=ana"
    assert window.select_one('.crumb a[href="/console/orders?period=all&search=ana"]') is not None


def test_no_column_is_named_like_a_filter_on_the_list_itself(owner: Browser, shop: Shop) -> None:
    an_order().taken_in(shop.db, shop.merchant_id)
    names = [words_of(label) for label in owner.page("/console/orders").select("label")]

    assert names.count("Item status") == 1
    assert names.count("Payment status") == 1


def test_order_and_action_always_show(owner: Browser, shop: Shop) -> None:
    an_order().taken_in(shop.db, shop.merchant_id)
    owner.send(ADDRESS)

    assert heads(owner) == ["Order", "Action"]


def test_one_never_leaves_the_shop_on_the_way_back(owner: Browser) -> None:
    assert owner.send(ADDRESS, back="//evil.example/?x=").location.startswith("/console/orders?")


def test_no_choice_has_the_name_of_a_filter(owner: Browser, shop: Shop) -> None:
    an_order().taken_in(shop.db, shop.merchant_id)
    page = owner.page("/console/orders")
    labels = [(str(label.get("for")), words_of(label)) for label in page.find_all("label")]

    for name in ("Item status", "Payment status"):
        assert [field for field, words in labels if name in words] == [name.lower().replace(" ", "_")]

"""Filters by name, and the one that the list begins with: order_filters, begin_with_filter, delete_filter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from shared.actions import merchants
from shared.actions.order_views import MOST_FILTERS
from shared.domain.permissions import Role
from tests.builders import an_order
from tests.unit.console.browsing import PASSWORD, Browser, Shop, links_named, read, words_of
from tests.unit.console.test_orders import numbers

ADDRESS = "/console/orders/filters"


def save(browser: Browser, name: str, query: str, **more: str):
    """Save a filter under a name."""
    return browser.send(ADDRESS, name=name, query=query, **more)


def test_without_any_the_page_says_what_to_do(owner: Browser) -> None:
    assert "None yet." in words_of(owner.page(ADDRESS).main)


def test_a_saved_filter_stands_above_the_list_and_leads_to_its_orders(owner: Browser, shop: Shop) -> None:
    an_order().with_(number="old", age=timedelta(days=90)).taken_in(shop.db, shop.merchant_id)
    an_order().with_(number="new").taken_in(shop.db, shop.merchant_id)
    here = owner.page("/console/orders?search=old&period=all&sort=amount")
    form = owner.page(str(links_named(here, "Save this filter, or change filters")[0]["href"]))
    query = str(form.select_one("[name=query]")["value"])
    response = save(owner, "Old ones", query)

    assert owner.told(response)[0] == "status"
    link = links_named(owner.page("/console/orders"), "Old ones")[0]
    page = owner.page(str(link["href"]))
    assert numbers(page) == ["old"]
    assert page.select_one("#filters-menu [aria-current]") is not None


def test_the_list_begins_with_the_default_until_it_no_longer_does(owner: Browser, shop: Shop) -> None:
    an_order().with_(number="old", age=timedelta(days=90)).taken_in(shop.db, shop.merchant_id)
    save(owner, "All", "period=all", is_default="y")
    response = owner.get("/console/orders")
    assert (response.status_code, response.location) == (303, "/console/orders?period=all")
    assert "It begins with this filter" in words_of(owner.page(ADDRESS).main)

    save(owner, "Mine", "search=a", is_default="y")
    assert owner.get("/console/orders").location == "/console/orders?placed_from=&search=a"
    assert owner.told(owner.send(f"{ADDRESS}/default", name=""))[0] == "status"
    assert owner.get("/console/orders").status_code == 200
    owner.send(f"{ADDRESS}/default", name="All")
    assert owner.get("/console/orders").location == "/console/orders?period=all"
    assert owner.send(f"{ADDRESS}/default", name="Nothing like it").status_code == 404


def test_the_same_name_again_takes_the_others_place_and_one_can_be_deleted(owner: Browser) -> None:
    save(owner, "Mine", "search=a")
    save(owner, "Mine", "search=b")
    links = links_named(owner.page(ADDRESS), "Mine")
    assert [str(link["href"]) for link in links] == ["/console/orders?placed_from=&search=b"]

    assert owner.told(owner.send(f"{ADDRESS}/delete", name="Mine"))[0] == "status"
    assert links_named(owner.page(ADDRESS), "Mine") == []


def test_a_filter_without_a_name_and_one_too_many_are_refused(owner: Browser) -> None:
    response = save(owner, " ", "search=a")
    assert response.status_code == 422
    assert "Enter a name." in words_of(read(response).main)

    for number in range(MOST_FILTERS):
        assert save(owner, f"Filter {number}", "search=a").status_code == 303
    response = save(owner, "One more", "search=a")
    assert response.status_code == 422
    assert "Delete one first." in words_of(read(response).main)
    assert save(owner, "Filter 1", "search=b").status_code == 303


def test_an_address_that_is_none_becomes_all_orders(owner: Browser) -> None:
    assert save(owner, "Odd", "sort=up&next=//evil.example").location == "/console/orders?period=all"


def test_filters_are_a_members_own_in_each_shop(
    owner: Browser, shop: Shop, open_shop: Callable[..., Shop]
) -> None:
    save(owner, "Mine", "search=a")
    other = open_shop()
    colleague = {"email": f"jo-{shop.email}", "name": "Jo", "password": PASSWORD}
    merchants.create_user(shop.db, shop.merchant_id, **colleague, role=Role.VIEWER)
    for email in (other.email, colleague["email"]):
        owner.send("/console/sign-out")
        owner.sign_in(email)
        assert links_named(owner.page("/console/orders"), "Mine") == []

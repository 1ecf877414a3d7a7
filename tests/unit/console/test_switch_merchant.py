"""Links of e-mails name their merchant: whoever is at another shop of theirs is offered the switch."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest

from shared.actions import merchants
from shared.domain.ids import MerchantId
from shared.domain.permissions import Role
from tests.builders import an_order
from tests.unit.console.browsing import PASSWORD, Browser, Shop, links_named, words_of


@pytest.fixture
def other(shop: Shop, open_shop: Callable[..., Shop]) -> Shop:
    """Open a second shop, where the owner of the first is a viewer."""
    made = open_shop()
    merchants.create_user(
        made.db, made.merchant_id, email=shop.email, name="Maya", password=PASSWORD, role=Role.VIEWER
    )
    return made


def mailed(shop: Shop, path: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}merchant={shop.merchant_id}"


def an_order_of(shop: Shop) -> str:
    return f"/console/orders/{an_order().taken_in(shop.db, shop.merchant_id)}"


def test_a_link_of_the_shop_one_is_at_opens_without_its_name(owner: Browser, shop: Shop) -> None:
    path = an_order_of(shop)

    assert owner.get(mailed(shop, path)).location == path
    assert owner.get(mailed(shop, "/console/orders?status=shipped&q=a+b")).location == (
        "/console/orders?status=shipped&q=a+b"
    )


def test_a_link_of_another_of_ones_shops_opens_after_a_switch(
    visitor: Browser, shop: Shop, other: Shop
) -> None:
    path = an_order_of(other)
    visitor.sign_in(shop.email, following=f"?next={mailed(shop, '/console/orders')}")
    assert visitor.get(path).status_code == 404
    offered = visitor.get(mailed(other, path)).location

    page = visitor.page(offered)

    assert words_of(page.h1) == "Switch to Northlight Home"
    assert links_named(page, "Stay at Northlight Home")[0]["href"] == "/console/orders"
    form = page.select_one("main form")
    merchant = page.select_one("main form [name=merchant]")
    assert form is not None
    assert merchant is not None
    answer = visitor.send(str(form["action"]), merchant=str(merchant["value"]))
    assert answer.location == path
    assert visitor.get(path).status_code == 200


def test_a_shop_that_is_none_of_ones_own_is_answered_as_if_it_did_not_exist(
    owner: Browser, shop: Shop, other: Shop, open_shop: Callable[..., Shop]
) -> None:
    path = an_order_of(shop)
    foreign, nobodys = open_shop(), Shop(shop.db, MerchantId(uuid4()), "")
    assert other.merchant_id not in {foreign.merchant_id, nobodys.merchant_id}

    told = [owner.get(mailed(named, path)) for named in (foreign, nobodys)]

    assert [answer.status_code for answer in told] == [404, 404]
    assert told[0].get_data() == told[1].get_data()
    for named in (foreign, nobodys):
        assert owner.get(f"/console/switch?to={named.merchant_id}").status_code == 404
    assert owner.get("/console/switch").status_code == 404


def test_whoever_signs_in_over_a_link_is_let_in_at_its_shop(
    visitor: Browser, shop: Shop, other: Shop
) -> None:
    path = an_order_of(other)
    asked = visitor.get(mailed(other, path)).location
    assert asked.startswith("/console/sign-in?next=")

    entered = visitor.sign_in(shop.email, following=asked.removeprefix("/console/sign-in"))

    assert visitor.get(entered.location).location == path
    assert visitor.get(path).status_code == 200


def test_a_strangers_shop_in_a_link_lets_nobody_in_there(
    visitor: Browser, shop: Shop, open_shop: Callable[..., Shop]
) -> None:
    path = an_order_of(open_shop())
    named = mailed(open_shop(), path)

    entered = visitor.sign_in(shop.email, following=f"?next={named}")

    assert entered.location == named
    assert visitor.get(named).status_code == 404
    assert visitor.get(an_order_of(shop)).status_code == 200


def test_what_names_no_merchant_is_passed_over(owner: Browser, shop: Shop) -> None:
    path = an_order_of(shop)

    for named in ("", "mine", f"{UUID(int=1)}x"):
        assert owner.get(f"{path}?merchant={named}").status_code == 200


def test_a_switch_leads_to_no_foreign_address(owner: Browser, other: Shop) -> None:
    answer = owner.send("/console/switch?next=//evil.example", merchant=str(other.merchant_id))

    assert answer.location == "/console/orders"

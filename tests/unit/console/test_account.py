"""Where somebody is signed in, how they end it elsewhere, and how they go over to another of their shops."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from sqlalchemy import select

from console.origins import device_of
from shared.actions import merchants
from shared.domain.permissions import Role
from shared.storage.records import ConsoleSessionRecord
from tests.builders import an_order
from tests.unit.console.browsing import PASSWORD, Browser, Shop, order_path, words_of

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1 Mobile Safari/604.1"


def another(app: Flask, shop: Shop, agent: str = FIREFOX) -> Browser:
    browser = app.test_client()
    assert isinstance(browser, Browser)
    browser.environ_base["HTTP_USER_AGENT"] = agent
    assert browser.sign_in(shop.email).status_code == 303
    return browser


def session_ids(shop: Shop) -> list[str]:
    with shop.db.snapshot(shop.merchant_id) as tx:
        rows = tx.session.scalars(select(ConsoleSessionRecord.id).order_by(ConsoleSessionRecord.id))
        return [str(row) for row in rows]


def test_the_name_in_the_menu_leads_to_the_account(owner: Browser) -> None:
    page = owner.page("/console/account")

    assert words_of(page.h1) == "Your account"
    link = page.select_one('a[href="/console/account"]')
    assert words_of(link) == "Maya Lindqvist"
    assert link["aria-current"] == "page"


def test_sessions_are_listed_by_browser_and_this_one_says_so(owner: Browser, app: Flask, shop: Shop) -> None:
    another(app, shop)
    another(app, shop, IPHONE)

    rows = owner.page("/console/account").select("section[aria-labelledby=sessions-h] tbody tr")

    listed = [words_of(row) for row in rows]
    assert any("Firefox, Linux" in row and "End session" in row for row in listed)
    assert any("Safari, iPhone" in row for row in listed)
    assert sum("This browser" in row and "End session" not in row for row in listed) == 1


def test_a_browser_is_named_from_what_it_says() -> None:
    assert device_of(FIREFOX) == "Firefox, Linux"
    assert device_of(IPHONE) == "Safari, iPhone"
    assert device_of("curl/8") == ""


def test_one_session_is_ended_elsewhere(owner: Browser, app: Flask, shop: Shop) -> None:
    phone = another(app, shop, IPHONE)

    told = owner.told(owner.send(f"/console/account/sessions/{session_ids(shop)[-1]}/end"))

    assert told == ("status", "The session is ended. That browser has to sign in again.")
    assert phone.get("/console/orders").status_code == 303
    assert owner.get("/console/orders").status_code == 200
    assert owner.send(f"/console/account/sessions/{session_ids(shop)[-1]}/end").status_code == 404


def test_all_other_sessions_are_ended_at_once(owner: Browser, app: Flask, shop: Shop) -> None:
    others = [another(app, shop), another(app, shop, IPHONE)]

    told = owner.told(owner.send("/console/account/sessions/end-others"))

    assert told == ("status", "2 other sessions are ended.")
    assert [browser.get("/console/orders").status_code for browser in others] == [303, 303]
    assert owner.get("/console/orders").status_code == 200


def test_another_users_session_cannot_be_ended(
    owner: Browser, app: Flask, open_shop: Callable[..., Shop]
) -> None:
    foreign = open_shop()
    browser = another(app, foreign)

    assert owner.send(f"/console/account/sessions/{session_ids(foreign)[0]}/end").status_code == 404
    assert browser.get("/console/orders").status_code == 200


def join(shop: Shop, other: Shop, role: Role = Role.VIEWER) -> None:
    merchants.create_user(
        other.db, other.merchant_id, email=shop.email, name="Maya Lindqvist", password=PASSWORD, role=role
    )


def test_who_has_one_shop_is_offered_no_switch(owner: Browser) -> None:
    assert owner.page("/console/orders").find(id="shop-switch") is None
    assert owner.send("/console/switch", merchant="0190b4a8-0000-7000-8000-000000000000").status_code == 404
    assert owner.send("/console/switch", merchant="mine").status_code == 404


def test_a_switch_leads_to_the_other_shop_with_the_role_there(
    owner: Browser, shop: Shop, open_shop: Callable[..., Shop]
) -> None:
    other = open_shop()
    join(shop, other)
    order_id = an_order().taken_in(other.db, other.merchant_id)
    assert owner.get(order_path(order_id)).status_code == 404
    before = owner.get_cookie("console")
    option = owner.page("/console/orders").select_one("#shop-switch option")

    answer = owner.send("/console/switch", merchant=str(option["value"]))

    assert answer.location == "/console/orders"
    assert owner.get(order_path(order_id)).status_code == 200
    assert owner.get(f"/console/orders/{order_id}/ship").status_code == 403
    assert before is not None
    owner.set_cookie("console", before.value)
    assert owner.get("/console/orders").status_code == 303, "the session before is ended"


def test_the_next_sign_in_leads_to_the_shop_of_last_time(
    owner: Browser, app: Flask, shop: Shop, open_shop: Callable[..., Shop]
) -> None:
    other = open_shop()
    join(shop, other)
    owner.send("/console/switch", merchant=str(other.merchant_id))

    page = another(app, shop).page("/console/orders")

    assert "Maya Lindqvist , viewer" in words_of(page.find("nav"))


def test_nobody_switches_to_a_shop_that_is_not_theirs(owner: Browser, open_shop: Callable[..., Shop]) -> None:
    foreign = open_shop()

    assert owner.send("/console/switch", merchant=str(foreign.merchant_id)).status_code == 404
    assert owner.get("/console/orders").status_code == 200

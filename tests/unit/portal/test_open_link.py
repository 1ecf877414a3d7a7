"""The link of an e-mail becomes a session that opens one order; dead and forged ones leave no trace."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from portal.routes import blueprint
from shared import links as tokens
from shared.actions import links, orders
from shared.storage.records import LinkRecord
from shared.web.app import build_app
from tests.builders import USER, an_order
from tests.unit.portal.conftest import SETTINGS, Buyer, Shop, unknown_id


def _flip_a_bit(link: str) -> str:
    body, signature = link.removeprefix("/o/").rsplit(".", 1)
    raw = bytearray(urlsafe_b64decode(signature + "=="))
    raw[7] ^= 16
    return f"/o/{body}.{urlsafe_b64encode(bytes(raw)).rstrip(b'=').decode()}"


def test_a_link_leads_to_its_order_and_stays_out_of_the_address(shop: Shop, nobody: Buyer) -> None:
    order = shop.take(an_order().with_(number="NL-1"))

    answer = nobody.get(shop.link(order)).response

    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/orders/{order}"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    cookie = answer.headers["Set-Cookie"]
    assert all(part in cookie for part in ("HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=3600"))
    page = nobody.get(f"/orders/{order}")
    assert page.heading == "Order NL-1"
    assert page.response.headers["Referrer-Policy"] == "same-origin"


def test_over_https_the_cookie_is_bound_to_the_host(shop: Shop) -> None:
    settings = SETTINGS.read(
        {"RESCIND_SECRET_KEYS": "portal-tests-" * 4, "RESCIND_BASE_URL": "https://cancel.example.com"}
    )
    client = build_app(settings, shop.db, [blueprint]).test_client()

    answer = client.get(shop.link(shop.take()), base_url="https://cancel.example.com")

    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-buyer=")
    assert "Secure" in cookie
    assert "Domain" not in cookie


def test_asking_for_the_head_of_a_link_opens_nothing(shop: Shop, nobody: Buyer) -> None:
    order = shop.take()

    answer = nobody.client.head(shop.link(order))

    assert "Set-Cookie" not in answer.headers
    assert nobody.get(f"/orders/{order}").response.status_code == 404


def test_a_link_can_be_followed_again_and_by_a_scanner_before(shop: Shop, nobody: Buyer) -> None:
    order = shop.take()
    link = shop.link(order)

    for _ in range(3):
        assert nobody.get(link).response.status_code == 303
    assert nobody.get(f"/orders/{order}").response.status_code == 200
    with shop.db.begin(shop.merchant_id) as tx:
        assert tx.session.query(LinkRecord).one().revoked_at is None


def test_a_session_brought_along_is_dropped(shop: Shop, nobody: Buyer) -> None:
    order = shop.take()
    with nobody.client.session_transaction(f"/orders/{order}") as session:
        session["csrf_token"] = "planted"

    nobody.get(shop.link(order))

    with nobody.client.session_transaction(f"/orders/{order}") as session:
        assert "csrf_token" not in session


@pytest.mark.parametrize(
    "spoil",
    [
        _flip_a_bit,
        lambda link: link[:-1],
        lambda link: link + "=",
        lambda link: link.replace(".", "~"),
        lambda link: link[: len(link) // 2],
        lambda _link: "/o/junk",
        lambda _link: "/o/" + "a" * 300,
        lambda _link: "/o/%F0%9F%92%A9",
        lambda _link: "/o/" + tokens.write(tokens.new_token(datetime.now(UTC)), ("another key" * 4,)),
    ],
)
def test_a_forged_link_is_a_missing_page(shop: Shop, nobody: Buyer, spoil: Callable[[str], str]) -> None:
    order = shop.take(an_order().with_(number="NL-SECRET"))

    page = nobody.get(spoil(shop.link(order)))

    assert page.response.status_code == 404
    assert page.heading == "We cannot open this page"
    assert "Send me my link again" in page.buttons()
    assert "Set-Cookie" not in page.response.headers
    assert page.response.headers["Referrer-Policy"] == "no-referrer"
    assert "NL-SECRET" not in page.text


def test_a_dead_link_is_gone_and_offers_a_new_one(shop: Shop, nobody: Buyer) -> None:
    order = shop.take(an_order().with_(number="NL-SECRET"))
    link = shop.link(order)
    orders.revoke_links(shop.db, shop.merchant_id, order, USER)

    page = nobody.get(link)

    assert page.response.status_code == 410
    assert page.heading == "This link has expired"
    assert "Send me my link again" in page.buttons()
    assert "Set-Cookie" not in page.response.headers
    for hidden in ("NL-SECRET", "Tea kettle", "Northlight"):
        assert hidden not in page.response.get_data(as_text=True)


def test_a_dead_link_leaves_the_cookie_of_another_order_alone(shop: Shop) -> None:
    order = shop.take()
    dead = shop.take()
    link = shop.link(dead)
    orders.revoke_links(shop.db, shop.merchant_id, dead, USER)
    buyer = shop.buyer(order)

    assert "Set-Cookie" not in buyer.get(link).response.headers
    assert "Set-Cookie" not in buyer.get(_flip_a_bit(link)).response.headers
    assert buyer.get(f"/orders/{order}").response.status_code == 200


def test_revoking_acts_on_the_next_click_of_who_is_in_already(shop: Shop) -> None:
    order = shop.take()
    buyer = shop.buyer(order)

    orders.revoke_links(shop.db, shop.merchant_id, order, USER)

    assert buyer.get(f"/orders/{order}").response.status_code == 410
    assert buyer.get(f"/orders/{order}/cancel").response.status_code == 410


def test_a_link_that_has_run_out_is_gone(shop: Shop, nobody: Buyer) -> None:
    order = shop.take()
    link = shop.link(order)
    with shop.db.begin(shop.merchant_id) as tx:
        tx.session.execute(update(LinkRecord).values(expires_at=tx.now - timedelta(seconds=1)))

    assert nobody.get(link).response.status_code == 410


def test_links_of_the_key_before_still_open(shop: Shop, nobody: Buyer) -> None:
    old = SETTINGS.read({"RESCIND_SECRET_KEYS": "the-key-before-" * 3}).derived_keys("order-links")
    order = shop.take()
    token = links.make(shop.db, shop.merchant_id, order, old)
    rotated = SETTINGS.read({"RESCIND_SECRET_KEYS": f"{'the-new-key-' * 4},{'the-key-before-' * 3}"})

    client = build_app(rotated, shop.db, [blueprint]).test_client()

    assert client.get(f"/o/{token}").status_code == 303
    assert nobody.get(f"/o/{token}").response.status_code == 404


def test_orders_without_a_link_are_all_alike(shop: Shop, open_shop: Callable[..., Shop]) -> None:
    mine, sibling = shop.take(), shop.take()
    foreign = open_shop().take()
    buyer = shop.buyer(mine)

    pages = [
        buyer.get(f"/orders/{order}{path}").response
        for order in (
            sibling,
            foreign,
            unknown_id(),
            "NL-1",
            "1",
            "%00",
            "..",
            str(mine).upper(),
            f"{{{mine}}}",
        )
        for path in ("", "/cancel", "/contact")
    ]

    assert {page.status_code for page in pages} == {404}
    assert len({page.get_data() for page in pages}) == 1


def test_two_orders_in_two_tabs_are_never_mixed(shop: Shop) -> None:
    first = shop.take(an_order().with_(number="NL-A"))
    second = shop.take(an_order().with_(number="NL-B"))
    buyer = shop.buyer(first, second)

    assert buyer.get(f"/orders/{first}").heading == "Order NL-A"
    assert buyer.get(f"/orders/{second}").heading == "Order NL-B"

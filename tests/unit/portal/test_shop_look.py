"""A shop's order pages carry its logo, its color and what it says of itself; pages of no shop do not."""

from __future__ import annotations

from shared.actions import branding
from shared.domain.branding import Branding
from shared.logos import read_logo
from tests.builders import USER
from tests.pictures import a_picture
from tests.unit.portal.conftest import Buyer, Shop

LOOK = Branding(
    color="#7a3b00",
    footer="Northlight Home Ltd\n<script>",
    shop_url="https://northlight.example",
    help_url="https://northlight.example/help",
)


def test_an_order_page_has_the_shops_logo_color_and_foot(shop: Shop) -> None:
    branding.change(shop.db, shop.merchant_id, LOOK, USER)
    branding.change_logo(shop.db, shop.merchant_id, read_logo(a_picture("PNG", (400, 120))), USER)
    order_id = shop.take()

    page = shop.buyer(order_id).get(f"/orders/{order_id}")

    sign = page.soup.header.find("img")
    assert (sign["alt"], sign["width"], sign["height"]) == ("Northlight Home", "200", "60")
    styles = [link["href"] for link in page.soup.find_all("link", rel="stylesheet")]
    assert styles[-1].startswith("/brand/colors/")
    foot = page.words(page.soup.footer)
    assert "Northlight Home To the shop Help from Northlight Home" in foot
    assert "Northlight Home Ltd <script>" in foot


def test_the_cancel_window_as_a_page_has_them_too(shop: Shop) -> None:
    branding.change(shop.db, shop.merchant_id, LOOK, USER)
    order_id = shop.take()

    page = shop.buyer(order_id).get(f"/orders/{order_id}/cancel")

    assert "/brand/colors/" in str(page.soup.head)
    assert "Help from Northlight Home" in page.links()


def test_a_shop_without_a_look_of_its_own_shows_its_name(shop: Shop) -> None:
    order_id = shop.take()

    page = shop.buyer(order_id).get(f"/orders/{order_id}")

    assert "Northlight Home" in page.words(page.soup.header)
    assert "/brand/" not in str(page.soup)


def test_pages_of_no_shop_have_no_shops_look(shop: Shop, nobody: Buyer) -> None:
    branding.change(shop.db, shop.merchant_id, LOOK, USER)

    for path in ("/find", "/help"):
        page = nobody.get(path)
        assert "/brand/" not in str(page.soup)
        assert "Rescind" in page.words(page.soup.header)

"""The pages of webhook endpoints (webhooks, webhook) and what is done on them: add_webhook, change_webhook,
pause_webhook, resume_webhook, rotate_webhook, delete_webhook, try_webhook, send_webhook_again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import update

from shared.actions import deliveries
from shared.actions.webhooks import SEALING
from shared.domain.permissions import Role
from shared.queries import webhooks as queries
from shared.storage.records import ConsoleSessionRecord
from shared.web.services import EXTENSION
from shared.webhooks.sending import Messenger
from tests.builders import an_order, cancel
from tests.post import Hearing, Remembering, outside, work_off
from tests.unit.console.browsing import (
    Browser,
    Shop,
    buttons_named,
    links_named,
    message,
    read,
    value_of,
    words_of,
)

WEBHOOKS = "/console/settings/webhooks"
URL = "https://hooks.shop.example/rescind"


def added(owner: Browser, shop: Shop, **fields: str) -> str:
    """Add an endpoint, and give the address of its page."""
    response = owner.send(WEBHOOKS, url=URL, **fields)
    assert response.status_code == 201, response.text
    return f"{WEBHOOKS}/{queries.endpoints(shop.db, shop.merchant_id).endpoints[0].id}"


def rows(page: BeautifulSoup) -> list[str]:
    return [words_of(row) for row in page.select("tbody tr")]


def told(app: Flask, shop: Shop, hearing: Hearing) -> None:
    """Carry out what is due, with the keys that seal the endpoints' secrets."""
    messenger = Messenger(hearing, app.extensions[EXTENSION].settings.derived_keys(SEALING))
    work_off(replace(outside(shop.db, Remembering()), messenger=messenger), shop.merchant_id)


def test_an_endpoint_is_added_and_its_secret_shown_once(owner: Browser) -> None:
    empty = owner.page(WEBHOOKS)
    assert "No endpoints yet" in words_of(empty.find("main"))

    response = owner.send(WEBHOOKS, url=URL, refund_sent="y", case_opened="y")

    page = read(response)
    assert response.status_code == 201
    assert words_of(page.find("code", class_="secret")).startswith("whsec_")
    assert message(page)[0] == "status"
    listed = owner.page(WEBHOOKS)
    assert "whsec_" not in listed.get_text()
    assert rows(listed) == [f"{URL} refund.sent, case.opened Active Not called yet"]
    assert "whsec_" not in owner.page(str(links_named(listed, URL)[0]["href"])).get_text()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "Enter the address that is called."),
        ("http://127.0.0.1:9000/", "The address begins with https://."),
        ("https://127.0.0.1/", "Name a machine on the Internet"),
        ("https://shop.example:8443/", "Leave the port out"),
        ("https://a:b@shop.example/", "Leave user and password out"),
        ("https://sh\u00f6p.example/", "plain characters"),
    ],
)
def test_an_address_that_is_not_called_says_how_to_write_one(owner: Browser, url: str, words: str) -> None:
    response = owner.send(WEBHOOKS, url=url, restocked="y")

    page = read(response)
    assert response.status_code == 422
    assert words in page.get_text()
    assert value_of(page, "url") == url
    ticked = page.select_one("[name=restocked]")
    assert ticked is not None
    assert ticked.has_attr("checked")


def test_address_and_events_are_changed(owner: Browser, shop: Shop) -> None:
    path = added(owner, shop, restocked="y")

    assert owner.told(owner.send(path, url="https://b.shop.example/", refund_failed="y")) == (
        "status",
        "Endpoint saved.",
    )
    page = owner.page(path)
    assert value_of(page, "url") == "https://b.shop.example/"
    assert [tag["name"] for tag in page.select("input[checked]")] == ["refund_failed"]
    assert owner.send(path, url="http://b.shop.example/").status_code == 422
    assert owner.send(path, url="").status_code == 422


def test_it_is_paused_and_switched_on_again(owner: Browser, shop: Shop) -> None:
    path = added(owner, shop)

    assert owner.told(owner.send(f"{path}/pause"))[1].startswith("The endpoint is paused.")
    page = owner.page(path)
    assert not buttons_named(page, "Send a test event")
    assert owner.told(owner.send(f"{path}/test")) == (
        "alert",
        "Nothing was sent. This endpoint is switched off. Switch it on first.",
    )
    assert buttons_named(page, "Switch on")
    assert owner.told(owner.send(f"{path}/resume"))[1].startswith("The endpoint is active.")


def test_its_secret_is_replaced(owner: Browser, shop: Shop) -> None:
    path = added(owner, shop)

    first, second = (
        words_of(read(owner.send(f"{path}/rotate")).find("code", class_="secret")) for _ in range(2)
    )

    assert first.startswith("whsec_")
    assert first != second


def test_removing_asks_first(owner: Browser, shop: Shop) -> None:
    path = added(owner, shop)
    page = owner.page(f"{path}/delete")

    assert words_of(page.h1) == "Remove this endpoint?"
    assert links_named(page, "Keep it")
    assert buttons_named(page, "Remove endpoint")
    assert owner.page(path)
    assert owner.told(owner.send(f"{path}/delete"))[1].startswith("The endpoint is removed.")
    assert "No endpoints yet" in words_of(owner.page(WEBHOOKS).find("main"))
    assert owner.get(path).status_code == owner.send(f"{path}/delete").status_code == 404


def test_deliveries_are_listed_with_their_order_and_sent_again(
    app: Flask, owner: Browser, shop: Shop
) -> None:
    path = added(owner, shop, cancellation_accepted="y")
    order_id = an_order().with_(number="NL-7001").taken_in(shop.db, shop.merchant_id)
    cancel(shop.db, shop.merchant_id, order_id)
    waiting = owner.page(path)
    assert "cancellation.accepted" in rows(waiting)[0]
    assert "Waiting 0 tries Not tried yet" in rows(waiting)[0]
    assert not buttons_named(waiting, "Send again")
    again = _again(owner, shop, path)
    assert owner.told(owner.send(again)) == ("alert", "Nothing was sent. This event is being sent already.")

    told(app, shop, Hearing(answers=[410]))
    page = owner.page(path)
    assert "Not delivered 1 try 410" in rows(page)[0]
    assert [link["href"] for link in links_named(page, "NL-7001")] == [f"/console/orders/{order_id}"]
    assert "Switched off: it answered that it is gone" in words_of(page.find("main"))

    owner.send(f"{path}/resume")
    assert owner.told(owner.send(again))[1] == "The event is on its way again. It keeps its id."
    told(app, shop, Hearing())
    assert "Delivered 2 tries 204" in rows(owner.page(path))[0]


def _again(owner: Browser, shop: Shop, path: str) -> str:
    endpoint_id = UUID(path.rpartition("/")[2])
    found = queries.deliveries(shop.db, shop.merchant_id, endpoint_id, cursor=None, limit=1).deliveries
    assert owner.send(f"{path}/deliveries/{UUID(int=5)}/again").status_code == 404
    return f"{path}/deliveries/{found[0].id}/again"


def test_a_long_list_goes_on_behind_a_link(owner: Browser, shop: Shop) -> None:
    path = added(owner, shop)
    for _ in range(21):
        deliveries.send_trial(shop.db, shop.merchant_id, UUID(path.rpartition("/")[2]))

    first = owner.page(path)
    assert len(rows(first)) == 20
    second = owner.page(str(links_named(first, "Next")[0]["href"]))
    assert len(rows(second)) == 1
    assert not links_named(second, "Next")


def test_a_test_event_is_sent(owner: Browser, shop: Shop) -> None:
    path = added(owner, shop)

    assert owner.told(owner.send(f"{path}/test"))[1].startswith("A test event is on its way.")

    assert rows(owner.page(path))[0].startswith("webhook.test")


def test_who_one_is_has_to_be_proved_again_after_a_while(owner: Browser, shop: Shop) -> None:
    path = added(owner, shop)
    with shop.db.begin(shop.merchant_id) as tx:
        tx.session.execute(update(ConsoleSessionRecord).values(verified_at=None))

    assert owner.get(WEBHOOKS).status_code == 200
    for address in (WEBHOOKS, path, f"{path}/pause", f"{path}/resume", f"{path}/rotate", f"{path}/delete"):
        response = owner.send(address)
        assert response.status_code == 307, address
        assert response.location.startswith("/console/verify"), address


def test_another_shops_endpoint_is_nowhere_to_be_found(
    owner: Browser, shop: Shop, app, open_shop: Callable[..., Shop]
) -> None:
    path = added(owner, shop)
    stranger = app.test_client()
    stranger.sign_in(open_shop().email)

    assert stranger.get(path).status_code == 404
    for more in ("", "/pause", "/resume", "/rotate", "/delete", "/test"):
        assert stranger.send(f"{path}{more}", **({"url": URL} if not more else {})).status_code == 404, more


def test_managers_do_not_see_them(visitor: Browser, open_shop: Callable[..., Shop]) -> None:
    visitor.sign_in(open_shop(role=Role.MANAGER).email)

    assert visitor.get(WEBHOOKS).status_code == 403

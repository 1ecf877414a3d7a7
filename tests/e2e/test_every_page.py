"""Every page, narrow and wide, in light and dark: nothing scrolls sideways or gapes, axe finds nothing."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.e2e.conftest import DESK, PHONE, Shop, sign_in

PORTAL = ("/orders/{id}", "/orders/{id}/cancel", "/orders/{id}/contact", "/find", "/help")
CONSOLE = (
    "/console/orders",
    "/console/orders/filters",
    "/console/exports",
    "/console/orders/{id}",
    "/console/orders/{id}/cancel",
    "/console/orders/{id}/ship",
    "/console/requests",
    "/console/requests/warehouse",
    "/console/bulk",
    "/console/bulk/codes",
    "/console/bulk/{run}",
    "/console/health",
    "/console/health/days/2026-01-31",
    "/console/support",
    "/console/contact",
    "/console/settings/replies",
    "/console/settings/policy",
    "/console/settings/policy/versions",
    "/console/settings/reasons",
    "/console/settings/reasons/NoInventory",
    "/console/settings/reasons/codes",
    "/console/settings/reasons/codes/acknowledgement",
    "/console/settings/branding",
    "/console/settings/branding/emails",
    "/console/settings/branding/emails/order_confirmed",
    "/console/settings/team",
    "/console/settings/keys",
    "/console/settings/webhooks",
    "/console/settings/webhooks/{endpoint}",
    "/console/settings/webhooks/{endpoint}/delete",
    "/console/settings/audit",
    "/console/account",
    "/console/account/authenticator",
    "/console/verify",
    "/demo/mailbox",
)

LONG_ADDRESS = "maximiliane-von-hohenberg@customers.example.com"
# The markup's own line breaks would be drawn as empty lines between the rows.
GAPING_TABLES = """[...document.querySelectorAll("table")]
  .filter((table) => getComputedStyle(table).whiteSpace.startsWith("pre")).map((table) => table.className)"""


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_pages_fit_their_width_and_are_accessible(
    open_shop: Callable[..., Shop], make_page: Callable[..., Page], theme: str, size: dict[str, int]
) -> None:
    shop = open_shop(warehouse={"answer_minutes": 60})
    endpoint = _endpoint(shop)
    order, run = _busy_order(shop), _feed(shop)
    page = sign_in(make_page(viewport=size, color_scheme=theme), shop)
    page.goto(order["order_link"])
    problems = []
    for path in (*PORTAL, *CONSOLE):
        page.goto(path.format(id=order["id"], run=run, endpoint=endpoint))
        problems += _problems(page, path)
    assert problems == []


def _busy_order(shop: Shop) -> dict[str, str]:
    lines = [
        {"sku": "KTL-GN-09-BLK", "title": "Gooseneck tea kettle", "quantity": 4, "unit_price": 6400},
        {"sku": "LMP-RD-38-BRS", "title": "Brass reading lamp", "quantity": 1, "unit_price": 12800},
    ]
    buyer = {"email": LONG_ADDRESS, "name": "Maximiliane"}
    order = shop.place_order(line_items=lines, shipping={"amount": 695}, buyer=buyer)
    shop.ask(f"/testkit/orders/{order['id']}/ship", {"line_items": [{"sku": "KTL-GN-09-BLK", "quantity": 1}]})
    # The customer's waits for a decision, the merchant's own for the warehouse.
    for asker, comments in (("buyer", "Found the kettle around the corner"), ("merchant", "")):
        answer = shop.kit.post(
            f"/api/v1/orders/{order['number']}/cancellations",
            data={
                "line_items": [{"sku": "KTL-GN-09-BLK", "quantity": 1}],
                "reason": "FoundCheaper",
                "comments": comments,
                "requested_by": asker,
            },
            headers={
                "Authorization": f"Bearer {shop.api_key}",
                "Idempotency-Key": f"{asker}-{order['number']}",
            },
        )
        assert answer.status == 202, answer.text()
    shop.settle()
    return order


def _endpoint(shop: Shop) -> str:
    """Add an endpoint that nobody answers for; what happens is told to it in vain."""
    answer = shop.kit.post(
        "/api/v1/webhooks",
        data={"url": f"http://127.0.0.1:1/{'a-long-path/' * 9}"},
        headers={"Authorization": f"Bearer {shop.api_key}", "Idempotency-Key": "endpoint"},
    )
    assert answer.status == 201, answer.text()
    return str(answer.json()["id"])


def _feed(shop: Shop) -> str:
    rows = "A-1\tNoInventory\t\nA-1\tNoInventory\t\nNowhere\tSunshine\t53636600015471\n"
    shop.place_order(number="A-1")
    answer = shop.kit.post(
        "/api/v1/feeds?dry_run=true",
        data=f"order-id\tcancellation-reason-code\tamazon-order-item-code\n{rows}",
        headers={"Authorization": f"Bearer {shop.api_key}", "Content-Type": "text/plain"},
    )
    assert answer.status == 202, answer.text()
    shop.settle()
    return str(answer.json()["id"])


def _problems(page: Page, path: str) -> list[str]:
    width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    found = [f"{path} scrolls sideways by {width} px"] if width > 0 else []
    found += [f"{path}: the table {name} gapes" for name in page.evaluate(GAPING_TABLES)]
    result = Axe().run(page)
    return found + [
        f"{path}: {violation['id']} {violation['nodes'][0]['target']}"
        for violation in result.response["violations"]
    ]

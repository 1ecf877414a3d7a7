"""Who may reach which address of the console, and whose orders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import UUID, uuid4

from flask import Flask
from werkzeug.routing import Rule

from console.routes import blueprint
from shared import wording
from shared.domain.actors import ActorKind
from shared.domain.permissions import Role
from shared.queries.orders import order_page
from tests.builders import an_order, cancel, request
from tests.unit.console.browsing import Browser, Shop, read, words_of


def rules(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Give every address of the console with each method it takes."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith(f"{blueprint.name}."):
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                yield rule, method


def test_the_orders_of_another_merchant_are_nowhere_to_be_found(
    app: Flask, owner: Browser, open_shop: Callable[..., Shop]
) -> None:
    other = open_shop()
    foreign = an_order().with_item(quantity=3).taken_in(other.db, other.merchant_id)
    asked = request(other.db, other.merchant_id, foreign, 1)
    cancel(other.db, other.merchant_id, foreign, 1)
    token = owner.token()

    for rule, method in rules(app):
        if "order_id" not in rule.arguments:
            continue
        bodies = [
            owner.open(address, method=method, data=_body(method, token))
            for address in (
                _address(app, rule, order_id=foreign, request_id=asked),
                _address(app, rule),
                _address(app, rule).replace("/orders/", "/orders/x"),
            )
        ]
        assert [body.status_code for body in bodies] == [404] * 3, f"{method} {rule}"
        assert len({body.get_data() for body in bodies}) == 1, f"{method} {rule}"
    assert "asked to cancel" in _timeline_of(other, foreign)


def test_the_console_begins_at_the_orders(owner: Browser) -> None:
    assert owner.get("/console").location == "/console/orders"


def test_a_forged_form_changes_nothing(owner: Browser, shop: Shop) -> None:
    order_id = an_order().taken_in(shop.db, shop.merchant_id)

    response = owner.post(f"/console/orders/{order_id}/revoke-links", data={"csrf_token": "forged"})

    assert response.status_code == 400


def test_what_is_refused_is_refused_in_the_look(visitor: Browser, open_shop: Callable[..., Shop]) -> None:
    visitor.sign_in(open_shop(role=Role.VIEWER).email)

    response = visitor.get(f"/console/orders/{uuid4()}/ship")

    assert response.status_code == 403
    assert words_of(read(response).h1) == "You may not do that"


def _address(app: Flask, rule: Rule, **known: UUID) -> str:
    values = {name: known.get(name, UUID(int=7)) for name in rule.arguments}
    return str(app.url_map.bind("localhost").build(rule.endpoint, values))


def _body(method: str, token: str) -> dict[str, str]:
    return {"csrf_token": token} if method == "POST" else {}


def _timeline_of(shop: Shop, order_id: UUID) -> str:
    page = order_page(shop.db, shop.merchant_id, order_id, ActorKind.MERCHANT_USER)
    return " ".join(wording.timeline_for_merchant(row, page.currency) for row in page.timeline)

"""Several requests accepted at once."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

from shared.domain.cancellation import RequestState
from shared.domain.ids import RequestId
from shared.domain.permissions import Role
from shared.queries.cancellations import state_of
from shared.storage.engine import Database
from shared.storage.scopes import lock_order
from tests.builders import accept, an_order, request
from tests.unit.console.browsing import Browser, Shop, links_named, message, read, words_of

ADDRESS = "/console/requests/accept"


def asked(shop: Shop, *numbers: str) -> list[RequestId]:
    """Let a customer ask for each of these orders."""
    return [
        request(
            shop.db, shop.merchant_id, an_order().with_(number=number).taken_in(shop.db, shop.merchant_id)
        )
        for number in numbers
    ]


def answer(browser: Browser, address: str, ids: list[UUID], **fields: object):
    """Send ticked requests."""
    data = {"csrf_token": browser.token(), **{f"request-{request_id}": "on" for request_id in ids}, **fields}
    return browser.post(address, data=data)


def state(shop: Shop, request_id: UUID) -> RequestState:
    """Tell where a request is."""
    return state_of(shop.db, shop.merchant_id, RequestId(request_id))


def results(page) -> list[str]:
    """Read the results, row by row."""
    return [words_of(row) for row in page.select("table[aria-label=Results] tbody tr")]


def test_ticked_requests_are_accepted_and_each_is_told(owner: Browser, shop: Shop) -> None:
    ids = asked(shop, "NL-1", "NL-2", "NL-3")
    page = read(answer(owner, ADDRESS, ids[:2]))

    assert message(page) == ("status", "2 requests decided.")
    assert results(page) == ["NL-1 Ana Torres Accepted.", "NL-2 Ana Torres Accepted."]
    assert [state(shop, request_id) for request_id in ids] == ["accepting", "accepting", "requested"]
    assert links_named(page, "Back to Requests")[0]["href"] == "/console/requests"


def test_one_that_is_decided_already_never_stops_the_rest(owner: Browser, shop: Shop) -> None:
    first, gone, last = asked(shop, "NL-1", "NL-2", "NL-3")
    accept(shop.db, shop.merchant_id, gone)
    page = read(answer(owner, ADDRESS, [first, gone, last]))

    assert message(page) == ("alert", "2 requests decided. 1 was left as it is; see why below.")
    assert results(page)[0] == "NL-1 Ana Torres Accepted."
    assert results(page)[1].startswith("NL-2 Ana Torres Not changed.")
    assert state(shop, last) == "accepting"


def test_one_that_somebody_else_holds_never_stops_the_rest(owner: Browser, shop: Shop, db: Database) -> None:
    held = an_order().with_(number="NL-1").taken_in(shop.db, shop.merchant_id)
    first = request(shop.db, shop.merchant_id, held)
    (last,) = asked(shop, "NL-2")
    with db.begin(shop.merchant_id) as tx:
        lock_order(tx, held)
        page = read(answer(owner, ADDRESS, [first, last]))

    assert "Somebody else is changing this order just now." in results(page)[0]
    assert results(page)[1] == "NL-2 Ana Torres Accepted."


def test_nothing_ticked_changes_nothing_and_says_what_to_do(owner: Browser, shop: Shop) -> None:
    (waits,) = asked(shop, "NL-1")

    told = owner.told(answer(owner, ADDRESS, []))
    assert told == ("alert", "Nothing was changed. Tick the requests first, then press the button.")
    assert state(shop, waits) == "requested"


def test_another_merchants_request_is_as_if_it_were_not_there(
    owner: Browser, shop: Shop, open_shop: Callable[..., Shop]
) -> None:
    other = open_shop()
    (foreign,) = asked(other, "NL-1")
    (own,) = asked(shop, "NL-2")
    page = read(answer(owner, ADDRESS, [foreign, uuid4(), own]))

    assert results(page) == ["NL-2 Ana Torres Accepted."]
    assert state(other, foreign) == "requested"


def test_a_viewer_may_not(visitor: Browser, open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(role=Role.VIEWER)
    visitor.sign_in(shop.email)
    (waits,) = asked(shop, "NL-1")

    assert answer(visitor, ADDRESS, [waits]).status_code == 403
    assert state(shop, waits) == "requested"

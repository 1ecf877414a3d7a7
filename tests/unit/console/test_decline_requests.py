"""Several requests declined at once, with one reason."""

from __future__ import annotations

from collections.abc import Callable

from shared.actions import cancellations
from shared.domain.permissions import Role
from shared.domain.policy import Policy
from tests.builders import USER
from tests.unit.console.browsing import Browser, Shop, fields_of, message, read, words_of
from tests.unit.console.test_accept_requests import answer, asked, results, state

ADDRESS = "/console/requests/decline"


def test_the_reason_is_asked_once_for_all(owner: Browser, shop: Shop) -> None:
    ids = asked(shop, "NL-1", "NL-2")
    response = answer(owner, ADDRESS, ids)
    page = read(response)

    assert response.status_code == 200
    assert words_of(page.h1) == "Decline requests"
    assert "NL-1 Ana Torres" in words_of(page.main)
    assert page.find_all(role=["alert", "status"]) == []
    assert [state(shop, request_id) for request_id in ids] == ["requested", "requested"]
    sent = {**fields_of(page), "message": "It is packed."}
    offered = [str(option["value"]) for option in page.select("select option")]
    sent["reason"] = offered[1]
    done = read(owner.post(ADDRESS, data=sent))
    assert message(done) == ("status", "2 requests decided.")
    assert results(done) == ["NL-1 Ana Torres Declined.", "NL-2 Ana Torres Declined."]
    assert [state(shop, request_id) for request_id in ids] == ["declined", "declined"]


def test_without_a_reason_it_is_asked_for_again(owner: Browser, shop: Shop) -> None:
    (waits,) = asked(shop, "NL-1")
    page = read(answer(owner, ADDRESS, [waits]))
    response = owner.post(ADDRESS, data={**fields_of(page), "message": "Sorry."})

    assert response.status_code == 422
    again = read(response)
    assert "Choose a reason." in words_of(again.main)
    assert fields_of(again)["message"] == "Sorry."
    assert state(shop, waits) == "requested"


def test_what_was_accepted_meanwhile_is_not_stopped(visitor: Browser, open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(Policy(undo_minutes=30))
    visitor.sign_in(shop.email)
    (waits,) = asked(shop, "NL-1")
    page = read(answer(visitor, ADDRESS, [waits]))
    cancellations.accept(shop.db, shop.merchant_id, waits, USER)
    reason = str(page.select("select option")[1]["value"])
    done = read(visitor.post(ADDRESS, data={**fields_of(page), "reason": reason}))

    assert message(done)[0] == "alert"
    assert "Not changed." in results(done)[0]
    assert state(shop, waits) == "accepting"


def test_nothing_ticked_leads_back(owner: Browser) -> None:
    assert owner.told(answer(owner, ADDRESS, []))[0] == "alert"


def test_a_viewer_may_not(visitor: Browser, open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(role=Role.VIEWER)
    visitor.sign_in(shop.email)
    (waits,) = asked(shop, "NL-1")

    assert answer(visitor, ADDRESS, [waits]).status_code == 403

"""Two browsers at once: one page says what was done, the other what had happened before, and none breaks."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import cast, update
from sqlalchemy.dialects.postgresql import JSONB
from werkzeug.test import TestResponse

from shared.domain.actors import ActorKind
from shared.domain.cancellation import RequestState
from shared.queries.invariants import violations_of
from shared.queries.orders import order_page
from shared.storage.records import RequestRecord
from tests.unit.console.browsing import Browser, fields_of, message, order_path, read, value_of
from tests.unit.races.conftest import House
from tests.unit.races.parties import silence
from tests.unit.races.scene import AT_ONCE, ROUNDS, Scene, at_once, prepare, work_off

Press = Callable[[], TestResponse]
Window = Callable[[Browser, Scene], Press]

CHANGED = "changed since"
# What the loser reads: the window is stale or nothing is left, the decision is taken, the unit is gone.
WORDS = {
    "customer": (CHANGED, "Nothing was canceled."),
    "merchant": (CHANGED, "Nothing of this order can be canceled."),
    "accept": ("This request is no longer open; nothing was changed.",),
    "decline": ("This request is no longer open; nothing was changed.", "Nothing was declined."),
    "withdraw": ("It is too late to withdraw.",),
    "ship": ("Do not ship", "Nothing of this order is left to ship."),
    "refund": ("Somebody was faster: this refund does not wait any more.",),
}

# Who meets whom, and what each is told as the second: "alert" for a loser, "status" where both may be.
MEETINGS = (
    ("customer", "merchant", "alert", "alert"),
    ("customer", "customer", "alert", "alert"),
    ("customer", "ship", "alert", "alert"),
    ("merchant", "merchant", "alert", "alert"),
    ("merchant", "ship", "alert", "alert"),
    ("accept", "decline", "alert", "alert"),
    ("accept", "accept", "alert", "alert"),
    ("accept", "withdraw", "alert", "status"),
    ("accept", "ship", "alert", "alert"),
    ("decline", "decline", "alert", "alert"),
    ("decline", "withdraw", "alert", "alert"),
    ("decline", "ship", "alert", "status"),
    ("withdraw", "withdraw", "status", "status"),
    ("withdraw", "ship", "alert", "status"),
    ("ship", "ship", "alert", "alert"),
    ("refund", "refund", "alert", "alert"),
)


def customer(browser: Browser, scene: Scene) -> Press:
    path = f"/orders/{scene.order_id}/cancel"
    fields = {**window_of(browser.page(path)), "reason": AT_ONCE}
    return partial(browser.post, path, data=fields, follow_redirects=True)


def merchant(browser: Browser, scene: Scene) -> Press:
    path = order_path(scene.order_id, "/cancel")
    fields = {**fields_of(browser.page(path)), "reason": "NoInventory"}
    return partial(browser.post, path, data=fields, follow_redirects=True)


def accept(browser: Browser, scene: Scene) -> Press:
    path = order_path(scene.order_id, f"/requests/{scene.asked}/accept")
    fields = {"csrf_token": token(browser, order_path(scene.order_id))}
    return partial(browser.post, path, data=fields, follow_redirects=True)


def decline(browser: Browser, scene: Scene) -> Press:
    path = order_path(scene.order_id, f"/requests/{scene.asked}/decline")
    fields = {**fields_of(browser.page(path)), "reason": "already_packed"}
    return partial(browser.post, path, data=fields, follow_redirects=True)


def withdraw(browser: Browser, scene: Scene) -> Press:
    path = f"/orders/{scene.order_id}"
    fields = {"csrf_token": token(browser, path)}
    return partial(
        browser.post, f"{path}/requests/{scene.asked}/withdraw", data=fields, follow_redirects=True
    )


def ship(browser: Browser, scene: Scene) -> Press:
    path = order_path(scene.order_id, "/ship")
    fields = {**fields_of(browser.page(path)), f"ship-{scene.line}": "2"}
    return partial(browser.post, path, data=fields, follow_redirects=True)


def refund(browser: Browser, scene: Scene) -> Press:
    path = order_path(scene.order_id, f"/refunds/{scene.refund}/paid")
    fields = {"csrf_token": token(browser, order_path(scene.order_id))}
    return partial(browser.post, path, data=fields, follow_redirects=True)


WINDOWS: dict[str, Window] = {
    window.__name__: window for window in (customer, merchant, accept, decline, withdraw, ship, refund)
}
BUYERS = {"customer", "withdraw"}


def window_of(page: BeautifulSoup) -> dict[str, str]:
    """Read what the buyer's window would send as it stands."""
    form = page.find("form", method="post")
    assert form is not None
    sent = {str(field["name"]): str(field.get("value", "")) for field in form.find_all("input")}
    return {**sent, **{str(area["name"]): "" for area in form.find_all("textarea")}}


def token(browser: Browser, path: str) -> str:
    return value_of(browser.page(path), "csrf_token")


def presses(house: House, scene: Scene, names: tuple[str, str]) -> list[Press]:
    """Let both open their window, each in a browser of its own, before either presses the button."""
    colleagues = iter(house.staff)
    browsers = [house.buyer(scene.order_id) if name in BUYERS else next(colleagues) for name in names]
    return [WINDOWS[name](browser, scene) for name, browser in zip(names, browsers, strict=True)]


def said(response: TestResponse) -> tuple[str, str]:
    """Read the one message of a page, which may not be a broken one."""
    assert response.status_code in {200, 409, 422}, response.get_data(as_text=True)
    return message(read(response))


@pytest.mark.parametrize(("one", "other", "if_one_is_late", "if_other_is_late"), MEETINGS)
def test_one_page_says_what_was_done_and_the_other_what_had_happened(
    house: House, one: str, other: str, if_one_is_late: str, if_other_is_late: str
) -> None:
    rounds = max(1 if one == other else 2, ROUNDS // 5)
    scenes = prepare(house.db, house.merchant_id, rounds, refund=one == "refund")
    for place, scene in enumerate(scenes):
        buttons = presses(house, scene, (one, other))
        ended = at_once(*buttons[::-1])[::-1] if place % 2 else at_once(*buttons)
        assert [each.error for each in ended] == [None, None]
        pages = [said(each.answer) for each in ended]
        roles = tuple(role for role, _words in pages)
        assert roles in {("status", if_other_is_late), (if_one_is_late, "status")}, pages
        for name, (role, words) in zip((one, other), pages, strict=True):
            assert role == "status" or any(known in words for known in WORDS[name]), words
    work_off(house.db, house.merchant_id)
    assert violations_of(house.db, house.merchant_id) == []


def test_while_it_may_be_undone_only_one_of_accepting_and_declining_happens(house: House) -> None:
    scenes = prepare(house.db, house.merchant_id, max(4, ROUNDS // 2))
    with house.db.begin(house.merchant_id) as tx:
        longer = RequestRecord.policy.op("||")(cast({"undo_minutes": 30}, JSONB))
        asked = [scene.asked for scene in scenes]
        tx.session.execute(update(RequestRecord).where(RequestRecord.id.in_(asked)).values(policy=longer))

    for place, scene in enumerate(scenes):
        buttons = presses(house, scene, ("accept", "decline"))
        ended = at_once(*buttons[::-1])[::-1] if place % 2 else at_once(*buttons)
        accepted, declined = (said(each.answer) for each in ended)

        assert {accepted[0], declined[0]} == {"status", "alert"}, (accepted, declined)
        view = order_page(house.db, house.merchant_id, scene.order_id, ActorKind.MERCHANT_USER).requests[0]
        assert view.state is (RequestState.ACCEPTING if accepted[0] == "status" else RequestState.DECLINED)
        if declined[0] == "alert":
            assert "accepted the cancellation" in declined[1]
            assert "Nothing was declined." in declined[1]
    assert violations_of(house.db, house.merchant_id) == []


@pytest.mark.parametrize("person", ["accept", "decline", "withdraw"])
def test_who_decides_when_the_clock_has_run_out_is_told_so(house: House, person: str) -> None:
    [scene] = prepare(house.db, house.merchant_id, 1)
    browser = house.buyer(scene.order_id) if person in BUYERS else house.staff[0]
    press = WINDOWS[person](browser, scene)
    silence(scene)
    work_off(house.db, house.merchant_id)

    role, words = said(press())

    assert role == "alert"
    assert any(known in words for known in WORDS[person])

"""What open pages are told has changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from shared.actions import cases, operator_cases
from shared.actions.case_steps import Message
from shared.actions.operator_cases import Asking
from shared.domain.actors import BUYER
from shared.domain.ids import lowest_id
from shared.storage.engine import Database
from tests.builders import USER, an_order, request
from tests.unit.console.browsing import Browser, Shop, words_of


def told(browser: Browser, seen: UUID | str) -> tuple[list[str], dict[str, str]]:
    """Ask for the changes after an entry: the orders they are about, and how much waits, by address."""
    answer = browser.get(f"/console/changes/{seen}", headers={"X-Fragment": "live"}).json
    return [change["about"] for change in answer["changes"]], answer["waiting"]


def test_what_happened_since_is_told_with_what_waits(owner: Browser, shop: Shop) -> None:
    order_id = an_order().taken_in(shop.db, shop.merchant_id)
    seen = lowest_id(datetime.now(UTC) - timedelta(minutes=1))
    request(shop.db, shop.merchant_id, order_id)
    message = Message("Where is it?")
    cases.open_case(shop.db, shop.merchant_id, order_id, "Products", message, BUYER)

    waits = {"/console/requests": "1", "/console/support": "1"}
    assert told(owner, seen) == ([str(order_id)] * 3, waits)


def test_what_was_seen_long_ago_is_not_told_again(owner: Browser, shop: Shop) -> None:
    an_order().taken_in(shop.db, shop.merchant_id)

    assert told(owner, lowest_id(datetime.now(UTC) + timedelta(minutes=1))) == ([], {})


def test_what_committed_late_is_told_although_newer_ones_were_seen(owner: Browser, shop: Shop) -> None:
    order_id = an_order().taken_in(shop.db, shop.merchant_id)
    newest = owner.get(f"/console/changes/{lowest_id(datetime.now(UTC))}").json["changes"][-1]["id"]

    assert told(owner, newest)[0] == [str(order_id)]


def test_a_page_says_where_to_ask(owner: Browser) -> None:
    address = str(owner.page("/console/orders").main["data-live"])

    assert told(owner, address.rpartition("/")[2]) == ([], {})


def badges(browser: Browser) -> dict[str, str]:
    """Read the numbers beside the links of the menu."""
    links = browser.page("/console/support").select("#main-nav li a")
    return {str(link["href"]): words_of(link.select_one(".count")) for link in links if link.select(".count")}


def test_the_menu_counts_the_cases_that_wait_for_an_answer(owner: Browser, shop: Shop) -> None:
    order_id = an_order().taken_in(shop.db, shop.merchant_id)
    assert badges(owner) == {}

    opened = [
        cases.open_case(shop.db, shop.merchant_id, order_id, "Products", Message("Where is it?"), BUYER)
        for _ in range(2)
    ]
    assert badges(owner) == {"/console/support": "2"}

    cases.reply(shop.db, shop.merchant_id, opened[0], Message("On its way."), USER)
    cases.resolve(shop.db, shop.merchant_id, opened[1], USER)
    assert badges(owner) == {}


def test_a_question_to_the_operator_is_no_case_that_waits_for_the_team(owner: Browser, shop: Shop) -> None:
    operator_cases.ask(shop.db, shop.merchant_id, Asking("Products", Message("Please help.")), USER)

    assert badges(owner) == {}


def test_anothers_changes_are_not_told(owner: Browser, open_shop: Callable[..., Shop]) -> None:
    other = open_shop()
    an_order().taken_in(other.db, other.merchant_id)

    assert told(owner, UUID(int=0)) == ([], {})


def test_a_page_that_asks_by_itself_keeps_no_session_alive(
    owner: Browser, shop: Shop, db: Database, database_server, database_name
) -> None:
    def move_back() -> None:
        with database_server.superuser(database_name) as connection:
            connection.execute("UPDATE console_sessions SET seen_at = seen_at - interval '2 minutes'")

    def seen_at() -> datetime:
        with db.begin(shop.merchant_id) as tx:
            return tx.session.execute(text("SELECT max(seen_at) FROM console_sessions")).scalar_one()

    move_back()
    before = seen_at()
    told(owner, UUID(int=0))
    assert seen_at() == before
    owner.page("/console/requests")
    assert seen_at() > before

"""What open pages are told has changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from shared.domain.ids import lowest_id
from shared.storage.engine import Database
from tests.builders import an_order, request
from tests.unit.console.browsing import Browser, Shop


def told(browser: Browser, seen: UUID | str) -> tuple[list[str], str | None]:
    """Ask for the changes after an entry: the orders they are about, and how many requests wait."""
    answer = browser.get(f"/console/changes/{seen}", headers={"X-Fragment": "live"}).json
    return [change["order"] for change in answer["changes"]], answer["waiting"]


def test_what_happened_since_is_told_with_the_requests_that_wait(owner: Browser, shop: Shop) -> None:
    order_id = an_order().taken_in(shop.db, shop.merchant_id)
    seen = lowest_id(datetime.now(UTC) - timedelta(minutes=1))
    request(shop.db, shop.merchant_id, order_id)

    assert told(owner, seen) == ([str(order_id)] * 2, "1")


def test_what_was_seen_long_ago_is_not_told_again(owner: Browser, shop: Shop) -> None:
    an_order().taken_in(shop.db, shop.merchant_id)

    assert told(owner, lowest_id(datetime.now(UTC) + timedelta(minutes=1))) == ([], None)


def test_what_committed_late_is_told_although_newer_ones_were_seen(owner: Browser, shop: Shop) -> None:
    order_id = an_order().taken_in(shop.db, shop.merchant_id)
    newest = owner.get(f"/console/changes/{lowest_id(datetime.now(UTC))}").json["changes"][-1]["id"]

    assert told(owner, newest)[0] == [str(order_id)]


def test_a_page_says_where_to_ask(owner: Browser) -> None:
    address = str(owner.page("/console/orders").main["data-live"])

    assert told(owner, address.rpartition("/")[2]) == ([], None)


def test_anothers_changes_are_not_told(owner: Browser, open_shop: Callable[..., Shop]) -> None:
    other = open_shop()
    an_order().taken_in(other.db, other.merchant_id)

    assert told(owner, UUID(int=0)) == ([], None)


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

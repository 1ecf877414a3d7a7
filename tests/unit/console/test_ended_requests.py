"""How the requests of customers ended: accepted, declined, withdrawn."""

from __future__ import annotations

import pytest

from shared.actions import cancellations
from shared.domain.actors import BUYER
from shared.domain.cancellation import RequestState
from shared.domain.reasons import DeclineReason
from shared.queries import inbox
from tests.builders import USER, accept, an_order, cancel, request
from tests.unit.console.browsing import Browser, Shop, words_of


@pytest.fixture
def ended(shop: Shop) -> None:
    """One request of each outcome, one that is open, and a cancellation of the team's own."""
    orders = {
        number: an_order().with_(number=number).taken_in(shop.db, shop.merchant_id)
        for number in ("yes", "no", "back", "open", "own")
    }
    accept(shop.db, shop.merchant_id, request(shop.db, shop.merchant_id, orders["yes"]))
    declined = request(shop.db, shop.merchant_id, orders["no"], comments="We move out on Monday.")
    cancellations.decline(shop.db, shop.merchant_id, declined, USER, reason=DeclineReason.ALREADY_PACKED)
    withdrawn = request(shop.db, shop.merchant_id, orders["back"])
    cancellations.withdraw(shop.db, shop.merchant_id, withdrawn, BUYER)
    request(shop.db, shop.merchant_id, orders["open"])
    cancel(shop.db, shop.merchant_id, orders["own"])


@pytest.mark.usefixtures("ended")
@pytest.mark.parametrize(
    ("outcome", "number", "words"),
    [
        ("accepted", "yes", "$64.00"),
        ("declined", "no", "We move out on Monday. none"),
        ("withdrawn", "back", "none"),
    ],
)
def test_each_outcome_lists_what_customers_asked_for(
    owner: Browser, outcome: str, number: str, words: str
) -> None:
    page = owner.page(f"/console/requests/ended?outcome={outcome}")

    rows = [words_of(row) for row in page.select("table.requests tbody tr")]
    assert len(rows) == 1
    assert f"{number} Ana Torres 1 × Tea kettle Order created by mistake" in rows[0]
    assert words in rows[0]
    here = [words_of(link) for link in page.select(".panel .tabs a[aria-current]")]
    assert here == [outcome.capitalize()]


@pytest.mark.usefixtures("ended")
def test_what_waits_leads_to_how_others_ended(owner: Browser) -> None:
    page = owner.page("/console/requests")

    tabs = [words_of(link) for link in page.select(".panel .tabs a")]
    assert tabs == ["Open 1", "Accepted", "Declined", "Withdrawn"]


def test_an_outcome_that_nothing_had_yet_says_so(owner: Browser) -> None:
    page = owner.page("/console/requests/ended?outcome=withdrawn")

    assert "Nothing here yet" in words_of(page.main)


@pytest.mark.parametrize("address", ["?outcome=requested", "?outcome=lost", "?after=nonsense"])
def test_other_outcomes_and_places_are_not_found(owner: Browser, address: str) -> None:
    assert owner.get(f"/console/requests/ended{address}").status_code in {404, 422}


def test_pages_follow_one_another(shop: Shop) -> None:
    for _ in range(5):
        order = an_order().taken_in(shop.db, shop.merchant_id)
        cancellations.withdraw(shop.db, shop.merchant_id, request(shop.db, shop.merchant_id, order), BUYER)

    seen, cursor = [], ""
    for _ in range(3):
        page = inbox.ended(shop.db, shop.merchant_id, RequestState.WITHDRAWN, cursor=cursor, limit=2)
        seen += [row.id for row in page.rows]
        cursor = page.next_cursor
    assert len(seen) == len(set(seen)) == 5
    assert cursor == ""

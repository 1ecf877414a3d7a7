"""The list of cases: whose turn it is, who has them, longest waiting first."""

from __future__ import annotations

from uuid import UUID

from bs4 import BeautifulSoup

from shared.actions import cases
from shared.actions.case_steps import Message
from shared.domain.actors import BUYER
from shared.domain.permissions import Role
from shared.domain.support import CaseState
from shared.queries import case_list, support
from shared.queries.support_values import CaseFilter
from tests.builders import USER, an_order
from tests.unit.console.browsing import Browser, Shop, links_named, order_path, words_of


def a_case(shop: Shop, body: str = "Where is it?", number: str = "") -> UUID:
    order_id = an_order().with_(number=number).taken_in(shop.db, shop.merchant_id)
    return cases.open_case(
        shop.db, shop.merchant_id, order_id, "Orders, Shipping & Fulfillment", Message(body), BUYER
    )


def said(page: BeautifulSoup) -> list[str]:
    return [words_of(cell) for cell in page.select("td .said")]


def test_without_messages_the_page_says_what_will_bring_them(owner: Browser) -> None:
    assert "No messages" in words_of(owner.page("/console/support").main)


def test_cases_come_longest_waiting_first_and_lead_to_case_and_order(owner: Browser, shop: Shop) -> None:
    first = a_case(shop, "Where is it?", "NL-1")
    a_case(shop, "Is it dishwasher safe?", "NL-2")

    page = owner.page("/console/support")

    assert said(page) == ["Where is it?", "Is it dishwasher safe?"]
    assert links_named(page, "Ana Torres")[0]["href"] == f"/console/support/{first}"
    order_id = support.case_view(shop.db, shop.merchant_id, first).order_id
    assert order_id is not None
    assert links_named(page, "NL-1")[0]["href"] == order_path(order_id)


def test_tabs_part_the_cases_by_whose_turn_it_is(owner: Browser, shop: Shop) -> None:
    a_case(shop, "Open one")
    cases.reply(shop.db, shop.merchant_id, a_case(shop, "Old question"), Message("An answer"), USER)
    cases.resolve(shop.db, shop.merchant_id, a_case(shop, "Done with"), USER)

    page = owner.page("/console/support")
    assert [words_of(tab) for tab in page.select(".tabs a")] == [
        "Open 1",
        "Waiting for customer 1",
        "Resolved",
    ]
    assert said(page) == ["Open one"]
    assert said(owner.page("/console/support?state=waiting")) == ["An answer"]
    assert said(owner.page("/console/support?state=resolved")) == ["Done with"]
    assert owner.get("/console/support?state=elsewhere").status_code == 404


def test_one_can_ask_for_ones_own(owner: Browser, shop: Shop) -> None:
    a_case(shop, "Somebody’s")
    mine = a_case(shop, "Mine")
    me = support.colleagues(shop.db, shop.merchant_id)[0]
    cases.assign(shop.db, shop.merchant_id, mine, me.id)

    for whose in ("me", str(me.id)):
        assert said(owner.page(f"/console/support?assignee={whose}")) == ["Mine"]
    assert "No such case" in words_of(owner.page("/console/support?state=waiting&assignee=me").main)
    assert owner.get(f"/console/support?assignee={UUID(int=7)}").status_code == 404


def test_a_long_list_goes_on_where_it_stopped(shop: Shop) -> None:
    wanted = [a_case(shop, f"Question {number}") for number in range(5)]

    read: list[UUID] = []
    cursor = ""
    while True:
        found = case_list.case_list(shop.db, shop.merchant_id, CaseFilter(), cursor=cursor, limit=2)
        read += [row.id for row in found.rows]
        cursor = found.next_cursor
        if not cursor:
            break

    assert read == wanted


def test_resolved_ones_come_newest_first(shop: Shop) -> None:
    for number in range(3):
        cases.resolve(shop.db, shop.merchant_id, a_case(shop, f"Question {number}"), USER)

    pages = [
        case_list.case_list(shop.db, shop.merchant_id, CaseFilter(CaseState.RESOLVED), limit=2),
    ]
    pages.append(
        case_list.case_list(
            shop.db,
            shop.merchant_id,
            CaseFilter(CaseState.RESOLVED),
            cursor=pages[0].next_cursor,
            limit=2,
        )
    )

    assert [row.newest for page in pages for row in page.rows] == ["Question 2", "Question 1", "Question 0"]


def test_a_made_up_page_of_the_list_is_refused(owner: Browser) -> None:
    assert owner.get("/console/support?after=nonsense").status_code == 422


def test_a_viewer_reads_the_list_and_cases_of_others_are_not_in_it(
    visitor: Browser, open_shop: object, shop: Shop
) -> None:
    a_case(shop, "Nobody else’s business")
    other = open_shop(role=Role.VIEWER)  # type: ignore[operator]
    visitor.sign_in(other.email)

    assert "No messages" in words_of(visitor.page("/console/support").main)

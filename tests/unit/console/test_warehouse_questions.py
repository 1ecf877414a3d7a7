"""What the warehouse is asked to stop: the list, and the two answers (answer_for_warehouse)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from shared.actions import execution, warehouse
from shared.domain.actors import ActorKind
from shared.domain.cancellation import RequestState
from shared.domain.ids import OrderId, RequestId
from shared.domain.permissions import Role
from shared.domain.policy import Mode, Policy, Warehouse, WarehouseAnswer
from shared.queries.orders import order_page
from shared.queries.request_values import RequestView
from shared.storage.records import RequestRecord
from tests.builders import USER, an_order, request
from tests.unit.console.browsing import Browser, Shop, buttons_named, order_path, words_of

PAGE = "/console/requests/warehouse"
POLICY = Policy(mode=Mode.AUTOMATIC, warehouse=Warehouse(answer_minutes=180))


@pytest.fixture
def shop(open_shop: Callable[..., Shop]) -> Shop:
    return open_shop(POLICY)


def asked_order(shop: Shop, number: str = "NL-1") -> tuple[OrderId, RequestId]:
    order_id = an_order().with_(number=number).with_item(quantity=3).taken_in(shop.db, shop.merchant_id)
    return order_id, request(shop.db, shop.merchant_id, order_id, 2)


def now(shop: Shop, order_id: OrderId) -> RequestView:
    return order_page(shop.db, shop.merchant_id, order_id, ActorKind.MERCHANT_USER).requests[0]


def answer(owner: Browser, order_id: UUID, request_id: UUID, said: str, **more: str) -> tuple[str, str]:
    address = order_path(order_id, f"/requests/{request_id}/warehouse")
    return owner.told(owner.send(address, answer=said, **more))


def test_nothing_is_to_be_stopped(owner: Browser) -> None:
    page = owner.page(PAGE)

    assert "The warehouse has nothing to stop" in words_of(page.main)
    assert page.select(".tabs .count") == []


def test_what_is_due_first_stands_at_the_top_with_what_to_look_for(owner: Browser, shop: Shop) -> None:
    asked_order(shop, "late")
    _, urgent = asked_order(shop, "soon")
    with shop.db.begin(shop.merchant_id) as tx:
        tx.session.execute(
            update(RequestRecord)
            .where(RequestRecord.id == urgent)
            .values(answer_by=RequestRecord.answer_by - timedelta(minutes=150))
        )
    page = owner.page(PAGE)
    rows = [words_of(row) for row in page.select("table.requests tbody tr")]

    assert rows[0].startswith("29 min ")
    assert "soon Ana Torres 2 × Tea kettle SKU TEA-KETTLE 2 of 3 units Stopped Too late" in rows[0]
    assert "late Ana Torres" in rows[1]
    assert words_of(page.select_one(".tabs")) == "Requests Refunds Warehouse 2"
    assert words_of(page.select_one(".tabs [aria-current]")) == "Warehouse 2"


def test_stopped_is_carried_out(owner: Browser, shop: Shop) -> None:
    order_id, request_id = asked_order(shop)

    said = answer(owner, order_id, request_id, "stopped")

    assert said == ("status", "Stopped. 2 units of order NL-1 will be canceled.")
    execution.execute(shop.db, shop.merchant_id, request_id)
    assert now(shop, order_id).state is RequestState.ACCEPTED
    assert "Maya Lindqvist: the warehouse has stopped 2 × Tea kettle" in words_of(
        owner.page(order_path(order_id)).main
    )


def test_too_late_ends_the_request_and_leads_back_to_the_list(owner: Browser, shop: Shop) -> None:
    order_id, request_id = asked_order(shop)

    said = answer(owner, order_id, request_id, "too_late", referrer=PAGE)

    assert said == (
        "status",
        "Too late. 2 units of order NL-1 go out as ordered; the customer gets an e-mail.",
    )
    assert now(shop, order_id).came_too_late


def test_who_answers_second_reads_who_was_faster(owner: Browser, shop: Shop) -> None:
    order_id, request_id = asked_order(shop)
    warehouse.answer(shop.db, shop.merchant_id, request_id, WarehouseAnswer.STOPPED, USER)

    said = answer(owner, order_id, request_id, "too_late")

    assert said == (
        "alert",
        (
            "No answer is awaited any more; nothing was changed."
            " The team: the warehouse has stopped 2 × Tea kettle."
        ),
    )


def test_the_silence_of_the_warehouse_is_told_as_such(owner: Browser, shop: Shop) -> None:
    order_id, request_id = asked_order(shop)
    with shop.db.begin(shop.merchant_id) as tx:
        tx.session.execute(
            update(RequestRecord).where(RequestRecord.id == request_id).values(answer_by=tx.now)
        )
    warehouse.end_question(shop.db, shop.merchant_id, request_id)

    said = answer(owner, order_id, request_id, "stopped")

    assert said[0] == "alert"
    assert "No answer of the warehouse in time: too late to stop 2 × Tea kettle" in words_of(
        owner.page(order_path(order_id)).main
    )


def test_only_the_two_answers_are_taken(owner: Browser, shop: Shop) -> None:
    order_id, request_id = asked_order(shop)
    address = order_path(order_id, f"/requests/{request_id}/warehouse")

    assert owner.send(address).status_code == 422
    assert owner.send(address, answer="asked").status_code == 422
    assert now(shop, order_id).awaits_warehouse


def test_the_order_says_what_is_asked_and_offers_to_stop_it(owner: Browser, shop: Shop) -> None:
    order_id, _ = asked_order(shop)
    panel = owner.page(order_path(order_id)).select_one("section.ask")
    said = words_of(panel)

    assert "The warehouse is asked to stop 2 units. Answer by " in said
    assert "2 h 59 min left" in said
    assert panel is not None
    for name in ("Stopped", "Too late", "Stop the cancellation"):
        assert len(buttons_named(panel, name)) == 1
    assert buttons_named(panel, "Accept") == buttons_named(panel, "Decline") == []


def test_accepting_says_that_the_warehouse_is_asked(visitor: Browser, open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(Policy(warehouse=Warehouse(answer_minutes=30)))
    visitor.sign_in(shop.email)
    order_id, request_id = asked_order(shop)

    said = visitor.told(visitor.send(order_path(order_id, f"/requests/{request_id}/accept")))

    assert said == ("status", "Request accepted. The warehouse is asked to stop 2 units of order NL-1.")
    assert "Waiting for the warehouse" in words_of(visitor.page(order_path(order_id)).select_one(".timeline"))


def test_a_viewer_answers_nothing(visitor: Browser, open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(POLICY, Role.VIEWER)
    visitor.sign_in(shop.email)
    order_id, request_id = asked_order(shop)

    assert buttons_named(visitor.page(PAGE), "Stopped") == []
    address = order_path(order_id, f"/requests/{request_id}/warehouse")
    assert visitor.send(address, answer="stopped").status_code == 403

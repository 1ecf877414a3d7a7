"""Accept and decline, from the row and from the page, and who is too late."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from shared.actions import cancellations
from shared.domain.actors import BUYER, ActorKind
from shared.domain.cancellation import RequestState
from shared.domain.ids import OrderId, RequestId
from shared.domain.reasons import DeclineReason
from shared.queries.orders import order_page
from shared.queries.request_values import RequestView
from shared.storage.records import RequestRecord
from tests.builders import USER, an_order, request
from tests.unit.console.browsing import (
    Browser,
    Shop,
    buttons_named,
    fields_of,
    message,
    order_path,
    read,
    words_of,
)


def asked_order(shop: Shop) -> tuple[OrderId, RequestId]:
    order_id = an_order().with_(number="NL-1").with_item(quantity=2).taken_in(shop.db, shop.merchant_id)
    return order_id, request(shop.db, shop.merchant_id, order_id, 1)


def now(shop: Shop, order_id: OrderId) -> RequestView:
    return order_page(shop.db, shop.merchant_id, order_id, ActorKind.MERCHANT_USER).requests[0]


def accept_for_now(shop: Shop, request_id: RequestId) -> None:
    """Accept a request so that it may still be undone."""
    cancellations.accept(shop.db, shop.merchant_id, request_id, USER)
    with shop.db.begin(shop.merchant_id) as tx:
        later = tx.now + timedelta(minutes=10)
        tx.session.execute(
            update(RequestRecord).where(RequestRecord.id == request_id).values(executes_at=later)
        )


def test_accept_acts_at_once(owner: Browser, shop: Shop) -> None:
    order_id, _ = asked_order(shop)
    form = buttons_named(owner.page(order_path(order_id)), "Accept")[0].find_parent("form")
    assert form is not None

    said = owner.told(owner.send(str(form["action"])))

    assert said == ("status", "Request accepted. 1 unit of order NL-1 will be canceled.")
    assert now(shop, order_id).state is RequestState.ACCEPTING
    page = owner.page(order_path(order_id))
    assert buttons_named(page, "Accept") == buttons_named(page, "Decline") == []


def test_accepting_from_a_list_leads_back_to_it(owner: Browser, shop: Shop) -> None:
    order_id, request_id = asked_order(shop)

    response = owner.send(
        order_path(order_id, f"/requests/{request_id}/accept"), referrer="/console/requests"
    )

    assert response.location == "/console/requests"


def test_declining_asks_why_and_tells_the_customer(owner: Browser, shop: Shop) -> None:
    order_id, request_id = asked_order(shop)
    address = order_path(order_id, f"/requests/{request_id}/decline")
    page = owner.page(address)
    labels = [words_of(label) for label in page.find_all("label")]
    said = owner.told(
        owner.send(address, **{**fields_of(page), "reason": "made_to_order", "message": "Already cut."})
    )

    assert words_of(page.h1) == "Decline request"
    assert {"Reason for declining", "Message to customer"} <= set(labels)
    assert said[0] == "status"
    declined = now(shop, order_id)
    assert (declined.state, declined.decline_reason) == (RequestState.DECLINED, DeclineReason.MADE_TO_ORDER)
    assert declined.decline_message == "Already cut."
    assert "Already cut." in words_of(owner.page(order_path(order_id)).main)


def test_the_script_gets_the_decline_window_alone(owner: Browser, shop: Shop) -> None:
    order_id, request_id = asked_order(shop)
    address = order_path(order_id, f"/requests/{request_id}/decline")

    page = read(owner.get(address, headers={"X-Fragment": "dialog"}))

    assert page.html is None
    assert page.dialog is not None


def test_declining_needs_a_reason(owner: Browser, shop: Shop) -> None:
    order_id, request_id = asked_order(shop)
    response = owner.send(order_path(order_id, f"/requests/{request_id}/decline"), reason="", message="No.")

    assert response.status_code == 422
    assert "Choose a reason." in message(read(response))[1]
    assert now(shop, order_id).state is RequestState.REQUESTED


def test_a_shipment_alone_declines_as_already_shipped(owner: Browser, shop: Shop) -> None:
    order_id, request_id = asked_order(shop)
    address = order_path(order_id, f"/requests/{request_id}/decline")

    assert owner.send(address, reason="already_shipped", message="").status_code == 422


def test_who_accepts_too_late_reads_who_was_faster(owner: Browser, shop: Shop) -> None:
    order_id, request_id = asked_order(shop)
    cancellations.withdraw(shop.db, shop.merchant_id, request_id, BUYER)

    said = owner.told(owner.send(order_path(order_id, f"/requests/{request_id}/accept")))

    assert said == (
        "alert",
        (
            "This request is no longer open; nothing was changed."
            " Ana Torres withdrew the request to cancel 1 × Tea kettle."
        ),
    )


def test_who_declines_too_late_reads_who_was_faster(owner: Browser, shop: Shop) -> None:
    order_id, request_id = asked_order(shop)
    address = order_path(order_id, f"/requests/{request_id}/decline")
    fields = {**fields_of(owner.page(address)), "reason": "other"}
    cancellations.decline(shop.db, shop.merchant_id, request_id, USER, reason=DeclineReason.TOO_LATE)

    said = owner.told(owner.send(address, **fields))

    assert said[0] == "alert"
    assert said[1].endswith("The team declined to cancel 1 × Tea kettle.")
    assert owner.told(owner.get(address))[0] == "alert"
    assert now(shop, order_id).decline_reason is DeclineReason.TOO_LATE


def test_accepting_twice_changes_nothing_more(owner: Browser, shop: Shop) -> None:
    order_id, request_id = asked_order(shop)
    address = order_path(order_id, f"/requests/{request_id}/accept")

    assert owner.told(owner.send(address))[0] == "status"
    said = owner.told(owner.send(address))
    assert said[0] == "alert"
    assert said[1].endswith("Maya Lindqvist accepted the cancellation of 1 × Tea kettle.")


def test_until_it_is_carried_out_an_accepted_request_may_be_stopped(owner: Browser, shop: Shop) -> None:
    order_id, request_id = asked_order(shop)
    accept_for_now(shop, request_id)
    page = owner.page(order_path(order_id))

    assert buttons_named(page, "Accept") == []
    assert buttons_named(page, "Decline") == []
    assert len(buttons_named(page, "Stop the cancellation")) == 1
    address = order_path(order_id, f"/requests/{request_id}/decline")
    window = owner.page(address)
    said = owner.told(owner.send(address, **{**fields_of(window), "reason": "other"}))
    assert words_of(window.h1) == "Stop the cancellation"
    assert "Reason for stopping" in words_of(window.main)
    assert said == (
        "status",
        "Cancellation stopped. The order goes on as before; the customer gets an e-mail.",
    )
    assert now(shop, order_id).state is RequestState.DECLINED
    page = words_of(owner.page(order_path(order_id)).main)
    assert "Stopped, the order goes on: 1 × Tea kettle" in page
    assert "Maya Lindqvist stopped the cancellation of 1 × Tea kettle" in page


def test_who_declines_what_was_accepted_meanwhile_reads_so_and_may_then_stop_it(
    owner: Browser, shop: Shop
) -> None:
    order_id = an_order().with_item(quantity=2).taken_in(shop.db, shop.merchant_id)
    request_id = request(shop.db, shop.merchant_id, order_id, 1)
    address = order_path(order_id, f"/requests/{request_id}/decline")
    fields = {**fields_of(owner.page(address)), "reason": "too_late", "message": "On the belt."}
    accept_for_now(shop, request_id)

    answer = owner.send(address, **fields)
    window = read(answer)

    assert answer.status_code == 409
    role, words = message(window)
    assert role == "alert"
    assert words.startswith("The team accepted the cancellation of 1 × Tea kettle. Nothing was declined.")
    assert now(shop, order_id).state is RequestState.ACCEPTING
    assert words_of(window.h1) == "Stop the cancellation"
    again = fields_of(window)
    assert (again["reason"], again["message"]) == ("too_late", "On the belt.")
    assert owner.told(owner.send(address, **again))[0] == "status"
    assert now(shop, order_id).state is RequestState.DECLINED


def test_nobody_stops_a_cancellation_without_having_seen_that_it_was_accepted(
    owner: Browser, shop: Shop
) -> None:
    order_id = an_order().taken_in(shop.db, shop.merchant_id)
    request_id = request(shop.db, shop.merchant_id, order_id, 1)
    accept_for_now(shop, request_id)

    answer = owner.send(order_path(order_id, f"/requests/{request_id}/decline"), reason="other", message="")

    assert answer.status_code == 409
    assert now(shop, order_id).state is RequestState.ACCEPTING


def test_a_request_is_found_only_under_its_own_order(owner: Browser, shop: Shop) -> None:
    _, request_id = asked_order(shop)
    other = an_order().taken_in(shop.db, shop.merchant_id)

    assert owner.send(order_path(other, f"/requests/{request_id}/accept")).status_code == 404

"""Refunds that wait for a person stand on one page, each with what there is to do about it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from shared.domain.permissions import Role
from shared.storage.records import RefundRecord
from tests.builders import an_order, cancel
from tests.stripe_peer import running_peer
from tests.till import Till
from tests.unit.console.browsing import words_of


@pytest.fixture
def till(db, shop):
    with running_peer() as peer:
        yield Till(db, peer, shop.merchant_id)


def a_failed_refund(till):
    order_id = till.order(till.peer.a_payment(10_000))
    till.peer.faults.append("refused")
    cancel(till.db, till.merchant_id, order_id, 4)
    till.work()
    return order_id, till.rows(order_id)[0]


def told_after(owner, address, referrer="/console/refunds"):
    return owner.told(owner.send(address, referrer=referrer))


def test_nothing_waits_in_a_new_shop(owner) -> None:
    assert "Nothing waits" in words_of(owner.page("/console/refunds").main)


def test_a_failed_refund_is_sent_again_with_one_press(owner, till) -> None:
    order_id, row = a_failed_refund(till)
    page = owner.page("/console/refunds")
    assert "The customer disputes this payment with their bank." in words_of(page.main)
    assert page.find("nav", class_="tabs").find("a", {"aria-current": "page"}).get_text(" ", strip=True) == (
        "Refunds 1"
    )

    # console.retry_refund
    address = f"/console/orders/{order_id}/refunds/{row.id}/retry"
    assert told_after(owner, address)[0] == "status"
    assert told_after(owner, address)[0] == "alert"

    till.work()
    assert till.states(order_id) == ["failed", "succeeded"]
    detail = words_of(owner.page(f"/console/orders/{order_id}").main)
    assert "taken over by another one" in detail
    assert f"At the gateway: {till.rows(order_id)[1].gateway_reference}" in detail


def test_a_failed_refund_is_paid_by_hand_and_marked_so(owner, till) -> None:
    order_id, row = a_failed_refund(till)

    # console.pay_refund_by_hand, then console.mark_refund_paid
    assert told_after(owner, f"/console/orders/{order_id}/refunds/{row.id}/by-hand")[0] == "status"
    by_hand = till.rows(order_id)[1]
    assert "To be paid by hand" in words_of(owner.page("/console/refunds").main)
    assert told_after(owner, f"/console/orders/{order_id}/refunds/{by_hand.id}/paid")[0] == "status"

    assert till.states(order_id) == ["failed", "succeeded"]
    assert "Nothing waits" in words_of(owner.page("/console/refunds").main)


def test_several_refunds_are_marked_as_paid_at_once(owner, shop) -> None:
    for number in ("A-1", "A-2", "A-3"):
        order_id = an_order().with_(number=number).taken_in(shop.db, shop.merchant_id)
        cancel(shop.db, shop.merchant_id, order_id, 1)
    page = owner.page("/console/refunds")
    boxes = [str(box["name"]) for box in page.select("table [type=checkbox]")]
    assert len(boxes) == 3

    # console.mark_refunds_paid
    address = "/console/refunds/paid"
    role, words = owner.told(owner.send(address, **dict.fromkeys(boxes[:2], "on")))
    assert (role, words) == ("status", "2 refunds marked as paid. Their customers get an e-mail.")
    assert len(owner.page("/console/refunds").select("table [type=checkbox]")) == 1
    again = owner.told(owner.send(address, **dict.fromkeys(boxes[:2], "on")))
    assert again[0] == "alert"
    assert "Somebody was faster" in again[1]
    assert "Tick the refunds first" in owner.told(owner.send(address))[1]
    role, words = owner.told(owner.send(address, **dict.fromkeys(boxes, "on")))
    assert role == "status"
    assert words.startswith(
        "1 refund marked as paid. Their customers get an e-mail. 2 of those that were ticked"
    )


def test_a_refund_in_doubt_is_asked_about_again(owner, till) -> None:
    order_id = till.order(till.peer.a_payment(10_000))
    till.peer.faults.append("429")
    cancel(till.db, till.merchant_id, order_id, 4)
    till.work()
    with till.db.begin(till.merchant_id) as tx:
        tx.session.execute(update(RefundRecord).values(first_sent_at=tx.now - timedelta(hours=2)))
    assert "In doubt" in words_of(owner.page("/console/refunds").main)

    # console.ask_refund_again
    address = f"/console/orders/{order_id}/refunds/{till.rows(order_id)[0].id}/ask"
    assert told_after(owner, address)[0] == "status"
    till.work()

    assert till.states(order_id) == ["succeeded"]
    assert told_after(owner, address)[0] == "alert"


@pytest.mark.parametrize(("answer", "states"), [("record", ["external"]), ("dismiss", [])])
def test_a_reported_refund_is_recorded_or_dismissed(owner, till, answer, states) -> None:
    payment = till.peer.a_payment(10_000)
    order_id = till.order(payment)
    till.hear("refund.created", till.peer.refund_by_hand(payment, 2500))
    assert "Reported by the gateway" in words_of(owner.page("/console/refunds").main)
    buttons = owner.page(f"/console/orders/{order_id}").find_all("button", string=["Record it", "Dismiss"])
    addresses = [button.parent["action"] for button in buttons]

    # console.record_reported_refund, console.dismiss_reported_refund
    (address,) = [each for each in addresses if each.endswith(answer)]
    assert told_after(owner, address)[0] == "status"
    assert told_after(owner, address)[0] == "alert"

    assert till.states(order_id) == states


def test_a_refund_of_another_order_is_not_found_under_this_one(owner, till) -> None:
    _, row = a_failed_refund(till)
    other = till.order(till.peer.a_payment(500))

    assert owner.send(f"/console/orders/{other}/refunds/{row.id}/retry").status_code == 404


def test_what_the_payments_do_not_hold_is_not_sent_again(owner, till) -> None:
    payment = till.peer.a_payment(10_000)
    order_id = till.order(payment)
    till.peer.faults.append("refused")
    cancel(till.db, till.merchant_id, order_id)
    till.work()
    till.hear("refund.created", till.peer.refund_by_hand(payment, 1))
    (record,) = owner.page("/console/refunds").find_all("button", string="Record it")
    told_after(owner, record.parent["action"])

    address = f"/console/orders/{order_id}/refunds/{till.rows(order_id)[0].id}/retry"
    role, words = told_after(owner, address)

    assert (role, "hold less than this refund" in words) == ("alert", True)


def test_who_may_not_refund_only_reads(visitor, open_shop, db) -> None:
    shop = open_shop(role=Role.AGENT)
    visitor.sign_in(shop.email)
    order_id = an_order().taken_in(db, shop.merchant_id)
    cancel(db, shop.merchant_id, order_id)

    page = visitor.page("/console/refunds")

    assert "Waits for a colleague" in words_of(page.main)
    assert page.find("button", string="Mark as paid") is None


def test_a_failed_refund_is_a_link_on_the_dashboard(owner, till) -> None:
    a_failed_refund(till)

    link = owner.page("/console/orders").find("a", string=lambda words: words and "Refund failed" in words)
    cells = owner.page("/console/orders").select("td.c-pay a")

    assert link is not None or cells
    assert cells[0]["href"] == "/console/refunds"


def test_the_page_of_requests_leads_here(owner) -> None:
    tabs = owner.page("/console/requests").find("nav", class_="tabs")

    assert [link["href"] for link in tabs.find_all("a")][:2] == ["/console/requests", "/console/refunds"]

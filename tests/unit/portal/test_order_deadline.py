"""Until when a customer may cancel: said in the shop's own time, and kept to the second."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from portal.routes import blueprint
from shared.actions import cancellations, merchants
from shared.actions.merchants import MerchantChanges
from shared.domain.policy import Policy, WindowFrom
from shared.domain.reasons import DeclineReason
from shared.queries.invariants import violations_of
from shared.web.app import build_app
from tests.builders import USER, a_merchant, accept, an_order, cancel, request
from tests.clock import MovedDatabase
from tests.pages import CheckedClient
from tests.post import Remembering, outside, work_off
from tests.unit.portal.conftest import SETTINGS, Shop


@pytest.fixture
def moved_shop(db) -> Callable[[Policy], Shop]:
    def open_it(policy: Policy) -> Shop:
        moved = MovedDatabase(db.engine)
        app = build_app(SETTINGS, moved, [blueprint])
        app.test_client_class = CheckedClient
        return Shop(moved, app, a_merchant(moved, policy))

    return open_it


def in_zone(shop: Shop, zone: str) -> Shop:
    merchants.change(shop.db, shop.merchant_id, MerchantChanges(time_zone=zone))
    return shop


DEADLINES = [
    # Summer time begins: the clocks of the night go from 2 to 3.
    ("Europe/Berlin", "2036-03-30T00:30Z", "Sunday, March 30, 2036 at 1:30 AM (Central European Standard"),
    ("Europe/Berlin", "2036-03-30T01:30Z", "Sunday, March 30, 2036 at 3:30 AM (Central European Summer"),
    # It ends: half past two comes twice, and has two names.
    ("Europe/Berlin", "2036-10-26T00:30Z", "Sunday, October 26, 2036 at 2:30 AM (Central European Summer"),
    ("Europe/Berlin", "2036-10-26T01:30Z", "Sunday, October 26, 2036 at 2:30 AM (Central European Standard"),
    ("America/New_York", "2036-03-09T06:30Z", "Sunday, March 9, 2036 at 1:30 AM (Eastern Standard Time)"),
    ("America/New_York", "2036-03-09T07:30Z", "Sunday, March 9, 2036 at 3:30 AM (Eastern Daylight Time)"),
    ("America/New_York", "2036-11-02T05:30Z", "Sunday, November 2, 2036 at 1:30 AM (Eastern Daylight Time)"),
    ("America/New_York", "2036-11-02T06:30Z", "Sunday, November 2, 2036 at 1:30 AM (Eastern Standard Time)"),
    # At midnight the day has changed; in the customer's own zone it may be another one.
    ("Europe/Berlin", "2036-06-30T22:00Z", "Tuesday, July 1, 2036 at 12:00 AM (Central European Summer"),
    ("America/New_York", "2036-07-01T04:00Z", "Tuesday, July 1, 2036 at 12:00 AM (Eastern Daylight Time)"),
]


@pytest.mark.parametrize(("zone", "ends", "said"), DEADLINES)
def test_page_window_and_e_mail_name_the_deadline_in_the_shops_zone(
    open_shop: Callable[..., Shop], zone: str, ends: str, said: str
) -> None:
    shop = in_zone(open_shop(policy=Policy(window_hours=48)), zone)
    placed_at = datetime.fromisoformat(ends) - timedelta(hours=48)
    order = shop.take(an_order().with_(placed_at=placed_at))
    buyer = shop.buyer(order)
    box = Remembering()
    work_off(outside(shop.db, box), shop.merchant_id)

    sentence = f"You can cancel until {said}"
    assert sentence in buyer.get(f"/orders/{order}").text
    assert sentence in buyer.get(f"/orders/{order}/cancel").text
    mail = " ".join(box.messages[0].get_body(("plain",)).get_content().split())
    assert f"You can cancel there until {said}" in mail


def test_a_window_from_payment_counts_its_hours_across_the_change_of_clocks(
    open_shop: Callable[..., Shop],
) -> None:
    policy = Policy(window_hours=24, window_from=WindowFrom.PAID)
    shop = in_zone(open_shop(policy=policy), "Europe/Berlin")
    paid_at = datetime(2036, 10, 25, 12, 0, tzinfo=UTC)
    order = shop.take(an_order().with_(paid_at=paid_at))

    text = shop.buyer(order).get(f"/orders/{order}").text

    # Paid at 2 PM in summer, it ends at 1 PM in winter: twenty-four hours later.
    assert "until Sunday, October 26, 2036 at 1:00 PM (Central European Standard Time)" in text


def test_without_a_deadline_none_is_said(shop: Shop) -> None:
    order = shop.take()

    assert "You can cancel until" not in shop.buyer(order).get(f"/orders/{order}").text
    assert "You can cancel until" not in shop.buyer(order).get(f"/orders/{order}/cancel").text


def test_a_deadline_that_passes_while_the_window_is_open_is_said_and_nothing_is_canceled(
    moved_shop: Callable[[Policy], Shop],
) -> None:
    shop = moved_shop(Policy(window_hours=2))
    order = shop.take()
    buyer = shop.buyer(order)
    fields = buyer.get(f"/orders/{order}/cancel").fields()
    shop.db.advance(hours=1)  # type: ignore[attr-defined]

    page = buyer.send(f"/orders/{order}/cancel", fields)

    assert page.said == [("alert", "Nothing was canceled. The time to cancel it is over.")]
    assert "The time to cancel it is over." in (page.region("Cancellation") or "")
    assert "Cancel order" not in page.links()
    assert violations_of(shop.db, shop.merchant_id) == []


def test_one_second_before_the_deadline_is_not_too_late(moved_shop: Callable[[Policy], Shop]) -> None:
    shop = moved_shop(Policy(window_hours=2))
    order = shop.take()
    buyer = shop.buyer(order)
    fields = buyer.get(f"/orders/{order}/cancel").fields()
    shop.db.advance(minutes=59)  # type: ignore[attr-defined]

    assert ("status", "Cancellation requested. Northlight Home answers by e-mail.") in buyer.send(
        f"/orders/{order}/cancel", fields
    ).said


def test_an_expired_a_canceled_and_a_refunded_order_say_why_nothing_can_go(
    open_shop: Callable[..., Shop],
) -> None:
    shop = open_shop(policy=Policy(window_hours=2))
    expired = shop.take(an_order().with_(age=timedelta(hours=3)))
    canceled, partly = shop.take(), shop.take(an_order().with_item(quantity=2))
    cancel(shop.db, shop.merchant_id, canceled)
    accept(shop.db, shop.merchant_id, request(shop.db, shop.merchant_id, partly, 1))
    buyer = shop.buyer(expired, canceled, partly)

    for order, why in ((expired, "The time to cancel it is over."), (canceled, "It is already canceled.")):
        assert why in (buyer.get(f"/orders/{order}").region("Cancellation") or "")
        page = buyer.open(f"/orders/{order}/cancel")
        assert page.heading.startswith("Order ")
    assert buyer.get(f"/orders/{partly}/cancel").fields()[f"quantity-{shop.lines(partly)[0]}"] == "1"


def test_a_shop_that_takes_no_cancellations_says_so_and_answers_what_is_open(shop: Shop) -> None:
    asked, other = shop.take(), shop.take()
    request_id = request(shop.db, shop.merchant_id, asked)
    merchants.change(shop.db, shop.merchant_id, MerchantChanges(self_service=False))
    buyer = shop.buyer(asked, other)

    page = buyer.get(f"/orders/{other}")
    assert "Cancel order" not in page.links()
    assert "The shop does not take cancellations online at the moment." in (page.region("Cancellation") or "")
    assert "Withdraw request" in buyer.get(f"/orders/{asked}").buttons()
    accept(shop.db, shop.merchant_id, request_id)
    assert "Canceled" in buyer.get(f"/orders/{asked}").row("Tea kettle")


def test_a_second_request_after_a_decline_is_refused_by_policy_and_said_clearly(
    open_shop: Callable[..., Shop],
) -> None:
    for ask_again in (True, False):
        shop = open_shop(policy=Policy(ask_again=ask_again))
        order = shop.take()
        first = request(shop.db, shop.merchant_id, order)
        cancellations.decline(shop.db, shop.merchant_id, first, USER, reason=DeclineReason.MADE_TO_ORDER)

        page = shop.buyer(order).get(f"/orders/{order}")

        assert ("Cancel order" in page.links()) is ask_again
        said = "The shop has declined to cancel it before." in (page.region("Cancellation") or "")
        assert said is not ask_again

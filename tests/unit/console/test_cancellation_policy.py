"""The page of the cancellation policy, and the frame of all settings around it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup, Tag
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from shared.actions import merchants
from shared.actions.merchants import MerchantChanges
from shared.domain.permissions import Role
from shared.domain.policy import (
    DiscountPolicy,
    Fee,
    FeeStep,
    Mode,
    Policy,
    ShippingPolicy,
    SilenceOutcome,
    Warehouse,
    WarehouseAnswer,
    WindowFrom,
)
from shared.domain.reasons import Reason
from shared.domain.rules import Decision, Rule
from shared.queries import merchants as accounts
from shared.queries.policies import in_force
from tests.builders import an_order, request
from tests.unit.console.browsing import (
    Browser,
    Shop,
    buttons_named,
    links_named,
    message,
    read,
    words_of,
)

PAGE = "/console/settings/policy"
FULL = Policy(
    mode=Mode.RULES,
    window_hours=48,
    window_from=WindowFrom.PAID,
    pending=False,
    silence_hours=24,
    silence_outcome=SilenceOutcome.DECLINE,
    undo_minutes=15,
    shipping=ShippingPolicy.PRO_RATA,
    discount=DiscountPolicy.REPRICE,
    fee=Fee(250, 5, (FeeStep(1440, 500, 10),)),
    rules=(
        Rule(
            Decision.ACCEPT,
            60,
            5000,
            (Reason.FOUND_CHEAPER, Reason.NO_INVENTORY),
            nothing_shipped=True,
            most_earlier=3,
        ),
        Rule(Decision.DECLINE),
    ),
    ask_again=False,
    warehouse=Warehouse(90, WarehouseAnswer.STOPPED),
)


def typed(page: BeautifulSoup) -> MultiDict[str, str]:
    """Read what the form would send as it stands, without a button."""
    form = page.find("form", action=PAGE)
    assert isinstance(form, Tag)
    sent: MultiDict[str, str] = MultiDict()
    for field in form.find_all(["input", "select"]):
        if field.get("type") in {"checkbox", "radio"} and not field.has_attr("checked"):
            continue
        chosen = field.find("option", selected=True) or field.find("option")
        sent.add(str(field["name"]), str((chosen or field).get("value", "")))
    return sent


def send(browser: Browser, sent: MultiDict[str, str], step: str = "save", **changes: str) -> TestResponse:
    for name, words in changes.items():
        sent.setlist(name.replace("__", "-"), [words])
    sent["step"] = step
    return browser.post(PAGE, data=sent)


def policy_of(shop: Shop) -> Policy:
    return accounts.read(shop.db, shop.merchant_id).policy


def test_settings_begin_at_the_first_section(owner: Browser) -> None:
    assert owner.get("/console/settings").location == PAGE


def test_the_settings_are_tabs_and_the_one_that_is_shown_says_so(owner: Browser) -> None:
    page = owner.page(PAGE)

    sections = page.find("nav", attrs={"aria-label": "Settings"})
    assert isinstance(sections, Tag)
    here = [link for link in sections.find_all("a") if link.get("aria-current")]
    assert [words_of(link) for link in here] == ["Cancellation policy"]
    assert links_named(page, "Settings")[0]["aria-current"] == "page"


@pytest.mark.parametrize("policy", [Policy(), FULL], ids=["the default", "every setting used"])
def test_a_policy_that_is_saved_as_it_stands_stays_the_same(
    visitor: Browser, open_shop: Callable[..., Shop], policy: Policy
) -> None:
    shop = open_shop(policy)
    visitor.sign_in(shop.email)

    told = visitor.told(send(visitor, typed(visitor.page(PAGE))))

    assert told == ("alert", "Nothing has changed. This is what holds already.")
    assert policy_of(shop) == policy
    assert in_force(shop.db, shop.merchant_id).version.number == 1


def test_an_owner_changes_the_policy_for_orders_from_now_on(owner: Browser, shop: Shop) -> None:
    sent = typed(owner.page(PAGE))
    sent.poplist("pending")

    told = owner.told(send(owner, sent, mode="automatic", window_hours="24", fee_fixed="2.50", note="Sale"))

    assert told == (
        "status",
        "The policy is in force. It holds for orders that come in from now on.",
    )
    expected = Policy(mode=Mode.AUTOMATIC, window_hours=24, pending=False, fee=Fee(250))
    assert policy_of(shop) == expected
    assert in_force(shop.db, shop.merchant_id).version.note == "Sale"


def test_switching_self_service_off_holds_at_once(owner: Browser, shop: Shop) -> None:
    sent = typed(owner.page(PAGE))
    sent.poplist("self_service")

    owner.told(send(owner, sent))

    assert accounts.read(shop.db, shop.merchant_id).self_service is False


def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(owner: Browser, shop: Shop) -> None:
    response = send(owner, typed(owner.page(PAGE)), window_hours="two", fee_percent="101", mode="rules")

    assert response.status_code == 422
    page = read(response)
    role, words = message(page)
    assert role == "alert"
    assert "Enter a whole number from 0 to 87600." in words
    assert "Enter a whole number from 0 to 100." in words
    assert "Add a rule, or let your team decide each request." in words
    assert typed(page)["window_hours"] == "two"
    assert policy_of(shop) == Policy()


def test_a_warehouse_that_is_asked_needs_a_time(owner: Browser) -> None:
    response = send(owner, typed(owner.page(PAGE)), asks_warehouse="y")

    assert "Enter how long the warehouse may take to answer." in message(read(response))[1]


def test_two_later_fees_cannot_begin_at_the_same_time(
    visitor: Browser, open_shop: Callable[..., Shop]
) -> None:
    visitor.sign_in(open_shop(Policy(fee=Fee(100, 0, (FeeStep(60, 200), FeeStep(90, 300))))).email)

    response = send(visitor, typed(visitor.page(PAGE)), **{"fee-1-after": "60"})

    assert "Another fee begins at this time already." in message(read(response))[1]


def test_rules_are_added_moved_and_removed_without_a_script(owner: Browser, shop: Shop) -> None:
    page = read(send(owner, typed(owner.page(PAGE)), "add-rule", mode="rules"))
    page = read(send(owner, typed(page), "add-rule", **{"rule-0-within": "30"}))
    page = read(
        send(owner, typed(page), "up-rule-1", **{"rule-1-decision": "decline", "rule-1-most": "9.99"})
    )
    assert policy_of(shop) == Policy()
    owner.told(send(owner, typed(page)))

    assert policy_of(shop).rules == (
        Rule(Decision.DECLINE, most_minor=999),
        Rule(Decision.ACCEPT, within_minutes=30),
    )
    page = read(send(owner, typed(owner.page(PAGE)), "remove-rule-0"))
    assert not buttons_named(page, "Remove rule 2")
    owner.told(send(owner, typed(page)))
    assert policy_of(shop).rules == (Rule(Decision.ACCEPT, within_minutes=30),)


def test_later_fees_are_added_and_removed_without_a_script(owner: Browser, shop: Shop) -> None:
    page = read(send(owner, typed(owner.page(PAGE)), "add-fee"))
    assert "Enter from when on this fee is taken." in message(read(send(owner, typed(page))))[1]
    owner.told(send(owner, typed(page), **{"fee-0-after": "60", "fee-0-percent": "20"}))

    assert policy_of(shop).fee == Fee(later=(FeeStep(60, 0, 20),))


def test_amounts_are_typed_in_the_currency_of_the_newest_order(owner: Browser, shop: Shop) -> None:
    an_order().with_(currency="JPY").taken_in(shop.db, shop.merchant_id)

    owner.told(send(owner, typed(owner.page(PAGE)), fee_fixed="500"))

    assert policy_of(shop).fee == Fee(500)


def test_the_second_of_two_who_change_the_policy_reads_what_the_first_changed(
    owner: Browser, shop: Shop
) -> None:
    sent = typed(owner.page(PAGE))
    merchants.change(shop.db, shop.merchant_id, MerchantChanges(policy=Policy(window_hours=12)))

    response = send(owner, sent, undo_minutes="30")

    assert response.status_code == 409
    page = read(response)
    assert message(page)[1].startswith("Somebody else has changed the policy in the meantime.")
    assert "12 hours from the order." in words_of(page.main)
    assert policy_of(shop) == Policy(window_hours=12)
    # What was typed is still there, and saving it once more is meant.
    owner.told(send(owner, typed(page)))
    assert policy_of(shop) == Policy(undo_minutes=30)


def test_whoever_may_not_change_the_policy_reads_it_in_words(
    visitor: Browser, open_shop: Callable[..., Shop]
) -> None:
    visitor.sign_in(open_shop(FULL, role=Role.VIEWER).email)

    page = visitor.page(PAGE)

    assert page.find("form", action=PAGE) is None
    words = words_of(page.main)
    assert "48 hours from the payment." in words
    assert "Accept at once, if asked within 60 minutes of the order and at most $50.00 would go back" in words
    assert "$2.50 an order and 5 % of what is canceled; from 1440 minutes on: $5.00 an order" in words


def test_a_policy_is_tried_on_what_customers_asked_for_lately(owner: Browser, shop: Shop) -> None:
    old = an_order().with_(age=timedelta(hours=30)).taken_in(shop.db, shop.merchant_id)
    new = an_order().taken_in(shop.db, shop.merchant_id)
    for order_id in (old, new):
        request(shop.db, shop.merchant_id, order_id)

    response = send(owner, typed(owner.page(PAGE)), "try", mode="automatic", window_hours="24")

    page = read(response)
    assert response.status_code == 200
    trial = page.find("section", attrs={"aria-labelledby": "trial"})
    assert isinstance(trial, Tag)
    words = words_of(trial)
    assert "2 requests of customers were looked at" in words
    assert "Accepted at once 0 1" in words
    assert "Left to your team 2 0" in words
    assert "Could not be asked for 0 1" in words
    assert links_named(trial, _number(shop, old))[0]["href"] == f"/console/orders/{old}"
    # Nothing was saved, and what was typed can be saved now.
    assert policy_of(shop) == Policy()
    assert typed(page)["window_hours"] == "24"


def test_where_nobody_asked_there_is_nothing_to_try_it_on(owner: Browser) -> None:
    page = read(send(owner, typed(owner.page(PAGE)), "try"))

    assert "No customer asked for a cancellation in that time" in words_of(page.main)


def test_a_field_that_is_unknown_is_refused(owner: Browser) -> None:
    assert send(owner, typed(owner.page(PAGE)), surprise="1").status_code == 400
    assert send(owner, typed(owner.page(PAGE)), currency="XXX").status_code == 400
    assert send(owner, typed(owner.page(PAGE)), **{"rule-70-decision": "accept"}).status_code == 400


def _number(shop: Shop, order_id: object) -> str:
    from shared.storage.records import OrderRecord  # noqa: PLC0415 - read for one test alone

    with shop.db.begin(shop.merchant_id) as tx:
        return tx.session.get_one(OrderRecord, (shop.merchant_id, order_id)).number

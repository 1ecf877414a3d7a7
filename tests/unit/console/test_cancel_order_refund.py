"""How much of a cancellation goes back, chosen in the Cancel order window of the console."""

from __future__ import annotations

from dataclasses import replace

import pytest
from bs4 import BeautifulSoup, Tag

from shared.actions import execution, reasons
from shared.domain.actors import ActorKind
from shared.domain.ids import OrderId
from shared.domain.reasons import Reason
from shared.queries.order_values import OrderPage
from shared.queries.orders import order_page
from shared.queries.reasons import catalogue
from tests.builders import USER, an_order
from tests.unit.console.browsing import Browser, Shop, fields_of, message, order_path, read, words_of


def an_order_of(shop: Shop, **changes: object) -> OrderId:
    order = an_order().with_(shipping_minor=695, **changes).with_item("Tea kettle", 2, 12800)
    return order.taken_in(shop.db, shop.merchant_id)


def now(shop: Shop, order_id: OrderId) -> OrderPage:
    return order_page(shop.db, shop.merchant_id, order_id, ActorKind.MERCHANT_USER)


def keep(shop: Shop, reason: Reason) -> None:
    """Let a reason give nothing back unless somebody chooses otherwise."""
    terms = replace(catalogue(shop.db, shop.merchant_id).of(reason), refunds=False)
    reasons.change(shop.db, shop.merchant_id, terms, USER)


def filled(owner: Browser, order_id: OrderId, refund: str, amount: str = "") -> dict[str, str]:
    window = fields_of(owner.page(order_path(order_id, "/cancel")))
    return {**window, "reason": "NoInventory", "refund": refund, "refund_amount": amount}


def quoted(owner: Browser, order_id: OrderId, refund: str, amount: str = "") -> str:
    """Ask for the window's sum without the script."""
    response = owner.send(order_path(order_id, "/cancel/quote"), **filled(owner, order_id, refund, amount))
    assert response.status_code == 200
    return words_of(read(response).select_one("section.receipt"))


def test_all_of_it_is_preset(owner: Browser, shop: Shop) -> None:
    page = owner.page(order_path(an_order_of(shop), "/cancel"))

    group = next(tag for tag in page.find_all("fieldset") if tag.legend and words_of(tag.legend) == "Refund")
    assert [words_of(label) for label in group.select(".segment label")] == ["All of it", "Less", "Nothing"]
    assert group.select_one("input[checked]")["value"] == "all"  # type: ignore[index]
    assert words_of(group.select_one("label.form-label")) == "Amount to refund"


@pytest.mark.parametrize(
    ("refund", "amount", "said"),
    [
        ("all", "", "Back to the customer $134.95"),
        ("all", "nonsense", "Back to the customer $134.95"),
        ("less", "34.95", "Shipping $6.95 Not refunded −$100.00 Back to the customer $34.95"),
        ("less", "500", "Shipping $6.95 Back to the customer $134.95"),
        ("nothing", "", "Not refunded −$134.95 Back to the customer $0.00"),
    ],
)
def test_the_sum_follows_the_choice(owner: Browser, shop: Shop, refund: str, amount: str, said: str) -> None:
    assert said in quoted(owner, an_order_of(shop), refund, amount)


def test_a_reason_that_keeps_the_money_presets_the_window_and_is_told_before(
    owner: Browser, shop: Shop
) -> None:
    keep(shop, Reason.SUSPECTED_FRAUD)
    order_id = an_order_of(shop)
    page = owner.page(order_path(order_id, "/cancel"))
    fields = {**fields_of(page), "reason": "SuspectedFraud"}

    assert fields["refund"] == "by_reason"
    assert "Nothing goes back for: Suspected fraud." in words_of(page.main)
    surprised = owner.send(order_path(order_id, "/cancel"), **fields)
    assert surprised.status_code == 422
    told = read(surprised)
    assert "nothing goes back unless you choose otherwise" in message(told)[1]
    assert "Not refunded −$134.95" in words_of(told.select_one("section.receipt"))
    assert not now(shop, order_id).requests

    owner.told(owner.send(order_path(order_id, "/cancel"), **fields_of(told)))
    assert now(shop, order_id).requests[0].withheld_minor == 13495


@pytest.mark.parametrize("keeps", [False, True])
def test_an_amount_that_is_typed_chooses_less_whatever_else_there_is_to_choose(
    owner: Browser, shop: Shop, *, keeps: bool
) -> None:
    if keeps:
        keep(shop, Reason.SUSPECTED_FRAUD)

    page = owner.page(order_path(an_order_of(shop), "/cancel"))

    amount = page.select_one("[data-chooses]")
    assert amount is not None
    chosen = page.find(id=str(amount["data-chooses"]))
    assert isinstance(chosen, Tag)
    assert chosen["value"] == "less"


def test_everything_may_go_back_whatever_the_reason_says(owner: Browser, shop: Shop) -> None:
    keep(shop, Reason.SUSPECTED_FRAUD)
    order_id = an_order_of(shop)
    fields = fields_of(owner.page(order_path(order_id, "/cancel")))

    owner.told(
        owner.send(order_path(order_id, "/cancel"), **{**fields, "reason": "SuspectedFraud", "refund": "all"})
    )

    assert now(shop, order_id).requests[0].refund_minor == 13495


@pytest.mark.parametrize(("refund", "amount", "back"), [("less", "34.95", 3495), ("nothing", "", 0)])
def test_what_was_chosen_goes_back_and_no_more(
    owner: Browser, shop: Shop, refund: str, amount: str, back: int
) -> None:
    order_id = an_order_of(shop)
    owner.told(owner.send(order_path(order_id, "/cancel"), **filled(owner, order_id, refund, amount)))
    asked = now(shop, order_id).requests[0]
    execution.execute(shop.db, shop.merchant_id, asked.id)

    assert now(shop, order_id).totals.refunded_minor == back
    assert now(shop, order_id).requests[0].withheld_minor == 13495 - back


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("", "Enter how much goes back."),
        ("-1", "Enter an amount in plain digits, like 12.50."),
        ("1.005", "Enter an amount in plain digits, like 12.50."),
    ],
)
def test_less_needs_an_amount(owner: Browser, shop: Shop, amount: str, said: str) -> None:
    order_id = an_order_of(shop)
    response = owner.send(order_path(order_id, "/cancel"), **filled(owner, order_id, "less", amount))

    assert response.status_code == 422
    assert said in message(read(response))[1]
    assert now(shop, order_id).requests == ()


def test_a_choice_that_is_not_offered_is_refused(owner: Browser, shop: Shop) -> None:
    order_id = an_order_of(shop)
    response = owner.send(order_path(order_id, "/cancel"), **filled(owner, order_id, "double"))

    assert response.status_code == 422
    assert now(shop, order_id).requests == ()


def test_what_was_never_charged_is_released_whatever_is_chosen(owner: Browser, shop: Shop) -> None:
    for refund in ("all", "nothing"):
        said = quoted(owner, an_order_of(shop, paid=False), refund)

        assert "Shipping $6.95 Will not be charged $134.95" in said
        assert "The authorization of $134.95 is released." in said
        assert "Not refunded" not in said


def summary(page: BeautifulSoup) -> str:
    return words_of(page.select_one('[data-part="summary"]'))


def test_the_words_beside_the_button_do_not_promise_what_was_never_charged(
    owner: Browser, shop: Shop
) -> None:
    paid = owner.page(order_path(an_order_of(shop), "/cancel"))
    unpaid = owner.page(order_path(an_order_of(shop, paid=False), "/cancel"))

    assert summary(paid) == "2 of 2 units $134.95 back to Ana Torres"
    assert summary(unpaid) == "2 of 2 units $134.95 will not be charged"

"""What is offered from a case: store credit, a replacement, part of the price; each is given once.

The views are offer_credit, set_up_credit and send_replacement.
"""

from __future__ import annotations

from uuid import UUID

import pytest

from shared.domain.actors import ActorKind
from shared.domain.orders import OrderStatus
from shared.domain.support import CaseState, OfferKind
from shared.queries import support
from shared.queries.order_values import OrderPage
from shared.queries.orders import order_page
from shared.queries.support_values import OfferView
from tests.builders import ship
from tests.post import messages_of
from tests.unit.console.browsing import (
    Browser,
    Shop,
    buttons_named,
    fields_of,
    links_named,
    read,
    words_of,
)
from tests.unit.console.test_support import a_case
from tests.unit.console.test_support_case import path, read_case, timeline


def order_of(shop: Shop, case_id: UUID) -> OrderPage:
    order_id = read_case(shop, case_id).order_id
    assert order_id is not None
    return order_page(shop.db, shop.merchant_id, order_id, ActorKind.MERCHANT_USER)


def offers_of(shop: Shop, case_id: UUID) -> tuple[OfferView, ...]:
    return support.offers(shop.db, shop.merchant_id, case_id)


def test_store_credit_is_told_at_once_and_stays_on_the_list_until_it_is_set_up(
    owner: Browser, shop: Shop
) -> None:
    case_id = a_case(shop)
    fields = fields_of(owner.page(path(case_id, "/credit")))
    mails = len(messages_of(shop.db, shop.merchant_id))
    fields = {**fields, "amount": "20", "code": "sorry-20", "message": "We are sorry."}

    for _ in range(2):
        owner.told(owner.post(path(case_id, "/credit"), data=fields))

    [offer] = offers_of(shop, case_id)
    assert (offer.kind, offer.amount_minor, offer.code) == (OfferKind.STORE_CREDIT, 2000, "SORRY-20")
    assert (offer.is_left, offer.offered_by) == (True, "Maya Lindqvist")
    case = read_case(shop, case_id)
    assert case.messages[-1].body == (
        "We give you $20.00 as store credit. Your code in our shop: SORRY-20\n\nWe are sorry."
    )
    assert case.state is CaseState.WAITING
    assert [mail.event for mail in messages_of(shop.db, shop.merchant_id)][mails:] == ["case_replied"]

    page = owner.page("/console/support")
    assert "To set up in your store" in words_of(page.main)
    assert buttons_named(page, "It is set up")
    for _ in range(2):
        owner.told(owner.send(f"/console/support/offers/{offer.id}/set-up"))
    assert not offers_of(shop, case_id)[0].is_left
    assert "To set up in your store" not in words_of(owner.page("/console/support").main)
    assert timeline(shop, order_of(shop, case_id).id)[:3] == [
        "Maya Lindqvist set up store credit of $20.00 in the store",
        "Maya Lindqvist answered a message",
        "Maya Lindqvist gave $20.00 as store credit",
    ]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"amount": ""}, "Enter how much you give."),
        ({"amount": "0"}, "Enter how much you give."),
        ({"amount": "-5"}, "Enter an amount in plain digits"),
        ({"code": ""}, "Enter the code"),
        ({"code": "a b"}, "Use 3 to 40 capital letters"),
    ],
)
def test_credit_that_is_none_is_refused(
    owner: Browser, shop: Shop, changed: dict[str, str], words: str
) -> None:
    case_id = a_case(shop)
    fields = {**fields_of(owner.page(path(case_id, "/credit"))), "amount": "20", **changed}

    response = owner.post(path(case_id, "/credit"), data=fields)

    assert response.status_code == 422
    assert words in words_of(read(response).main)
    assert not offers_of(shop, case_id)


def test_a_replacement_is_an_order_of_its_own_at_no_price(owner: Browser, shop: Shop) -> None:
    case_id = a_case(shop, number="NL-7")
    original = order_of(shop, case_id)
    ship(shop.db, shop.merchant_id, original.id)
    window = owner.page(path(case_id, "/replacement"))
    fields = {**fields_of(window), f"units-{original.items[0].id}": "1", "message": "Sorry for the dent."}

    for _ in range(2):
        owner.told(owner.post(path(case_id, "/replacement"), data=fields))

    [offer] = offers_of(shop, case_id)
    assert (offer.kind, offer.replacement_number) == (OfferKind.REPLACEMENT, "NL-7-R1")
    assert offer.replacement_id is not None
    made = order_page(shop.db, shop.merchant_id, offer.replacement_id, ActorKind.MERCHANT_USER)
    assert (made.status, made.totals.total_minor) == (OrderStatus.UNSHIPPED, 0)
    assert [(item.sku, item.ordered) for item in made.items] == [("TEA-KETTLE", 1)]
    assert (made.buyer_email, made.buyer_name) == (original.buyer_email, original.buyer_name)
    assert "NL-7-R1, free of charge: 1 × Tea kettle" in read_case(shop, case_id).messages[-1].body
    assert "Maya Lindqvist sends a replacement: 1 unit" in timeline(shop, original.id)
    assert links_named(owner.page(path(case_id)), "NL-7-R1")
    ship(shop.db, shop.merchant_id, made.id)


def test_a_second_replacement_has_the_next_number(owner: Browser, shop: Shop) -> None:
    case_id = a_case(shop, number="NL-8")
    line = order_of(shop, case_id).items[0].id

    for _ in range(2):
        fields = fields_of(owner.page(path(case_id, "/replacement")))
        owner.told(owner.post(path(case_id, "/replacement"), data={**fields, f"units-{line}": "1"}))

    assert [offer.replacement_number for offer in offers_of(shop, case_id)] == ["NL-8-R1", "NL-8-R2"]


@pytest.mark.parametrize(("units", "words"), [("0", "Choose at least one unit"), ("2", "from 0 to 1")])
def test_a_replacement_of_nothing_or_too_much_is_refused(
    owner: Browser, shop: Shop, units: str, words: str
) -> None:
    case_id = a_case(shop)
    fields = fields_of(owner.page(path(case_id, "/replacement")))
    fields[f"units-{order_of(shop, case_id).items[0].id}"] = units

    response = owner.post(path(case_id, "/replacement"), data=fields)

    assert response.status_code == 422
    assert words in words_of(read(response).main)
    assert not offers_of(shop, case_id)


def test_part_of_the_price_goes_back_from_the_case_and_the_customer_is_told(
    owner: Browser, shop: Shop
) -> None:
    case_id = a_case(shop)
    order = order_of(shop, case_id)
    ship(shop.db, shop.merchant_id, order.id)
    [link] = links_named(owner.page(path(case_id)), "Refund part of the price")
    window = owner.page(str(link["href"]))
    form = window.find("form", class_="window-form")
    fields = {**fields_of(window), f"amount-{order.items[0].id}": "12", "reason": "GeneralAdjustment"}

    for _ in range(2):
        response = owner.post(str(form["action"]), data=fields)  # type: ignore[index]
        assert response.location == path(case_id)

    [offer] = offers_of(shop, case_id)
    assert (offer.kind, offer.amount_minor, offer.is_left) == (OfferKind.REFUND, 1200, False)
    assert [refund.amount_minor for refund in order_of(shop, case_id).refunds] == [1200]
    case = read_case(shop, case_id)
    assert [said.body for said in case.messages[1:]] == [
        "We give you $12.00 of the price back. You keep what you have."
    ]


def test_offers_of_another_merchant_are_nowhere_to_be_found(owner: Browser, open_shop) -> None:  # type: ignore[no-untyped-def]
    other = open_shop()
    case_id = a_case(other)

    for more in ("/credit", "/replacement"):
        assert owner.get(path(case_id, more)).status_code == 404
    assert owner.send(f"/console/support/offers/{case_id}/set-up").status_code == 404

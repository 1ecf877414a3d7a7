"""What e-mails say about money: sums in lines, what is withheld, and part of a price that goes back."""

from __future__ import annotations

import pytest

from shared.actions import cancellations, execution, refunds
from shared.actions.adjustments import Adjustment, adjust
from shared.domain.actors import ActorKind
from shared.domain.policy import Fee, Policy
from shared.domain.reasons import Reason
from shared.queries.orders import order_page
from tests.builders import USER, accept, an_order, line_ids, request, ship
from tests.unit.mail.test_letters import Shop, a_shop, both_say, text_of


@pytest.fixture
def shop(db) -> Shop:
    return a_shop(db)


def an_order_at(shop: Shop, **changes: object):
    order = an_order().with_(number="NL-1", shipping_minor=695, **changes)
    return order.with_item("Tea kettle", 2, 12800).taken_in(shop.db, shop.id)


def canceled(shop: Shop, order_id, at_most: int) -> None:
    ask = cancellations.Ask(reason=Reason.BUSINESS_CONDITIONS, most_minor=at_most)
    execution.execute(shop.db, shop.id, cancellations.request(shop.db, shop.id, order_id, ask, USER))


def test_the_outcome_is_a_sum_in_lines(db) -> None:
    shop = a_shop(db, Policy(fee=Fee(fixed_minor=500)))
    accept(shop.db, shop.id, request(shop.db, shop.id, an_order_at(shop)))

    mail = shop.newest()

    lines = "Items: $128.00 - Shipping: $6.95 - Cancellation fee: −$5.00 - Back to you: $129.95"
    assert lines in text_of(mail)
    assert both_say(mail, "Back the way you paid", "Cancellation fee", "−$5.00", "$129.95")
    assert "is kept" not in text_of(mail)


def test_what_the_shop_keeps_of_its_own_will_is_said(shop: Shop) -> None:
    canceled(shop, an_order_at(shop), at_most=10000)

    mail = shop.newest()

    assert both_say(mail, "Not refunded", "−$34.95", "$100.00")
    assert both_say(mail, "$34.95 is not refunded: the shop decided so.", "Back to you")
    assert "Nothing is refunded." not in text_of(mail)


def test_that_nothing_is_refunded_is_said(shop: Shop) -> None:
    canceled(shop, an_order_at(shop), at_most=0)

    mail = shop.newest()

    assert both_say(mail, "Nothing is refunded.", "$134.95 is not refunded: the shop decided so.", "$0.00")
    assert "Nothing was charged" not in text_of(mail)
    assert "5 to 10 days" not in text_of(mail)


def test_a_fee_that_takes_all_of_it_is_not_called_uncharged(db) -> None:
    shop = a_shop(db, Policy(fee=Fee(fixed_minor=99_999)))
    accept(shop.db, shop.id, request(shop.db, shop.id, an_order_at(shop)))

    mail = shop.newest()

    assert both_say(mail, "Nothing is refunded.", "Cancellation fee")
    assert "Nothing was charged" not in text_of(mail)


def test_part_of_a_price_that_goes_back_speaks_of_no_canceled_items(shop: Shop) -> None:
    order_id = an_order_at(shop)
    ship(shop.db, shop.id, order_id)
    kettle = line_ids(shop.db, shop.id, order_id)[0]
    adjustment = Adjustment(
        {kettle: 1250}, reason=Reason.PRICING_ERROR, message="Sorry about the dent.", memo="Photo seen."
    )
    adjust(shop.db, shop.id, order_id, adjustment, USER)
    page = order_page(shop.db, shop.id, order_id, ActorKind.BUYER)
    refunds.mark_paid(shop.db, shop.id, page.refunds[0].id, USER)

    mail = shop.newest()

    assert mail["Subject"] == "Refund for your order NL-1 at Northlight Home"
    assert both_say(mail, "$12.50 is on its way back to you", "Northlight Home sent back part of the price")
    assert both_say(mail, "Reason: Pricing error", "Sorry about the dent.", "Back the way you paid")
    assert "cancel" not in text_of(mail).split("https://")[0].lower().split("question")[0]
    assert "2 × Tea kettle" not in text_of(mail)
    assert "Photo seen." not in text_of(mail)

"""Part of the price goes back: rows, sums, timeline and mail, and a second submit that changes nothing."""

from __future__ import annotations

import pytest

from shared.actions import cancellations, execution, ledger, refunds
from shared.actions.adjustments import Adjustment, adjust
from shared.domain.actors import SYSTEM, ActorKind
from shared.domain.errors import InvalidContent, NotEligible, NotFound, QuoteChanged
from shared.domain.events import Event
from shared.domain.gateways import Trouble
from shared.domain.ids import LineItemId, OrderId, new_id
from shared.domain.intake import IncomingPayment
from shared.domain.orders import Gateway, PaymentStatus
from shared.domain.policy import Policy, ShippingPolicy
from shared.domain.reasons import Reason
from shared.queries import documents
from shared.queries.adjustments import adjustment_view
from shared.queries.invariants import violations_of
from shared.queries.order_values import OrderPage
from shared.queries.orders import order_page
from shared.storage.engine import Database
from tests.builders import STORE, USER, a_merchant, an_order, cancel, line_ids, quantities, ship
from tests.post import messages_of


class Shop:
    """A shop with one order: 2 kettles of 64.00, a lamp of 79.00, shipping 6.95."""

    def __init__(self, db: Database, policy: Policy | None = None, **changes: object) -> None:
        self.db, self.id = db, a_merchant(db, policy)
        order = an_order().with_(shipping_minor=695, **changes).with_item("Tea kettle", 2, 12800)
        self.order_id = order.with_item("Lamp", 1, 7900).taken_in(db, self.id)
        self.kettle, self.lamp = line_ids(db, self.id, self.order_id)

    def ship(self, *units: int) -> None:
        ship(self.db, self.id, self.order_id, *units)

    def adjust(self, amounts: dict[LineItemId, int] | None = None, **more: object):
        return adjust(self.db, self.id, self.order_id, Adjustment(amounts or {}, **more), USER)  # type: ignore[arg-type]

    def page(self) -> OrderPage:
        return order_page(self.db, self.id, self.order_id, ActorKind.MERCHANT_USER)

    def most(self) -> tuple[list[int], int]:
        view = adjustment_view(self.db, self.id, self.order_id)
        return [line.most_minor for line in view.lines], view.most_shipping_minor


@pytest.fixture
def shop(db: Database) -> Shop:
    made = Shop(db)
    made.ship(1)
    return made


def test_part_of_the_price_goes_back_and_no_unit_is_canceled(shop: Shop) -> None:
    shop.adjust({shop.kettle: 1000}, shipping_minor=200, reason=Reason.PRICING_ERROR)

    page = shop.page()
    assert [refund.amount_minor for refund in page.refunds] == [1200]
    assert [(item.shipped, item.canceled) for item in page.items] == [(1, 0), (0, 0)]
    assert page.payment_status is PaymentStatus.PARTIALLY_REFUNDED
    newest = page.timeline[0]
    assert (newest.event, newest.amount_minor, newest.actor_name) == (Event.PRICE_ADJUSTED, 1200, "")
    assert violations_of(shop.db, shop.id) == []


def test_it_is_told_with_its_parts(shop: Shop) -> None:
    made = shop.adjust({shop.kettle: 1000}, shipping_minor=200, reason=Reason.PRICING_ERROR)

    with shop.db.begin(shop.id) as tx:
        told = documents.order(tx, shop.order_id)
    [adjustment] = told.adjustments
    assert (adjustment.id, adjustment.refund, adjustment.shipping, adjustment.reason) == (
        made,
        1200,
        200,
        "PricingError",
    )
    assert [(line.sku, line.amount) for line in adjustment.line_items] == [("TEA-KETTLE", 1000)]
    assert [refund.adjustment_id for refund in told.refunds] == [made]


def test_it_is_split_over_the_payments_as_refunds_are(db: Database) -> None:
    payments = (
        IncomingPayment(Gateway.GIFT_CARD, 500, 500),
        IncomingPayment(Gateway.MANUAL, 20895, 20895),
    )
    shop = Shop(db, payments=payments)
    shop.ship(2, 1)
    shop.adjust({shop.lamp: 2000})

    assert [(refund.gateway, refund.amount_minor) for refund in shop.page().refunds] == [
        (Gateway.GIFT_CARD, 500),
        (Gateway.MANUAL, 1500),
    ]


def test_no_more_than_the_price_of_what_has_shipped_goes_back_however_often(shop: Shop) -> None:
    shop.adjust({shop.kettle: 6000})

    with pytest.raises(NotEligible, match="400 may go back at most"):
        shop.adjust({shop.kettle: 401})
    shop.adjust({shop.kettle: 400})
    with pytest.raises(NotEligible, match="Of “Lamp” 0 may go back at most: no unit of it has shipped"):
        shop.adjust({shop.lamp: 1})
    assert (shop.most(), shop.page().can_adjust) == (([0], 695), True)
    shop.adjust(shipping_minor=695)
    assert not shop.page().can_adjust
    assert violations_of(shop.db, shop.id) == []


def test_a_shipment_makes_more_possible(shop: Shop) -> None:
    shop.adjust({shop.kettle: 6400})
    shop.ship(1, 1)

    assert shop.most() == ([6400, 7900], 695)


def test_nothing_at_all_is_refused(shop: Shop) -> None:
    with pytest.raises(InvalidContent, match="at least one amount"):
        shop.adjust({shop.kettle: 0})


def test_anothers_order_is_not_found(shop: Shop, db: Database) -> None:
    with pytest.raises(NotFound):
        adjust(db, a_merchant(db), shop.order_id, Adjustment({shop.kettle: 1}), USER)
    with pytest.raises(NotFound):
        adjust(db, shop.id, OrderId(new_id()), Adjustment({shop.kettle: 1}), USER)


def test_a_second_submit_of_one_window_gets_the_first_answer(shop: Shop) -> None:
    seen = adjustment_view(shop.db, shop.id, shop.order_id).hash
    first = shop.adjust({shop.kettle: 6400}, nonce="n-1", seen=seen)

    assert shop.adjust({shop.kettle: 6400}, nonce="n-1", seen=seen) == first
    assert len(shop.page().refunds) == 1


def test_a_window_of_an_order_that_has_changed_is_refused(shop: Shop) -> None:
    seen = adjustment_view(shop.db, shop.id, shop.order_id).hash
    shop.adjust({shop.kettle: 1})

    with pytest.raises(QuoteChanged):
        shop.adjust({shop.kettle: 1}, seen=seen)


def test_the_quotes_of_cancel_windows_are_stale_after_it(shop: Shop) -> None:
    seen = adjustment_view(shop.db, shop.id, shop.order_id).hash
    shop.adjust({shop.kettle: 1})
    ask = cancellations.Ask(reason=Reason.NO_INVENTORY, seen=seen)

    with pytest.raises(QuoteChanged):
        cancellations.request(shop.db, shop.id, shop.order_id, ask, USER)


@pytest.mark.parametrize("policy", [Policy(shipping=shipping) for shipping in ShippingPolicy])
def test_adjusting_all_and_canceling_the_rest_gives_back_all_that_was_charged_and_no_more(
    db: Database, policy: Policy
) -> None:
    shop = Shop(db, policy)
    shop.ship(1)
    [kettle], shipping = shop.most()
    shop.adjust({shop.kettle: kettle}, shipping_minor=shipping)
    cancel(db, shop.id, shop.order_id)

    page = shop.page()
    assert page.totals.refunded_minor == page.totals.captured_minor
    assert page.payment_status is PaymentStatus.REFUNDED
    assert violations_of(db, shop.id) == []


def test_canceling_first_leaves_the_price_of_what_shipped(shop: Shop) -> None:
    cancel(shop.db, shop.id, shop.order_id, 1, 1)
    shop.adjust({shop.kettle: 6400}, shipping_minor=695)

    page = shop.page()
    assert page.totals.refunded_minor == page.totals.captured_minor
    assert violations_of(shop.db, shop.id) == []


def test_a_store_adjusts_too_and_is_named(shop: Shop) -> None:
    adjust(shop.db, shop.id, shop.order_id, Adjustment({shop.kettle: 1}), STORE)

    assert shop.page().timeline[0].actor is ActorKind.STORE


def test_the_buyer_is_told_when_it_is_sent_and_not_before(shop: Shop) -> None:
    shop.adjust({shop.kettle: 1000})
    assert [message.event for message in messages_of(shop.db, shop.id)] == ["order_confirmed"]

    refunds.mark_paid(shop.db, shop.id, shop.page().refunds[0].id, USER)
    assert [message.event for message in messages_of(shop.db, shop.id)] == ["order_confirmed", "refund_sent"]


def test_of_an_authorized_order_that_has_shipped_nothing_can_go_back(db: Database) -> None:
    shop = Shop(db, paid=False)
    shop.ship(2, 1)

    with pytest.raises(NotEligible):
        shop.adjust({shop.kettle: 1})
    assert not shop.page().can_adjust


@pytest.mark.parametrize(("at_most", "refunded"), [(0, 0), (2500, 2500), (99_999, 6400)])
def test_a_merchants_own_cancellation_gives_back_at_most_what_was_said(
    db: Database, at_most: int, refunded: int
) -> None:
    shop = Shop(db)
    wanted = quantities(db, shop.id, shop.order_id, 1)
    ask = cancellations.Ask(quantities=wanted, reason=Reason.BUSINESS_CONDITIONS, most_minor=at_most)
    execution.execute(db, shop.id, cancellations.request(db, shop.id, shop.order_id, ask, USER))

    page = shop.page()
    assert page.totals.refunded_minor == refunded
    assert [refund.amount_minor for refund in page.refunds] == ([refunded] if refunded else [])
    assert page.requests[0].withheld_minor == 6400 - refunded
    assert [request.id for request in page.withheld] == ([page.requests[0].id] if refunded < 6400 else [])
    assert violations_of(db, shop.id) == []


def test_what_was_withheld_stays_so_when_the_rest_is_canceled(db: Database) -> None:
    shop = Shop(db)
    wanted = quantities(db, shop.id, shop.order_id, 1)
    ask = cancellations.Ask(quantities=wanted, reason=Reason.BUSINESS_CONDITIONS, most_minor=0)
    execution.execute(db, shop.id, cancellations.request(db, shop.id, shop.order_id, ask, USER))
    cancel(db, shop.id, shop.order_id)

    assert shop.page().totals.refunded_minor == 6400 + 7900 + 695
    assert violations_of(db, shop.id) == []


def test_all_that_is_left_goes_back_while_an_earlier_refund_has_failed(db: Database) -> None:
    payments = (
        IncomingPayment(Gateway.GIFT_CARD, 5000, 5000, "Gift"),
        IncomingPayment(Gateway.MANUAL, 16395, 0, "Visa 4242"),
    )
    shop = Shop(db, payments=payments)
    shop.ship(1)
    shop.adjust({shop.kettle: 1000})
    [waiting] = shop.page().refunds
    with db.begin(shop.id) as tx:
        order, row = ledger.lock_refund(tx, waiting.id)
        ledger.fail(tx, order, row, Trouble.REFUSED, SYSTEM)

    left = adjustment_view(db, shop.id, shop.order_id).in_all_minor
    shop.adjust({shop.kettle: left})

    assert sorted(refund.amount_minor for refund in shop.page().refunds) == [1000, 4000]
    assert violations_of(db, shop.id) == []

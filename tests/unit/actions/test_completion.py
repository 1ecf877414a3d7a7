"""A later report completes an order that is there: blanks are filled, nothing known is overwritten."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path

import pytest
from sqlalchemy import select

from shared.actions import amounts, cancellations, execution, foreign_codes, intake, merchants
from shared.actions.intake import IntakeOutcome, Verdict
from shared.domain.actors import SYSTEM, ActorKind
from shared.domain.cancellation import RequestState
from shared.domain.eligibility import Blocker
from shared.domain.errors import AlreadyDecided
from shared.domain.foreign_codes import CodeList
from shared.domain.ids import MerchantId, OrderId
from shared.domain.orders import OrderStatus, PaymentStatus
from shared.domain.policy import Policy
from shared.domain.reasons import DeclineReason, Reason
from shared.domain.refunds import RefundState
from shared.queries.cancellations import quote_for
from shared.queries.invariants import violations_of
from shared.queries.order_values import OrderPage
from shared.queries.orders import order_page
from shared.storage.engine import Database
from shared.storage.records import MessageRecord
from tests.builders import USER, a_merchant, automatic, line_ids
from tests.unit.stores.making import (
    all_orders_row,
    all_orders_text,
    amazon_row,
    amazon_text,
    readings,
    shopify_row,
    shopify_text,
    unshipped_row,
    unshipped_text,
)

NUMBER = "206-0000001-0000001"
NEW = amazon_text(amazon_row())
UNSHIPPED = unshipped_text(unshipped_row())
ALL = all_orders_text(all_orders_row())
ASKED = {
    "is_buyer_requested_cancellation": "TRUE",
    "buyer_requested_cancel_reason": "Found cheaper somewhere else.",
}


@dataclass
class Shop:
    """A shop that reads files, one after the other."""

    db: Database
    id: MerchantId
    folder: Path

    def read(self, *texts: str) -> list[Verdict]:
        taken: list[Verdict] = []
        for text in texts:
            orders = readings(self.folder, text)
            taken = intake.take_in(self.db, self.id, orders, actor=SYSTEM)  # type: ignore[arg-type]
            assert violations_of(self.db, self.id) == []
        return taken

    def outcomes(self, *texts: str) -> list[IntakeOutcome]:
        return [verdict.outcome for verdict in self.read(*texts)]

    def page(self) -> OrderPage:
        found = self.read_id()
        return order_page(self.db, self.id, found, ActorKind.MERCHANT_USER)

    def read_id(self) -> OrderId:
        order_id = self.read(UNSHIPPED_IS_THERE)[0].order_id
        assert order_id is not None
        return order_id

    def cancel(self, units: int | None = None) -> None:
        order_id = self.read_id()
        wanted = None if units is None else {line_ids(self.db, self.id, order_id)[0]: units}
        ask = cancellations.Ask(quantities=wanted, reason=Reason.NO_INVENTORY)
        execution.execute(self.db, self.id, cancellations.request(self.db, self.id, order_id, ask, USER))


# Tells nothing but that the order exists, so that it changes nothing.
UNSHIPPED_IS_THERE = unshipped_text(
    {
        "order-id": NUMBER,
        "order-item-id": "10000000000001",
        "purchase-date": "2026-03-01T08:26:00+00:00",
        "sku": "KETTLE-1",
        "quantity-purchased": "2",
    }
)


@pytest.fixture
def shop(db: Database, tmp_path: Path) -> Shop:
    return Shop(db, a_merchant(db), tmp_path)


def known(page: OrderPage) -> Sequence[object]:
    return (
        page.totals.total_minor,
        page.totals.captured_minor,
        page.totals.priced,
        page.currency,
        page.buyer_email,
        page.buyer_name,
        page.delivery,
        page.payment_status,
        page.status,
        [
            (item.sku, item.asin, item.label, item.ordered, item.amount_minor, item.shipped, item.canceled)
            for item in page.items
        ],
    )


def test_three_reports_in_any_order_make_the_same_order(db: Database, tmp_path: Path) -> None:
    made = []
    for texts in permutations([NEW, UNSHIPPED, ALL]):
        shop = Shop(db, a_merchant(db), tmp_path)
        outcomes = [shop.outcomes(text)[0] for text in texts]
        made.append(known(shop.page()))
        assert outcomes[0] is IntakeOutcome.TAKEN_IN
        assert set(outcomes[1:]) <= {IntakeOutcome.COMPLETED, IntakeOutcome.ALREADY_THERE}

    assert all(one == made[0] for one in made)
    assert made[0][:5] == (4488, 4488, True, "EUR", "ada@example.com")
    assert made[0][9] == [("KETTLE-1", "B000000001", "Tea kettle", 2, 3998, 0, 0)]


@pytest.mark.parametrize("text", [NEW, UNSHIPPED, ALL])
def test_the_same_report_again_changes_nothing(shop: Shop, text: str) -> None:
    shop.read(text)
    before = shop.page()

    assert shop.outcomes(text, text) == [IntakeOutcome.ALREADY_THERE]
    assert shop.page() == before


def test_an_order_without_prices_says_so_and_is_paid_all_the_same(shop: Shop) -> None:
    shop.read(UNSHIPPED)
    page = shop.page()

    assert not page.totals.priced
    assert (page.currency, page.status, page.payment_status) == (
        "EUR",
        OrderStatus.UNSHIPPED,
        PaymentStatus.PAID,
    )


def test_a_pending_order_is_paid_by_a_later_report(shop: Shop) -> None:
    pending = {"order_status": "Pending", "item_status": "", "item_price": "", "item_tax": ""}
    shop.read(all_orders_text(all_orders_row(**pending, shipping_price="", shipping_tax="", currency="")))
    before = shop.page()

    shop.read(NEW)
    after = shop.page()

    assert (before.status, before.payment_status) == (OrderStatus.PENDING, PaymentStatus.AWAITING)
    assert (after.status, after.payment_status) == (OrderStatus.UNSHIPPED, PaymentStatus.PAID)


def test_what_left_and_what_was_canceled_there_is_taken_over(shop: Shop) -> None:
    shop.read(NEW, unshipped_text(unshipped_row(quantity_shipped="1", quantity_to_ship="1")))
    assert [item.shipped for item in shop.page().items] == [1]

    gone = {"item_status": "Canceled", "quantity": "0", "item_price": "", "item_tax": ""}
    outcomes = shop.outcomes(
        all_orders_text(all_orders_row(**gone, order_status="Shipped", shipping_price="", shipping_tax=""))
    )
    page = shop.page()

    assert outcomes == [IntakeOutcome.COMPLETED]
    assert [(item.shipped, item.canceled) for item in page.items] == [(1, 1)]
    assert [request.state for request in page.requests] == [RequestState.ACCEPTED]


def test_a_contradiction_is_named_with_its_line_and_nothing_of_it_is_taken_over(shop: Shop) -> None:
    shop.read(NEW)
    before = shop.page()

    verdict = shop.read(
        unshipped_text(
            unshipped_row(quantity_purchased="3", quantity_to_ship="2", quantity_shipped="1"),
        )
    )[0]

    assert verdict.outcome is IntakeOutcome.DIFFERS
    assert [(found.what, found.known, found.given, found.place) for found in verdict.contradictions] == [
        ("quantity", "2", "3", "2")
    ]
    assert shop.page() == before


def test_units_shipped_there_that_are_canceled_here_are_a_contradiction(shop: Shop) -> None:
    shop.read(NEW)
    shop.cancel(2)

    verdict = shop.read(unshipped_text(unshipped_row(quantity_shipped="2", quantity_to_ship="0")))[0]

    assert [found.what for found in verdict.contradictions] == ["shipped"]
    assert [item.canceled for item in shop.page().items] == [2]


def test_an_order_of_another_system_with_the_same_number_stays_as_it_is(shop: Shop) -> None:
    shop.read(NEW)

    verdict = shop.read(shopify_text(shopify_row(NUMBER)))[0]

    assert [found.what for found in verdict.contradictions] == ["source"]


def test_amazon_s_own_warehouse_is_not_ours_to_stop(shop: Shop) -> None:
    shop.read(all_orders_text(all_orders_row(fulfillment_channel="Amazon")))
    page = shop.page()

    assert page.items[0].blockers == (Blocker.FULFILLED_BY_OTHER,)


def test_a_buyers_wish_becomes_one_request_and_no_second(shop: Shop) -> None:
    asked = unshipped_text(unshipped_row(**ASKED))
    shop.read(asked)
    shop.read(asked, NEW, asked)
    page = shop.page()

    assert [(one.source, one.for_buyer, one.reason, one.state) for one in page.requests] == [
        (ActorKind.FEED, True, Reason.FOUND_CHEAPER, RequestState.REQUESTED)
    ]
    assert page.requests[0].comments == "Found cheaper somewhere else."
    assert page.requests[0].quantity == 2


def test_a_wish_comes_in_as_what_its_merchant_says(shop: Shop) -> None:
    said = {"Found cheaper somewhere else": Reason.PRICE_TOO_HIGH}
    foreign_codes.change(shop.db, shop.id, CodeList.WISH, said, USER)

    shop.read(unshipped_text(unshipped_row(**ASKED)))

    assert [one.reason for one in shop.page().requests] == [Reason.PRICE_TOO_HIGH]


def test_a_declined_wish_is_not_asked_again(shop: Shop) -> None:
    shop.read(NEW, unshipped_text(unshipped_row(**ASKED)))
    request = shop.page().requests[0]
    cancellations.decline(shop.db, shop.id, request.id, USER, reason=DeclineReason.TOO_LATE)

    shop.read(unshipped_text(unshipped_row(**ASKED)))

    assert [one.state for one in shop.page().requests] == [RequestState.DECLINED]


def test_a_wish_that_the_policy_forbids_is_told_and_asks_nothing(db: Database, tmp_path: Path) -> None:
    shop = Shop(db, a_merchant(db, Policy(window_hours=1)), tmp_path)

    verdict = shop.read(unshipped_text(unshipped_row(**ASKED)))[0]

    assert verdict.refused_wish == (Blocker.WINDOW_CLOSED,)
    assert shop.page().requests == ()


def test_a_wish_is_accepted_at_once_where_the_policy_says_so(db: Database, tmp_path: Path) -> None:
    shop = Shop(db, a_merchant(db, automatic()), tmp_path)

    shop.read(unshipped_text(unshipped_row(**ASKED)))

    assert [one.state for one in shop.page().requests] == [RequestState.ACCEPTING]


def test_canceling_without_prices_leaves_the_amount_to_a_person(shop: Shop) -> None:
    shop.read(UNSHIPPED)
    order_id = shop.read_id()
    quoted = quote_for(shop.db, shop.id, order_id, ActorKind.MERCHANT_USER, None).quote
    assert (quoted.priced, quoted.refund_minor) == (False, 0)

    shop.cancel()
    request = shop.page().requests[0]
    assert request.amount_open
    amounts.enter(shop.db, shop.id, request.id, 4488, USER)
    page = shop.page()

    assert [(refund.amount_minor, refund.state) for refund in page.refunds] == [(4488, RefundState.MANUAL)]
    assert page.payment_status is PaymentStatus.REFUNDED
    assert not page.requests[0].amount_open
    assert violations_of(shop.db, shop.id) == []
    with pytest.raises(AlreadyDecided):
        amounts.enter(shop.db, shop.id, request.id, 1, USER)


def test_an_amount_of_nothing_is_an_amount(shop: Shop) -> None:
    shop.read(UNSHIPPED)
    shop.cancel()

    amounts.enter(shop.db, shop.id, shop.page().requests[0].id, 0, USER)

    assert shop.page().refunds == ()
    assert violations_of(shop.db, shop.id) == []


def test_prices_that_come_later_work_out_what_is_still_open(shop: Shop) -> None:
    shop.read(UNSHIPPED)
    shop.cancel(1)
    shop.cancel(1)

    shop.read(NEW)
    page = shop.page()

    assert [request.amount_open for request in page.requests] == [False, False]
    assert sorted(refund.amount_minor for refund in page.refunds) == [1999, 2489]
    assert (page.totals.total_minor, page.totals.refunded_minor) == (4488, 4488)


def test_prices_that_come_later_leave_an_entered_amount_alone(shop: Shop) -> None:
    shop.read(UNSHIPPED)
    shop.cancel(1)
    amounts.enter(shop.db, shop.id, shop.page().requests[0].id, 2000, USER)

    shop.read(NEW)
    page = shop.page()

    assert [refund.amount_minor for refund in page.refunds] == [2000]
    assert (page.totals.total_minor, page.totals.captured_minor) == (4488, 4488)


def test_an_entered_amount_above_the_price_is_a_contradiction(shop: Shop) -> None:
    shop.read(UNSHIPPED)
    shop.cancel(1)
    amounts.enter(shop.db, shop.id, shop.page().requests[0].id, 999_999, USER)

    verdict = shop.read(NEW)[0]

    assert [found.what for found in verdict.contradictions] == ["money"]
    assert not shop.page().totals.priced


def test_a_line_that_only_the_later_report_lists_is_added(shop: Shop) -> None:
    shop.read(UNSHIPPED)
    second = amazon_row(item="10000000000002", sku="CUP-1", product_name="Cup", shipping_price="")
    shop.read(amazon_text(amazon_row(), second))
    page = shop.page()

    assert [item.label for item in page.items] == ["Tea kettle", "Cup"]
    assert page.totals.total_minor == 4488 + 3998


def test_known_prices_do_not_change_once_units_were_canceled_by_them(shop: Shop) -> None:
    shop.read(all_orders_text(all_orders_row(shipping_price="", shipping_tax="")))
    shop.cancel(1)

    verdict = shop.read(NEW)[0]

    assert [found.what for found in verdict.contradictions] == ["money"]
    assert shop.page().totals.total_minor == 3998


def test_names_that_differ_contradict_and_blanks_do_not(shop: Shop) -> None:
    shop.read(NEW)

    assert shop.outcomes(
        unshipped_text(unshipped_row(buyer_name="", recipient_name="", product_name=""))
    ) == [IntakeOutcome.ALREADY_THERE]
    verdict = shop.read(unshipped_text(unshipped_row(buyer_email="eve@example.com")))[0]
    assert [found.what for found in verdict.contradictions] == ["buyer_email"]


def test_an_address_that_comes_later_is_confirmed_then(db: Database, tmp_path: Path) -> None:
    shop = Shop(db, a_merchant(db), tmp_path)
    recent = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")
    shop.read(all_orders_text(all_orders_row(purchase_date=recent)))
    sent = merchants_mails(db, shop.id)

    shop.read(amazon_text(amazon_row(purchase_date=recent, payments_date=recent)))

    assert (sent, merchants_mails(db, shop.id)) == ([], ["order_confirmed"])


def merchants_mails(db: Database, merchant_id: MerchantId) -> list[str]:
    with db.begin(merchant_id) as tx:
        return list(tx.session.scalars(select(MessageRecord.event)))


def test_a_merchant_without_mails_is_left_alone(db: Database, tmp_path: Path) -> None:
    quiet = merchants.NewMerchant(slug=f"quiet-{tmp_path.name[-20:]}", name="Quiet", mails_buyers=False)
    shop = Shop(db, merchants.create(db, quiet), tmp_path)

    shop.read(UNSHIPPED, NEW)

    assert merchants_mails(db, shop.id) == []

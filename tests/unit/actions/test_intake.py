"""Orders come in once, with their money, their past and their confirmation."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from shared.actions import intake, merchants
from shared.actions.intake import IntakeOutcome
from shared.domain.actors import ActorKind
from shared.domain.errors import AlreadyExists, InvalidContent
from shared.domain.events import MailEvent
from shared.domain.ids import MerchantId
from shared.domain.intake import IncomingDiscount, IncomingOrder, IncomingPayment
from shared.domain.orders import Gateway, OrderStatus, PaymentStatus
from shared.domain.refunds import RefundState
from shared.queries.orders import order_page
from shared.storage import rates
from shared.storage.engine import Database
from shared.storage.records import MessageRecord
from tests.builders import STORE, a_merchant, an_order


def mails(db: Database, merchant_id: MerchantId) -> list[str]:
    with db.begin(merchant_id) as tx:
        return list(tx.session.scalars(select(MessageRecord.event)))


def test_the_same_order_given_again_is_there_already(db: Database) -> None:
    merchant_id = a_merchant(db)
    order = an_order().incoming()

    first = intake.take_in(db, merchant_id, [order], actor=STORE)
    again = intake.take_in(db, merchant_id, [order, order], actor=STORE)

    assert [taken.outcome for taken in first] == [IntakeOutcome.TAKEN_IN]
    assert [taken.outcome for taken in again] == [IntakeOutcome.ALREADY_THERE] * 2
    assert first[0].order_id == again[0].order_id


def test_an_order_twice_in_one_batch_is_taken_in_once(db: Database) -> None:
    merchant_id = a_merchant(db)
    order = an_order().incoming()

    taken = intake.take_in(db, merchant_id, [order, order], actor=STORE)

    assert [one.outcome for one in taken] == [IntakeOutcome.TAKEN_IN, IntakeOutcome.ALREADY_THERE]


def test_an_order_twice_in_one_batch_keeps_the_money_of_the_first(db: Database) -> None:
    merchant_id = a_merchant(db)
    first = an_order().with_item(quantity=2, price=2000).incoming()
    second = replace(an_order().with_item(quantity=2, price=9000).incoming(), number=first.number)

    taken = intake.take_in(db, merchant_id, [first, second], actor=STORE)

    assert [one.outcome for one in taken] == [IntakeOutcome.TAKEN_IN, IntakeOutcome.DIFFERS]
    assert order_page(db, merchant_id, taken[0].order_id, ActorKind.BUYER).totals.total_minor == 2000
    again = intake.take_in(db, merchant_id, [first], actor=STORE)
    assert again[0].outcome is IntakeOutcome.ALREADY_THERE


def test_two_imports_of_the_same_orders_in_opposite_order_both_end(db: Database) -> None:
    merchant_id = a_merchant(db)
    orders = [an_order().incoming() for _ in range(150)]

    def take_in(batch: list[IncomingOrder]) -> Counter[IntakeOutcome]:
        return Counter(one.outcome for one in intake.take_in(db, merchant_id, batch, actor=STORE))

    with ThreadPoolExecutor(2) as importers:
        outcomes = sum(importers.map(take_in, [orders, orders[::-1]]), Counter())

    assert outcomes == {IntakeOutcome.TAKEN_IN: 150, IntakeOutcome.ALREADY_THERE: 150}


def test_a_number_that_is_taken_by_other_content_stays_as_it_is(db: Database) -> None:
    merchant_id = a_merchant(db)
    order = an_order().incoming()
    intake.take_in(db, merchant_id, [order], actor=STORE)

    taken = intake.take_in(db, merchant_id, [replace(order, buyer_name="Somebody else")], actor=STORE)

    assert taken[0].outcome is IntakeOutcome.DIFFERS
    assert order_page(db, merchant_id, taken[0].order_id, ActorKind.BUYER).buyer_name == "Ana Torres"
    with pytest.raises(AlreadyExists):
        intake.take_in_one(db, merchant_id, order, actor=STORE)


def test_two_merchants_may_use_one_number(db: Database) -> None:
    order = an_order().incoming()
    outcomes = [intake.take_in(db, a_merchant(db), [order], actor=STORE)[0].outcome for _ in range(2)]
    assert outcomes == [IntakeOutcome.TAKEN_IN] * 2


def test_discounts_that_do_not_fit_are_refused(db: Database) -> None:
    order = replace(an_order().incoming(), discounts=(IncomingDiscount(10_000),))
    with pytest.raises(InvalidContent, match="discount"):
        intake.take_in_one(db, a_merchant(db), order, actor=STORE)


def test_only_young_orders_are_confirmed_unless_all_are_wanted(db: Database) -> None:
    merchant_id = a_merchant(db)
    old = an_order().with_(age=timedelta(days=31))

    intake.take_in(db, merchant_id, [an_order().incoming(), old.incoming()], actor=STORE)
    assert mails(db, merchant_id) == [MailEvent.ORDER_CONFIRMED]

    intake.take_in(db, merchant_id, [old.incoming()], actor=STORE, mail_all=True)
    assert mails(db, merchant_id) == [MailEvent.ORDER_CONFIRMED] * 2


def test_a_merchant_may_switch_all_mail_to_buyers_off(db: Database) -> None:
    quiet = merchants.NewMerchant(
        slug=f"quiet-{datetime.now(UTC).timestamp()}", name="Quiet", mails_buyers=False
    )
    merchant_id = merchants.create(db, quiet)

    intake.take_in(db, merchant_id, [an_order().incoming()], actor=STORE)

    assert mails(db, merchant_id) == []


def test_what_happened_elsewhere_comes_in_with_the_order(db: Database) -> None:
    merchant_id = a_merchant(db)
    paid = IncomingPayment(Gateway.MANUAL, 4000, 4000, refunded_minor=1000)
    order = an_order().with_item(quantity=4, price=4000, shipped=1, canceled=1).with_(payments=(paid,))
    taken = intake.take_in(db, merchant_id, [replace(order.incoming(), payments=(paid,))], actor=STORE)

    page = order_page(db, merchant_id, taken[0].order_id, ActorKind.BUYER)

    assert (page.items[0].shipped, page.items[0].canceled, page.items[0].open) == (1, 1, 2)
    assert page.status is OrderStatus.PARTIALLY_SHIPPED
    assert [(refund.state, refund.amount_minor) for refund in page.refunds] == [(RefundState.EXTERNAL, 1000)]
    assert page.payment_status is PaymentStatus.PARTIALLY_REFUNDED
    assert mails(db, merchant_id) == [MailEvent.ORDER_CONFIRMED]


def test_a_refund_without_a_cancellation_comes_in_too(db: Database) -> None:
    merchant_id = a_merchant(db)
    paid = IncomingPayment(Gateway.MANUAL, 6400, 6400, refunded_minor=400)
    taken = intake.take_in(db, merchant_id, [replace(an_order().incoming(), payments=(paid,))], actor=STORE)

    page = order_page(db, merchant_id, taken[0].order_id, ActorKind.BUYER)

    assert page.refunds[0].request_id is None
    assert page.items[0].open == 1


def test_orders_are_counted_by_day(db: Database) -> None:
    merchant_id = a_merchant(db)
    for days in (0, 0, 6, 8):
        an_order().with_(age=timedelta(days=days)).taken_in(db, merchant_id)

    with db.begin(merchant_id) as tx:
        assert rates.counts(tx, 7).orders == 3
        assert rates.counts(tx, 30).orders == 4


def test_a_large_batch_is_one_transaction(db: Database) -> None:
    merchant_id = a_merchant(db)
    orders = [an_order().with_item().with_item("Lamp").incoming() for _ in range(200)]

    taken = intake.take_in(db, merchant_id, orders, actor=STORE)

    assert {one.outcome for one in taken} == {IntakeOutcome.TAKEN_IN}
    with db.begin(merchant_id) as tx:
        counted = tx.session.scalars(select(func.count()).select_from(MessageRecord)).one()
    assert counted == 200

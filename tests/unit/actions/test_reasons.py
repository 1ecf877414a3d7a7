"""A merchant's reasons: a switched-off one is refused everywhere; what was made keeps its words and terms."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from shared.actions import adjustments, bulk_cancel, cancellations, reasons
from shared.actions.adjustments import Adjustment
from shared.actions.bulk_cancel import Wanted
from shared.domain.actors import BUYER, Actor, ActorKind
from shared.domain.audit import AuditKind
from shared.domain.catalogue import Giver, ReasonTerms
from shared.domain.errors import NoReasonLeft, ReasonNotOffered
from shared.domain.ids import MerchantId
from shared.domain.reasons import MERCHANT_REASONS, Reason
from shared.queries.invariants import violations_of
from shared.queries.orders import order_page
from shared.queries.reasons import catalogue, offered
from shared.storage import rates
from shared.storage.engine import Database
from shared.storage.records import AuditRecord, RequestRecord
from tests.builders import USER, a_merchant, accept, an_order, cancel, request, ship


def change(db: Database, merchant_id: MerchantId, reason: Reason, **changes: object) -> bool:
    terms: ReasonTerms = replace(catalogue(db, merchant_id).of(reason), **changes)  # type: ignore[arg-type]
    return reasons.change(db, merchant_id, terms, USER)


def test_nothing_said_is_what_the_product_says(db: Database) -> None:
    merchant_id = a_merchant(db)

    assert offered(db, merchant_id)[0] == ("NoInventory", "No inventory")
    assert offered(db, merchant_id, Giver.BUYER)[0] == ("OrderedByMistake", "Order created by mistake")
    assert offered(db, merchant_id)[-1][0] == offered(db, merchant_id, Giver.BUYER)[-1][0] == "Other"


def test_a_reason_that_is_switched_off_is_neither_offered_nor_taken(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_id = an_order().with_item(quantity=3).taken_in(db, merchant_id)
    change(db, merchant_id, Reason.FOUND_CHEAPER, for_buyers=False)
    change(db, merchant_id, Reason.NO_INVENTORY, for_merchants=False)

    assert "FoundCheaper" not in dict(offered(db, merchant_id, Giver.BUYER))
    with pytest.raises(ReasonNotOffered, match="FoundCheaper has been switched off"):
        request(db, merchant_id, order_id, 1, reason=Reason.FOUND_CHEAPER)
    with pytest.raises(ReasonNotOffered):
        cancel(db, merchant_id, order_id, 1, reason=Reason.NO_INVENTORY)
    with db.begin(merchant_id) as tx:
        wish = Wanted(order_id, Reason.NO_INVENTORY, "k")
        [verdict] = bulk_cancel.plan(tx, [wish], Giver.MERCHANT, lock=True)
        [of_a_file] = bulk_cancel.plan(tx, [wish], Giver.FEED, lock=True)
    assert isinstance(verdict, ReasonNotOffered)
    assert isinstance(of_a_file, bulk_cancel.Planned)


def test_each_giver_has_a_switch_of_its_own(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_id = an_order().with_item(quantity=4).taken_in(db, merchant_id)
    change(db, merchant_id, Reason.NO_INVENTORY, for_stores=False)
    change(db, merchant_id, Reason.PRICING_ERROR, for_feeds=False)
    store = Actor(ActorKind.STORE)

    with pytest.raises(ReasonNotOffered):
        cancel(db, merchant_id, order_id, 1, reason=Reason.NO_INVENTORY, actor=store)
    cancel(db, merchant_id, order_id, 1, reason=Reason.NO_INVENTORY)
    cancel(db, merchant_id, order_id, 1, reason=Reason.PRICING_ERROR, actor=store)
    with db.begin(merchant_id) as tx:
        wish = Wanted(order_id, Reason.PRICING_ERROR, "k")
        [of_a_file] = bulk_cancel.plan(tx, [wish], Giver.FEED, lock=True)
    assert isinstance(of_a_file, ReasonNotOffered)


@pytest.mark.parametrize("in_bulk", [False, True])
def test_a_reason_that_gives_nothing_back_holds_where_no_amount_is_named(
    db: Database, *, in_bulk: bool
) -> None:
    merchant_id = a_merchant(db)
    order_id = an_order().taken_in(db, merchant_id)
    change(db, merchant_id, Reason.SUSPECTED_FRAUD, refunds=False)
    if in_bulk:
        with db.begin(merchant_id) as tx:
            wish = Wanted(order_id, Reason.SUSPECTED_FRAUD, "k")
            [planned] = bulk_cancel.plan(tx, [wish], Giver.MERCHANT, lock=True)
            assert isinstance(planned, bulk_cancel.Planned)
            bulk_cancel.carry_out(tx, [planned], USER)
    else:
        cancel(db, merchant_id, order_id, reason=Reason.SUSPECTED_FRAUD)

    [view] = order_page(db, merchant_id, order_id, ActorKind.MERCHANT_USER).requests
    assert view.refund_minor == 0
    with db.begin(merchant_id) as tx:
        record = tx.session.get_one(RequestRecord, (merchant_id, view.id))
        assert (record.withheld_minor, record.quote["most_minor"]) == (6400, 0)
    assert violations_of(db, merchant_id) == []


def test_what_a_merchant_says_goes_before_what_the_reason_says(db: Database) -> None:
    merchant_id = a_merchant(db)
    change(db, merchant_id, Reason.SUSPECTED_FRAUD, refunds=False)
    change(db, merchant_id, Reason.OTHER, refunds=False)
    store = Actor(ActorKind.STORE)
    found = {}
    for name, ask in {
        "all of it": cancellations.Ask(reason=Reason.SUSPECTED_FRAUD, all_back=True),
        "a part": cancellations.Ask(reason=Reason.SUSPECTED_FRAUD, most_minor=1000),
        "no reason": cancellations.Ask(),
        "a customer's": cancellations.Ask(reason=Reason.OTHER, for_buyer=True),
    }.items():
        order_id = an_order().taken_in(db, merchant_id)
        made = cancellations.request(db, merchant_id, order_id, ask, store)
        with db.begin(merchant_id) as tx:
            found[name] = tx.session.get_one(RequestRecord, (merchant_id, made)).refund_minor
    assert found == {"all of it": 6400, "a part": 1000, "no reason": 6400, "a customer's": 6400}


def test_a_store_may_pass_on_what_a_customer_said_unless_it_is_switched_off(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_id = an_order().with_item(quantity=3).taken_in(db, merchant_id)
    store = Actor(ActorKind.STORE)
    ask = cancellations.Ask({}, reason=Reason.FOUND_CHEAPER, for_buyer=True)
    cancel(db, merchant_id, order_id, 1, reason=Reason.FOUND_CHEAPER, actor=store)
    change(db, merchant_id, Reason.FOUND_CHEAPER, for_buyers=False)

    with pytest.raises(ReasonNotOffered):
        cancellations.request(db, merchant_id, order_id, ask, store)
    change(db, merchant_id, Reason.FOUND_CHEAPER, for_stores=False)
    with pytest.raises(ReasonNotOffered):
        cancel(db, merchant_id, order_id, 1, reason=Reason.FOUND_CHEAPER, actor=store)


def test_a_price_is_not_adjusted_for_a_reason_that_is_switched_off(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_id = an_order().taken_in(db, merchant_id)
    ship(db, merchant_id, order_id)
    change(db, merchant_id, Reason.PRICING_ERROR, for_merchants=False)
    line = order_page(db, merchant_id, order_id, ActorKind.MERCHANT_USER).items[0].id

    with pytest.raises(ReasonNotOffered):
        adjustments.adjust(
            db,
            merchant_id,
            order_id,
            Adjustment({line: 100}, reason=Reason.PRICING_ERROR),
            USER,
        )


def test_a_request_keeps_the_words_and_the_language_of_its_day(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_id = an_order().with_item(quantity=2).taken_in(db, merchant_id)
    change(db, merchant_id, Reason.ARRIVES_TOO_LATE, words={"en": "It comes too late for me"})
    ask = cancellations.Ask(reason=Reason.ARRIVES_TOO_LATE, for_buyer=True)
    made = cancellations.request(db, merchant_id, order_id, ask, BUYER)
    change(db, merchant_id, Reason.ARRIVES_TOO_LATE, words={})

    [view] = order_page(db, merchant_id, order_id, ActorKind.BUYER).requests
    assert view.reason_words == "It comes too late for me"
    with db.begin(merchant_id) as tx:
        assert tx.session.get_one(RequestRecord, (merchant_id, made)).reason_locale == "en"


def test_a_changed_shelf_rule_leaves_what_was_carried_out_sound(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_id = an_order().with_item(quantity=2).taken_in(db, merchant_id)
    accept(db, merchant_id, request(db, merchant_id, order_id, 1))

    change(db, merchant_id, Reason.ORDERED_BY_MISTAKE, restock=False)
    accept(db, merchant_id, request(db, merchant_id, order_id, 1))

    assert violations_of(db, merchant_id) == []
    with db.begin(merchant_id) as tx:
        made = tx.session.scalars(select(RequestRecord).order_by(RequestRecord.requested_at))
        assert [record.restocks for record in made] == [True, False]


@pytest.mark.parametrize("in_bulk", [False, True])
def test_a_reason_that_does_not_count_leaves_the_rate_alone(db: Database, *, in_bulk: bool) -> None:
    merchant_id = a_merchant(db)
    order_id = an_order().taken_in(db, merchant_id)
    change(db, merchant_id, Reason.DUPLICATE_ORDER, counts=False)
    if in_bulk:
        with db.begin(merchant_id) as tx:
            wish = Wanted(order_id, Reason.DUPLICATE_ORDER, "k")
            plan = bulk_cancel.plan(tx, [wish], Giver.MERCHANT, lock=True)
            planned = [one for one in plan if isinstance(one, bulk_cancel.Planned)]
            bulk_cancel.carry_out(tx, planned, USER)
    else:
        cancel(db, merchant_id, order_id, reason=Reason.DUPLICATE_ORDER)

    with db.snapshot(merchant_id) as tx:
        assert rates.counts(tx, 7).canceled_by_merchant == 0
    assert violations_of(db, merchant_id) == []


def test_reasons_are_moved_one_place_at_a_time(db: Database) -> None:
    merchant_id = a_merchant(db)
    reasons.move(db, merchant_id, Reason.ARRIVES_TOO_LATE, USER, up=True)
    reasons.move(db, merchant_id, Reason.ARRIVES_TOO_LATE, USER, up=True)
    reasons.move(db, merchant_id, Reason.OTHER, USER, up=False)

    words = [code for code, _ in offered(db, merchant_id, Giver.BUYER)]
    assert (words[:2], words[-1]) == (["ArrivesTooLate", "OrderedByMistake"], "Other")


def test_a_merchant_is_left_one_reason_to_give(db: Database) -> None:
    merchant_id = a_merchant(db)
    for reason in MERCHANT_REASONS[1:]:
        change(db, merchant_id, reason, for_merchants=False)

    with pytest.raises(NoReasonLeft):
        change(db, merchant_id, MERCHANT_REASONS[0], for_merchants=False)


def test_what_changed_stands_in_the_audit_trail(db: Database) -> None:
    merchant_id = a_merchant(db)
    assert change(db, merchant_id, Reason.OTHER, restock=False)
    assert not change(db, merchant_id, Reason.OTHER, restock=False)

    with db.begin(merchant_id) as tx:
        [entry] = tx.session.scalars(select(AuditRecord)).all()
    assert (entry.kind, entry.subject) == (AuditKind.REASONS_CHANGED, "Other")
    assert (entry.before, entry.after) == ({"restock": True}, {"restock": False})

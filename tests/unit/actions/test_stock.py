"""What goes back on the shelf: each canceled unit once if its reason says so, and nothing else ever."""

from collections import Counter
from uuid import UUID

import pytest
from sqlalchemy import select, update

from shared.actions import cancellations, execution, orders, refunds, stock
from shared.domain.actors import BUYER, ActorKind
from shared.domain.ids import MerchantId
from shared.domain.policy import Mode, Policy, SilenceOutcome
from shared.domain.reasons import DeclineReason, Reason
from shared.queries.invariants import violations_of
from shared.queries.orders import order_page
from shared.storage.engine import Database
from shared.storage.records import RestockRuleRecord, StockMovementRecord, StockRecord
from tests.builders import USER, a_merchant, accept, an_order, automatic, cancel, request, ship
from tests.clock import later


def moved(db: Database, merchant_id: MerchantId) -> Counter[str]:
    """Count the units put back, by SKU; the whole shop must be sound at that."""
    assert violations_of(db, merchant_id) == []
    with db.begin(merchant_id) as tx:
        rows = tx.session.scalars(select(StockMovementRecord)).all()
        return sum((Counter({row.sku: row.quantity}) for row in rows), Counter())


def on_hand(db: Database, merchant_id: MerchantId, sku: str = "KETTLE") -> int | None:
    with db.begin(merchant_id) as tx:
        found = tx.session.get(StockRecord, (merchant_id, sku))
        return found.on_hand if found else None


def kettles(db: Database, units: int = 3, policy: Policy | None = None, **more) -> tuple[MerchantId, UUID]:
    merchant_id = a_merchant(db, policy)
    order = an_order().with_item("Kettle", units, units * 1_000).with_(**more)
    return merchant_id, order.taken_in(db, merchant_id)


def test_units_go_back_once_however_often_the_worker_comes_and_the_refund_is_paid(db: Database) -> None:
    merchant_id, order_id = kettles(db)
    stock.set_on_hand(db, merchant_id, "KETTLE", 10)
    request_id = request(db, merchant_id, order_id, 2)
    accept(db, merchant_id, request_id)

    for refund in order_page(db, merchant_id, order_id, ActorKind.BUYER).refunds:
        refunds.mark_paid(db, merchant_id, refund.id, USER)
    execution.execute(db, merchant_id, request_id)
    orders.save_memo(db, merchant_id, order_id, "Paid and put back", USER)

    assert moved(db, merchant_id) == {"KETTLE": 2}
    assert on_hand(db, merchant_id) == 12


def test_what_a_merchant_says_is_not_restocked_stays_off_the_shelf(db: Database) -> None:
    merchant_id, order_id = kettles(db)
    with db.begin(merchant_id) as tx:
        tx.session.execute(update(RestockRuleRecord).values(restock=False))

    cancel(db, merchant_id, order_id, reason=Reason.BUYER_CANCELED)

    assert moved(db, merchant_id) == {}


@pytest.mark.parametrize(
    ("reason", "units"),
    [
        (Reason.BUYER_CANCELED, 3),
        (Reason.SHIPPING_ADDRESS_UNDELIVERABLE, 3),
        (Reason.GENERAL_ADJUSTMENT, 3),
        (Reason.PRICING_ERROR, 3),
        (Reason.OTHER, 3),
        (Reason.NO_INVENTORY, 0),
        (Reason.DUPLICATE_ORDER, 0),
        (Reason.SUSPECTED_FRAUD, 0),
    ],
)
def test_the_reason_decides(db: Database, reason: Reason, units: int) -> None:
    merchant_id, order_id = kettles(db)

    cancel(db, merchant_id, order_id, reason=reason)

    assert moved(db, merchant_id)["KETTLE"] == units


def test_a_reason_that_has_no_rule_puts_nothing_back(db: Database) -> None:
    merchant_id, order_id = kettles(db)
    with db.begin(merchant_id) as tx:
        rule = tx.session.get_one(RestockRuleRecord, (merchant_id, Reason.PRICING_ERROR))
        tx.session.delete(rule)

    cancel(db, merchant_id, order_id, reason=Reason.PRICING_ERROR)

    assert moved(db, merchant_id) == {}


def test_a_sku_that_nobody_counts_gets_no_count_by_a_cancellation(db: Database) -> None:
    merchant_id, order_id = kettles(db)

    cancel(db, merchant_id, order_id, reason=Reason.PRICING_ERROR)

    assert on_hand(db, merchant_id) is None
    assert moved(db, merchant_id) == {"KETTLE": 3}


def test_units_that_were_never_paid_go_back_as_their_reason_says_like_any_others(db: Database) -> None:
    """The store sets what is on hand and takes from it itself, paid or not: only the reason counts."""
    merchant_id, order_id = kettles(db, paid=None)
    stock.set_on_hand(db, merchant_id, "KETTLE", 7)

    cancel(db, merchant_id, order_id, 1, reason=Reason.PRICING_ERROR)
    cancel(db, merchant_id, order_id, 1, reason=Reason.NO_INVENTORY)

    assert moved(db, merchant_id) == {"KETTLE": 1}
    assert on_hand(db, merchant_id) == 8


def test_a_count_below_nothing_is_back_ordered_and_rises_like_any_other(db: Database) -> None:
    merchant_id, order_id = kettles(db)
    stock.set_on_hand(db, merchant_id, "KETTLE", -5)

    cancel(db, merchant_id, order_id, 2, reason=Reason.PRICING_ERROR)

    assert moved(db, merchant_id) == {"KETTLE": 2}
    assert on_hand(db, merchant_id) == -3


def test_a_count_that_the_store_sets_anew_holds_from_then_on(db: Database) -> None:
    merchant_id, order_id = kettles(db)
    stock.set_on_hand(db, merchant_id, "KETTLE", 4)
    cancel(db, merchant_id, order_id, 1, reason=Reason.PRICING_ERROR)
    stock.set_on_hand(db, merchant_id, "KETTLE", 0)
    cancel(db, merchant_id, order_id, 1, reason=Reason.PRICING_ERROR)

    assert moved(db, merchant_id) == {"KETTLE": 2}
    assert on_hand(db, merchant_id) == 1


def test_of_a_partly_shipped_order_only_what_did_not_ship_goes_back(db: Database) -> None:
    merchant_id, order_id = kettles(db)
    request_id = request(db, merchant_id, order_id)
    ship(db, merchant_id, order_id, 2)

    accept(db, merchant_id, request_id)
    execution.execute(db, merchant_id, request_id)

    assert moved(db, merchant_id) == {"KETTLE": 1}


def test_whoever_decided_first_units_go_back_exactly_once(db: Database) -> None:
    policy = Policy(mode=Mode.REVIEW, silence_hours=1, silence_outcome=SilenceOutcome.ACCEPT)
    merchant_id, order_id = kettles(db, policy=policy)
    request_id = request(db, merchant_id, order_id)

    cancellations.accept(db, merchant_id, request_id, USER)
    cancellations.apply_silence(later(db, 61), merchant_id, request_id, USER)
    for minutes in (0, 61):
        execution.execute(later(db, minutes), merchant_id, request_id)

    assert moved(db, merchant_id) == {"KETTLE": 3}


def test_each_line_gives_back_its_own_sku_and_a_bundle_those_of_its_parts(db: Database) -> None:
    merchant_id = a_merchant(db)
    order = an_order().with_item("Set", 2, 4_000).with_item("Cup", 4, 0, parent_sku="SET")
    order_id = order.with_item("Spare", 1, 500, sku="CUP").taken_in(db, merchant_id)
    stock.set_on_hand(db, merchant_id, "CUP", 0)

    cancel(db, merchant_id, order_id, 1, 0, 1, reason=Reason.PRICING_ERROR)

    assert moved(db, merchant_id) == {"SET": 1, "CUP": 3}
    assert on_hand(db, merchant_id, "CUP") == 3


def test_declined_withdrawn_and_reinstated_requests_move_nothing(db: Database) -> None:
    merchant_id, order_id = kettles(db, policy=automatic(undo_minutes=60))
    first, second = (request(db, merchant_id, order_id, 1) for _ in range(2))
    cancellations.decline(db, merchant_id, first, USER, reason=DeclineReason.OTHER)
    cancellations.withdraw(db, merchant_id, second, BUYER)

    for request_id in (first, second):
        execution.execute(later(db, 120), merchant_id, request_id)

    assert moved(db, merchant_id) == {}

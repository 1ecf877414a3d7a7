"""Work that touches the same rows from opposite ends waits in line, and never in a ring."""

from __future__ import annotations

from functools import partial

from shared.actions import execution, intake
from shared.actions.stock import set_on_hand
from shared.domain.ids import MerchantId, RequestId
from shared.domain.reasons import Reason
from shared.queries.invariants import violations_of
from shared.storage.engine import Database
from tests.builders import STORE, a_merchant, an_order, automatic, request
from tests.unit.races.scene import FEW_ROUNDS, at_once

SKUS = [f"SKU-{place}" for place in range(6)]


def an_accepted_request(db: Database, merchant_id: MerchantId, skus: list[str]) -> RequestId:
    """Have an order of these SKUs, in this order, canceled by its buyer and not carried out yet."""
    order = an_order()
    for sku in skus:
        order = order.with_item(f"Item {sku}", sku=sku)
    order_id = order.taken_in(db, merchant_id)
    return request(db, merchant_id, order_id, reason=Reason.ORDERED_BY_MISTAKE)


def test_two_imports_of_the_same_orders_from_opposite_ends_never_wait_in_a_ring(db: Database) -> None:
    merchant_id = a_merchant(db)
    for _ in range(FEW_ROUNDS):
        given = [an_order().incoming() for _ in range(6)]
        ways = (given, given[::-1])

        ended = at_once(*(partial(intake.take_in, db, merchant_id, way, actor=STORE) for way in ways))

        assert [each.told for each in ended] == ["", ""]
    assert violations_of(db, merchant_id) == []


def test_two_cancellations_of_the_same_skus_from_opposite_ends_never_wait_in_a_ring(db: Database) -> None:
    merchant_id = a_merchant(db, automatic())
    for sku in SKUS:
        set_on_hand(db, merchant_id, sku, 1)
    for _ in range(FEW_ROUNDS):
        asked = [an_accepted_request(db, merchant_id, skus) for skus in (SKUS, SKUS[::-1])]

        ended = at_once(*(partial(execution.execute, db, merchant_id, each) for each in asked))

        assert [each.told for each in ended] == ["", ""]
    assert violations_of(db, merchant_id) == []


def test_cancellations_counts_of_stock_and_imports_at_once_never_wait_in_a_ring(db: Database) -> None:
    merchant_id = a_merchant(db, automatic())
    for _ in range(FEW_ROUNDS):
        asked = [an_accepted_request(db, merchant_id, skus) for skus in (SKUS, SKUS[::-1])]
        given = [an_order().incoming() for _ in range(4)]

        ended = at_once(
            *(partial(execution.execute, db, merchant_id, each) for each in asked),
            *(partial(set_on_hand, db, merchant_id, sku, 5) for sku in SKUS[::3]),
            *(partial(intake.take_in, db, merchant_id, way, actor=STORE) for way in (given, given[::-1])),
        )

        assert [each.told for each in ended] == [""] * 6
    assert violations_of(db, merchant_id) == []


def test_two_orders_that_two_people_change_in_opposite_order_never_wait_in_a_ring(db: Database) -> None:
    merchant_id = a_merchant(db)
    for _ in range(FEW_ROUNDS):
        orders = [an_order().with_item(quantity=4).taken_in(db, merchant_id) for _ in range(2)]

        def ask(order_ids) -> None:
            for order_id in order_ids:
                request(db, merchant_id, order_id, 1)

        ended = at_once(partial(ask, orders), partial(ask, orders[::-1]))

        assert [each.told for each in ended] == ["", ""]
    assert violations_of(db, merchant_id) == []

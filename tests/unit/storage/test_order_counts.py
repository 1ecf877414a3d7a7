"""The database counts orders by status in the transactions that change them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from shared.domain.ids import MerchantId
from shared.queries.order_views import counts_of
from shared.storage.engine import Database
from tests.builders import a_merchant, accept, an_order, cancel, request, ship


def counted(db: Database, merchant_id: MerchantId) -> dict[str, int]:
    with db.snapshot(merchant_id) as tx:
        counts = counts_of(tx)
    by_status = {status.value: orders for status, orders in counts.by_status.items() if orders}
    return {**by_status, "all": counts.all, "requested": counts.requested}


def test_an_order_is_counted_where_it_is_at_every_step(db: Database) -> None:
    merchant_id = a_merchant(db)
    assert counted(db, merchant_id) == {"all": 0, "requested": 0}
    order_id = an_order().with_item(quantity=3).taken_in(db, merchant_id)
    assert counted(db, merchant_id) == {"unshipped": 1, "all": 1, "requested": 0}
    asked = request(db, merchant_id, order_id, 1)
    assert counted(db, merchant_id) == {"unshipped": 1, "all": 1, "requested": 1}
    accept(db, merchant_id, asked)
    ship(db, merchant_id, order_id, 1)
    assert counted(db, merchant_id) == {"partially_shipped": 1, "all": 1, "requested": 0}
    cancel(db, merchant_id, order_id)
    assert counted(db, merchant_id) == {"shipped": 1, "all": 1, "requested": 0}


def test_many_at_once_neither_wait_for_each_other_nor_lose_a_count(db: Database) -> None:
    merchant_id = a_merchant(db)
    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(lambda _: an_order().taken_in(db, merchant_id), range(16)))
        list(pool.map(lambda order_id: cancel(db, merchant_id, order_id), ids[:8]))

    assert counted(db, merchant_id) == {"unshipped": 8, "canceled": 8, "all": 16, "requested": 0}


class _TakenBack(Exception):
    """What ends a transaction without keeping it."""


def test_an_open_transaction_keeps_nobody_from_counting_and_counts_only_when_it_is_kept(db: Database) -> None:
    merchant_id = a_merchant(db)
    first, second = (an_order().taken_in(db, merchant_id) for _ in range(2))
    with suppress(_TakenBack), db.begin(merchant_id) as tx:
        tx.session.connection().exec_driver_sql("UPDATE orders SET requested = 1 WHERE id = %s", (first,))
        ship(db, merchant_id, second)
        raise _TakenBack

    assert counted(db, merchant_id) == {"unshipped": 1, "shipped": 1, "all": 2, "requested": 0}

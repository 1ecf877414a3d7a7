"""The day tables follow whatever happens, in the merchant's own days, and never make anybody wait."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select, text

from shared.actions import execution, merchants, refunds, warehouse
from shared.domain.policy import Policy, Warehouse, WarehouseAnswer
from shared.domain.reasons import Reason
from shared.storage.day_counts import DAY_TABLES
from shared.storage.records import (
    OrderDayRecord,
    RefundDayRecord,
    RefundRecord,
    RequestDayRecord,
    SkuDayRecord,
)
from tests.builders import USER, a_merchant, accept, an_order, cancel, request, ship


@pytest.fixture
def merchant_id(db):
    return a_merchant(db)


def differences(db, merchant_id) -> list[object]:
    with db.begin(merchant_id) as tx:
        connection = tx.session.connection()
        return [
            tuple(row)
            for table in DAY_TABLES
            for row in connection.execute(text(table.differences), {"merchant": merchant_id})
        ]


def counted(db, merchant_id, record, *columns: str) -> dict[object, int]:
    """Add a table up over its days and shards, by these columns."""
    *keys, count = [getattr(record, name) for name in columns]
    with db.begin(merchant_id) as tx:
        rows = tx.session.execute(select(*keys, func.sum(count)).group_by(*keys))
        return {tuple(row[:-1]) if len(row) > 2 else row[0]: int(row[-1]) for row in rows if row[-1]}


def days_of(db, merchant_id) -> set[date]:
    with db.begin(merchant_id) as tx:
        return set(tx.session.scalars(select(OrderDayRecord.day)))


def test_a_request_is_counted_where_it_stands(db, merchant_id) -> None:
    order_id = an_order().with_item(quantity=3).taken_in(db, merchant_id)

    asked = request(db, merchant_id, order_id, 1)
    assert counted(db, merchant_id, RequestDayRecord, "source", "state", "requests") == {
        ("buyer", "requested"): 1
    }
    accept(db, merchant_id, asked)
    request(db, merchant_id, order_id, 1)
    cancel(db, merchant_id, order_id)

    assert counted(db, merchant_id, RequestDayRecord, "source", "state", "requests") == {
        ("buyer", "requested"): 1,
        ("buyer", "accepted"): 1,
        ("merchant_user", "accepted"): 1,
    }
    assert differences(db, merchant_id) == []


def test_an_order_counts_once_however_often_it_is_canceled(db, merchant_id) -> None:
    order_id = an_order().with_item(quantity=3).taken_in(db, merchant_id)
    an_order().taken_in(db, merchant_id)

    accept(db, merchant_id, request(db, merchant_id, order_id, 1))
    cancel(db, merchant_id, order_id, 1)
    cancel(db, merchant_id, order_id, 1)

    with db.begin(merchant_id) as tx:
        sums = tx.session.execute(
            select(
                func.sum(OrderDayRecord.orders),
                func.sum(OrderDayRecord.canceled),
                func.sum(OrderDayRecord.canceled_by_merchant),
            )
        ).one()
    assert tuple(int(number) for number in sums) == (2, 1, 1)
    assert differences(db, merchant_id) == []


def test_units_without_inventory_are_counted_by_sku(db, merchant_id) -> None:
    order_id = (
        an_order()
        .with_item("Lamp", 3, 3000, sku="LMP")
        .with_item("Mug", 2, 2000, sku="MUG")
        .taken_in(db, merchant_id)
    )
    ship(db, merchant_id, order_id, 1, 0)

    cancel(db, merchant_id, order_id, 0, 1, reason=Reason.PRICING_ERROR)
    cancel(db, merchant_id, order_id)

    assert counted(db, merchant_id, SkuDayRecord, "sku", "units") == {"LMP": 2, "MUG": 1}
    assert differences(db, merchant_id) == []


def test_what_shipped_before_the_cancellation_is_not_counted_as_canceled(db) -> None:
    merchant_id = a_merchant(db, Policy(warehouse=Warehouse(answer_minutes=30)))
    order_id = an_order().with_item("Lamp", 3, 3000, sku="LMP").taken_in(db, merchant_id)
    asked = cancel(db, merchant_id, order_id, reason=Reason.NO_INVENTORY)

    ship(db, merchant_id, order_id, 2)
    warehouse.answer(db, merchant_id, asked, WarehouseAnswer.STOPPED, USER)
    execution.execute(db, merchant_id, asked)

    assert counted(db, merchant_id, SkuDayRecord, "sku", "units") == {"LMP": 1}
    assert differences(db, merchant_id) == []


def test_money_that_goes_back_is_counted_by_currency_and_once_when_repeated(db, merchant_id) -> None:
    for currency in ("USD", "EUR"):
        order_id = an_order().with_(currency=currency).with_item(price=5000).taken_in(db, merchant_id)
        cancel(db, merchant_id, order_id)
    with db.begin(merchant_id) as tx:
        refund = tx.session.scalars(select(RefundRecord).where(RefundRecord.currency == "EUR")).one()
    refunds.mark_paid(db, merchant_id, refund.id, USER)

    assert counted(db, merchant_id, RefundDayRecord, "currency", "amount_minor") == {"USD": 5000, "EUR": 5000}
    with db.begin(merchant_id) as tx:
        tx.session.get_one(RefundRecord, (merchant_id, refund.id)).state = "failed"
    assert counted(db, merchant_id, RefundDayRecord, "currency", "amount_minor") == {"USD": 5000}
    assert differences(db, merchant_id) == []


def test_the_merchants_time_zone_decides_the_day(db) -> None:
    new = merchants.NewMerchant(slug=f"zone-{a_merchant(db)}", name="Auckland", time_zone="Pacific/Auckland")
    merchant_id = merchants.create(db, new)
    late = datetime(2026, 3, 1, 20, 30, tzinfo=UTC)
    order_id = an_order().with_(placed_at=late).taken_in(db, merchant_id)
    assert days_of(db, merchant_id) == {date(2026, 3, 2)}

    cancel(db, merchant_id, order_id)
    assert days_of(db, merchant_id) == {date(2026, 3, 2)}

    merchants.change(db, merchant_id, merchants.MerchantChanges(time_zone="UTC"))

    assert days_of(db, merchant_id) == {date(2026, 3, 1)}
    assert differences(db, merchant_id) == []


def test_two_who_count_at_once_do_not_wait_for_each_other(db, merchant_id) -> None:
    first, second = (request(db, merchant_id, an_order().taken_in(db, merchant_id)) for _ in range(2))
    declined = "UPDATE cancellation_requests SET state = 'declined', ended_at = now() WHERE id = :id"

    with db.begin(merchant_id) as one:
        one.session.connection().execute(text(declined), {"id": first})
        with db.begin(merchant_id) as other:
            other.session.connection().execute(text("SET LOCAL lock_timeout = '200ms'"))
            other.session.connection().execute(text(declined), {"id": second})

    assert counted(db, merchant_id, RequestDayRecord, "state", "requests") == {"declined": 2}
    assert differences(db, merchant_id) == []


def test_the_days_of_others_are_not_touched_when_a_zone_changes(db, merchant_id) -> None:
    other = a_merchant(db)
    an_order().with_(age=timedelta(days=3)).taken_in(db, other)
    before = days_of(db, other)

    merchants.change(db, merchant_id, merchants.MerchantChanges(time_zone="Asia/Tokyo"))

    assert days_of(db, other) == before

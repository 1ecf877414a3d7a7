"""Orders completed at once become what each would have become by itself, in as many statements as one."""

from pathlib import Path

import pytest
from sqlalchemy import select

from shared.actions import completion_sets, intake
from shared.domain.actors import SYSTEM
from shared.domain.ids import MerchantId
from shared.queries.invariants import violations_of
from shared.storage.engine import Database
from shared.storage.records import (
    LineItemRecord,
    MessageRecord,
    OrderPartRecord,
    OrderRecord,
    OrderTermRecord,
    PaymentRecord,
    ShipmentUnitsRecord,
    TimelineRecord,
)
from tests.builders import a_merchant
from tests.unit.house.test_statement_counts import counted
from tests.unit.stores.making import (
    all_orders_row,
    all_orders_text,
    amazon_row,
    amazon_text,
    readings,
    unshipped_row,
    unshipped_text,
)

NUMBERS = [f"206-000000{digit}-000000{digit}" for digit in range(1, 6)]
RECORDS = (
    OrderRecord,
    LineItemRecord,
    PaymentRecord,
    ShipmentUnitsRecord,
    TimelineRecord,
    OrderTermRecord,
    OrderPartRecord,
    MessageRecord,
)
# What is drawn or taken from the clock, or stands for one of these.
OWN = {
    *("id", "merchant_id", "order_id", "request_id", "line_item_id", "shipment_id"),
    *(
        "hash",
        "timeline_head",
        "at",
        "taken_in_at",
        "closed_at",
        "received_at",
        "created_at",
        "intake_digest",
    ),
}
OWN_DETAILS = {"shipment", "comments", "hash"}

UNSHIPPED = unshipped_text(*(unshipped_row(number, buyer_email="") for number in NUMBERS))
PARTLY = unshipped_text(
    unshipped_row(NUMBERS[0], quantity_shipped="1", quantity_to_ship="1"),
    unshipped_row(NUMBERS[1]),
    unshipped_row(
        NUMBERS[2],
        is_buyer_requested_cancellation="TRUE",
        buyer_requested_cancel_reason="Found cheaper somewhere else.",
    ),
)
NEW = amazon_text(
    amazon_row(NUMBERS[0]),
    amazon_row(NUMBERS[1], item_price="12.00", buyer_name="Grace Hopper"),
    amazon_row(NUMBERS[2]),
    amazon_row(NUMBERS[2], item="10000000000002", sku="CUP-1"),
    amazon_row(NUMBERS[3]),
)
PENDING = all_orders_text(
    *(all_orders_row(number, order_status="Pending", item_status="Pending") for number in NUMBERS)
)
PAID = all_orders_text(*(all_orders_row(number) for number in NUMBERS))
LEFT = all_orders_text(
    all_orders_row(NUMBERS[0], order_status="Shipped", item_status="Shipped"),
    all_orders_row(NUMBERS[1], order_status="Shipped", item_status="Shipped"),
    all_orders_row(NUMBERS[2], order_status="Canceled", item_status="Canceled"),
    all_orders_row(NUMBERS[3], item_price="1.00"),
    all_orders_row(NUMBERS[4], quantity="3"),
)


def read(db: Database, merchant_id: MerchantId, folder: Path, texts: tuple[str, ...]) -> list[list[object]]:
    verdicts = []
    for text in texts:
        orders = readings(folder, text)
        taken = intake.take_in(db, merchant_id, orders, actor=SYSTEM, mail_all=True)  # type: ignore[arg-type]
        verdicts.append([(one.number, one.outcome, one.contradictions, one.refused_wish) for one in taken])
        assert violations_of(db, merchant_id) == []
    return verdicts


def rows(db: Database, merchant_id: MerchantId) -> list[list[tuple[object, ...]]]:
    """Give every row of a merchant, in columns that do not differ from one shop to another."""
    with db.begin(merchant_id) as tx:
        numbers = dict(tx.session.execute(select(OrderRecord.id, OrderRecord.number)).all())
        found = []
        for record in RECORDS:
            names = [column.name for column in record.__table__.columns if column.name not in OWN]
            of_record = [
                (numbers.get(getattr(row, "order_id", None)), *(_plain(getattr(row, name)) for name in names))
                for row in tx.session.scalars(select(record))
            ]
            found.append(sorted(of_record, key=repr))
    return found


def _plain(value: object) -> object:
    if not isinstance(value, dict):
        return value
    return {name: told for name, told in value.items() if name not in OWN_DETAILS}


@pytest.mark.parametrize(
    "texts",
    [
        (UNSHIPPED, NEW, LEFT, LEFT),
        (PENDING, PAID, NEW, UNSHIPPED),
        (NEW, PAID, PARTLY, LEFT),
        (PARTLY, NEW, PARTLY),
        (UNSHIPPED, PENDING, PARTLY, PAID, NEW),
        (PAID, LEFT, NEW),
    ],
)
def test_orders_completed_at_once_become_what_each_becomes_by_itself(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, texts: tuple[str, ...]
) -> None:
    together, alone = a_merchant(db), a_merchant(db)

    verdicts = read(db, together, tmp_path, texts)
    monkeypatch.setattr(completion_sets, "_judge", lambda *_given: None)

    assert verdicts == read(db, alone, tmp_path, texts)
    for found, expected in zip(rows(db, together), rows(db, alone), strict=True):
        assert found == expected


@pytest.mark.parametrize("text", [NEW, PAID, LEFT, UNSHIPPED])
def test_five_orders_are_completed_in_as_many_statements_as_one(
    db: Database, tmp_path: Path, text: str
) -> None:
    sent = []
    for orders in (1, 4):
        merchant_id = a_merchant(db)
        read(db, merchant_id, tmp_path, (PENDING,))
        later = [order for order in readings(tmp_path, text) if order.number != NUMBERS[2]][:orders]
        with counted(db) as statements:
            intake.take_in(db, merchant_id, later, actor=SYSTEM)  # type: ignore[arg-type]
        sent.append(len(statements))

    assert sent[0] == sent[1]


def test_a_report_that_is_read_again_writes_nothing(db: Database, tmp_path: Path) -> None:
    merchant_id = a_merchant(db)
    read(db, merchant_id, tmp_path, (UNSHIPPED, NEW))

    with counted(db) as statements:
        read(db, merchant_id, tmp_path, (UNSHIPPED,))

    assert not [one for one in statements if one.lstrip().startswith(("INSERT", "UPDATE", "WITH", "DELETE"))]

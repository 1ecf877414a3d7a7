"""Feeds that give part of a price back, beside what is canceled; and dry runs, which come to the same."""

from pathlib import Path

from shared.domain.ids import MerchantId
from shared.queries import feeds
from shared.queries.invariants import violations_of
from shared.storage.engine import Database
from shared.storage.records import AdjustmentRecord, RequestRecord
from tests.builders import an_order, ship
from tests.unit.feeds.carrying import LAMP, MUG, carry_out, count, number, orders, report_of, report_text
from tests.unit.feeds.making import Report, adjust, adjust_row, adjusted, cancel, envelope, price


def test_an_adjustment_gives_back_of_what_has_shipped(db, merchant_id, tmp_path: Path) -> None:
    orders(db, merchant_id, 1, 2, 3, 4, shipped=True)
    orders(db, merchant_id, 5)
    row = {"order_item_id": LAMP, "quantity_cancelled": "", "adjustment_reason_code": "GeneralAdjustment"}
    content = adjust(
        adjust_row(order_id=number(1), currency="USD", item_price_adj="10.00", **row),
        adjust_row(order_id=number(2), currency="USD", item_price_adj="50.01", **row),
        adjust_row(order_id=number(3), currency="EUR", item_price_adj="10.00", **row),
        adjust_row(order_id=number(5), currency="USD", item_price_adj="1.00", **row),
        adjust_row(order_id=number(5), order_item_id=LAMP, quantity_cancelled="3"),
        adjust_row(order_id=number(5), order_item_id=MUG, quantity_cancelled="1"),
    )

    run_id = carry_out(db, merchant_id, tmp_path, content)

    assert report_of(db, merchant_id, run_id) == Report(6, 2, (
        ("3", 90053, "Error"), ("4", 90054, "Error"), ("5", 90053, "Error"), ("6", 18021, "Error"),
        ("7", 90113, "Warning"),
    ))  # fmt: skip
    told = report_text(db, merchant_id, run_id).decode()
    assert "50.00 USD at most" in told
    assert "3 units are more than can be canceled: at most 2." in told
    assert "The amounts (10.00 EUR) do not fit the order's currency, USD." in told
    assert feeds.find(db, merchant_id, run_id).refunded == {"USD": 1_800}
    assert count(db, merchant_id, AdjustmentRecord) == 1
    assert violations_of(db, merchant_id) == []


def test_an_amount_without_a_currency_is_in_the_orders(db, merchant_id, tmp_path: Path) -> None:
    orders(db, merchant_id, 1, shipped=True)
    content = envelope(
        "OrderAdjustment",
        adjusted(1, order=number(1), item=LAMP, reason="GeneralAdjustment", rest=price("7.50", currency="")),
        adjusted(2, order=number(1), item=MUG, reason="GeneralAdjustment", rest=price("0.001", currency="")),
    )

    run_id = carry_out(db, merchant_id, tmp_path, content)

    assert report_of(db, merchant_id, run_id) == Report(2, 1, (("2", 90054, "Error"),))
    assert feeds.find(db, merchant_id, run_id).refunded == {"USD": 750}


def mixed(db: Database, merchant_id: MerchantId) -> str:
    """Write messages that cancel an open lamp and give back of a shipped mug, the second one too much."""
    made = orders(db, merchant_id, 1, 2)
    for order_id in made:
        ship(db, merchant_id, order_id, 1, 1)
    item = (
        f"<AdjustedItem><AmazonOrderItemCode>{MUG}</AmazonOrderItemCode>"
        "<AdjustmentReason>GeneralAdjustment</AdjustmentReason>{}</AdjustedItem></OrderAdjustment>"
    )
    return envelope("OrderAdjustment", *(
        adjusted(n, order=number(n), item=LAMP).replace("</OrderAdjustment>", item.format(price(amount)))
        for n, amount in ((1, "2.00"), (2, "9.00"))
    ))  # fmt: skip


def test_a_message_that_cancels_and_gives_back_stands_or_falls_as_a_whole(db, merchant_id, tmp_path) -> None:
    run_id = carry_out(db, merchant_id, tmp_path, mixed(db, merchant_id))

    assert report_of(db, merchant_id, run_id) == Report(2, 1, (("2", 90053, "Error"),))
    assert feeds.find(db, merchant_id, run_id).refunded == {"USD": 2_700}
    assert violations_of(db, merchant_id) == []


def test_a_dry_run_changes_nothing_and_its_totals_are_the_real_runs(db, merchant_id, tmp_path: Path) -> None:
    content = mixed(db, merchant_id)
    dry = carry_out(db, merchant_id, tmp_path, content, dry_run=True)
    assert (count(db, merchant_id, RequestRecord), count(db, merchant_id, AdjustmentRecord)) == (0, 0)

    real = carry_out(db, merchant_id, tmp_path, content)

    assert report_text(db, merchant_id, dry).replace(str(dry).encode(), b"") == (
        report_text(db, merchant_id, real).replace(str(real).encode(), b"")
    )
    tried, done = feeds.find(db, merchant_id, dry), feeds.find(db, merchant_id, real)
    assert (tried.refunded, tried.units, tried.errors) == (done.refunded, done.units, done.errors)
    assert (tried.dry_run, done.dry_run) == (True, False)


def test_two_reasons_within_an_order_come_to_the_same_in_a_dry_run(db, merchant_id, tmp_path: Path) -> None:
    order = (
        an_order().with_(number=number(1), shipping_minor=499).with_item("Lamp", 2, 5000, external_id=LAMP)
    )
    order.with_item("Mug", 1, 800, external_id=MUG).taken_in(db, merchant_id)
    content = cancel((number(1), "NoInventory", LAMP), (number(1), "PricingError", MUG))

    dry = carry_out(db, merchant_id, tmp_path, content, dry_run=True)
    real = carry_out(db, merchant_id, tmp_path, content)

    tried, done = feeds.find(db, merchant_id, dry), feeds.find(db, merchant_id, real)
    assert tried.refunded == done.refunded == {"USD": 6_299}
    assert count(db, merchant_id, RequestRecord) == 2

"""What the Cancel order window and the order's page remind of."""

from __future__ import annotations

from datetime import timedelta

from shared.storage.records import StockRecord
from tests.builders import an_order
from tests.unit.console.browsing import Browser, Shop, order_path, words_of

OLD = "This order is older than 24 hours"


def test_an_old_order_says_that_less_may_be_possible(owner: Browser, shop: Shop) -> None:
    old = an_order().with_(age=timedelta(hours=25)).taken_in(shop.db, shop.merchant_id)
    new = an_order().with_(age=timedelta(hours=23)).taken_in(shop.db, shop.merchant_id)

    for more in ("", "/cancel"):
        assert OLD in words_of(owner.page(order_path(old, more)).main)
        assert OLD not in words_of(owner.page(order_path(new, more)).main)


def test_no_inventory_reminds_of_the_stock_that_is_counted(owner: Browser, shop: Shop) -> None:
    order = an_order().with_item(sku="KTL").with_item("Lamp", sku="LMP").with_item("Cup", sku="CUP")
    order_id = order.taken_in(shop.db, shop.merchant_id)
    with shop.db.begin(shop.merchant_id) as tx:
        for sku, count in (("KTL", 3), ("LMP", 0)):
            tx.session.add(StockRecord(merchant_id=shop.merchant_id, sku=sku, opening=count, on_hand=count))
    page = owner.page(order_path(order_id, "/cancel"))

    assert words_of(page.select_one("#reason-hint")) == (
        "Only your team sees this. With “No inventory”, also set the stock of KTL (3 on hand), CUP to 0,"
        " or it is sold again."
    )


def test_where_the_counts_say_so_already_nothing_is_said(owner: Browser, shop: Shop) -> None:
    order_id = an_order().with_item(sku="KTL").taken_in(shop.db, shop.merchant_id)
    with shop.db.begin(shop.merchant_id) as tx:
        tx.session.add(StockRecord(merchant_id=shop.merchant_id, sku="KTL", opening=0, on_hand=0))

    page = owner.page(order_path(order_id, "/cancel"))
    assert words_of(page.select_one("#reason-hint")) == "Only your team sees this."

"""A batch's page: the preview with its warnings, the confirmation, how far it is, what it came to."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from uuid import UUID

import pytest
from werkzeug.test import TestResponse

from console import batch_forms
from shared.actions import bulk_runs
from shared.actions.bulk_runs import NewRun
from shared.domain.bulk import RunKind
from shared.domain.ids import new_id
from shared.domain.permissions import Role
from shared.domain.reasons import Reason
from shared.queries import bulk
from shared.queries.invariants import violations_of
from tests.builders import USER, an_order, ship
from tests.unit.console.browsing import Browser, Shop, buttons_named, links_named, read, words_of


def previewed(shop: Shop, *numbers: str, price: int = 6400) -> UUID:
    """Choose orders of these numbers, and work the preview out."""
    ids = [
        an_order().with_item(price=price).with_(number=number).taken_in(shop.db, shop.merchant_id)
        for number in numbers
    ]
    new = NewRun(RunKind.SELECTION, "orders", reason=Reason.NO_INVENTORY)
    run_id = bulk_runs.begin_selection(shop.db, shop.merchant_id, new, ids, USER).run_id
    bulk_runs.take_turn(shop.db, shop.merchant_id, run_id)
    return run_id


def confirm_batch(browser: Browser, run_id: UUID, *, pace: str = "at_once", number: str = "") -> TestResponse:
    return browser.send(f"/console/batches/{run_id}/confirm", pace=pace, number=number)


def stop_batch(browser: Browser, run_id: UUID) -> TestResponse:
    return browser.send(f"/console/batches/{run_id}/stop")


def batch_results(browser: Browser, run_id: UUID) -> list[list[str]]:
    (link,) = links_named(browser.page(f"/console/batches/{run_id}"), "Download results")
    return list(csv.reader(io.StringIO(browser.get(link["href"]).get_data(as_text=True))))


def finish(shop: Shop, run_id: UUID) -> None:
    bulk_runs.take_turn(shop.db, shop.merchant_id, run_id)


def test_a_confirmed_batch_is_carried_out_and_its_results_can_be_taken_away(
    owner: Browser, shop: Shop
) -> None:
    run_id = previewed(shop, "A-1", "=A-2")
    path = f"/console/batches/{run_id}"
    assert "To be refunded $128.00 2 orders" in words_of(owner.page(path).main)

    role, words = owner.told(confirm_batch(owner, run_id))
    assert (role, words.split(".")[0]) == ("status", "Cancellation confirmed")
    moving = owner.page(path)
    assert moving.select_one("[data-poll] progress")["value"] == "0"
    finish(shop, run_id)
    page = owner.page(path)

    assert "Canceled 2 orders, 2 units" in words_of(page.main)
    results = batch_results(owner, run_id)
    assert [line[:2] for line in results[1:]] == [["'=A-2", "done"], ["A-1", "done"]]
    assert [line[5:] for line in results] == [["refund-minor", "currency"], ["6400", "USD"], ["6400", "USD"]]
    assert violations_of(shop.db, shop.merchant_id) == []


def test_above_the_limit_the_number_of_orders_is_typed(owner: Browser, shop: Shop, monkeypatch) -> None:
    monkeypatch.setattr(batch_forms, "CONFIRM_ABOVE", 1)
    run_id = previewed(shop, "A-1", "A-2")

    refused = confirm_batch(owner, run_id, number="3")
    assert refused.status_code == 422
    assert "Type 2, the number of orders, to confirm." in words_of(read(refused).main)
    assert owner.told(confirm_batch(owner, run_id, number="2"))[0] == "status"


def test_a_batch_that_would_pass_the_limit_warns_and_offers_to_be_spread(owner: Browser, shop: Shop) -> None:
    run_id = previewed(shop, *(f"A-{number}" for number in range(12)))
    path = f"/console/batches/{run_id}"

    page = words_of(owner.page(path).main)
    assert "Your 7-day rate would go from 0.0% to 100.0%, above the limit of 2.5%." in page
    assert "Cancellation rate 7 days: 0.0% now, 100.0% after" in page
    assert "Spread them over 2 days" in page
    confirm_batch(owner, run_id, pace="spread")
    finish(shop, run_id)

    waiting = owner.page(path)
    assert "6 of 12 orders, 6 a day Today’s part is done. It goes on by itself on" in words_of(waiting.main)
    assert waiting.select("[data-poll]") == []
    assert buttons_named(waiting, "Stop")


def test_a_rate_that_stays_above_the_limit_is_not_said_to_go_anywhere(owner: Browser, shop: Shop) -> None:
    finish(shop, run_id := previewed(shop, "A-1"))
    confirm_batch(owner, run_id)
    finish(shop, run_id)
    old = an_order().with_(number="old", age=timedelta(days=20)).taken_in(shop.db, shop.merchant_id)
    new = NewRun(RunKind.SELECTION, "orders", reason=Reason.NO_INVENTORY)
    later = bulk_runs.begin_selection(shop.db, shop.merchant_id, new, [old], USER).run_id
    finish(shop, later)

    page = words_of(owner.page(f"/console/batches/{later}").main)
    assert "Your 7-day rate stays at 100.0%, above the limit of 2.5%." in page


def test_a_second_confirmation_changes_nothing_and_says_so(owner: Browser, shop: Shop) -> None:
    run_id = previewed(shop, "A-1")
    confirm_batch(owner, run_id)
    finish(shop, run_id)

    assert owner.told(confirm_batch(owner, run_id))[0] == "alert"


def test_keeping_the_orders_ends_the_preview(owner: Browser, shop: Shop) -> None:
    run_id = previewed(shop, "A-1")
    path = f"/console/batches/{run_id}"
    assert buttons_named(owner.page(path), "Keep orders")

    assert owner.told(stop_batch(owner, run_id))[0] == "status"

    page = words_of(owner.page(path).main)
    assert "The orders were kept. Nothing was canceled." in page
    assert "$64.00" not in page
    assert "Confirm cancellation" not in page


def test_a_batch_stopped_on_its_way_says_how_many_orders_are_left(
    owner: Browser, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = previewed(shop, "A-1", "A-2", "A-3")
    monkeypatch.setattr(bulk_runs, "BATCH", 1)
    confirm_batch(owner, run_id)
    bulk_runs.advance(shop.db, shop.merchant_id, run_id)
    stop_batch(owner, run_id)
    bulk_runs.advance(shop.db, shop.merchant_id, run_id)

    page = words_of(owner.page(f"/console/batches/{run_id}").main)
    assert "It was stopped by a person." in page
    assert "Canceled 1 order" in page
    assert "2 not dealt with" in page


def test_a_preview_without_anything_to_cancel_offers_no_confirmation(owner: Browser, shop: Shop) -> None:
    order_id = an_order().with_(number="A-1").taken_in(shop.db, shop.merchant_id)
    ship(shop.db, shop.merchant_id, order_id)
    new = NewRun(RunKind.SELECTION, "orders", reason=Reason.NO_INVENTORY)
    run_id = bulk_runs.begin_selection(shop.db, shop.merchant_id, new, [order_id], USER).run_id
    bulk_runs.take_turn(shop.db, shop.merchant_id, run_id)

    page = owner.page(f"/console/batches/{run_id}")

    assert not buttons_named(page, "Confirm cancellation")
    assert "Offer a return, or refund part of the price." in words_of(page.main)


@pytest.mark.parametrize("role", [Role.VIEWER])
def test_who_may_not_cancel_sees_neither_ticks_nor_batches(visitor: Browser, open_shop, role: Role) -> None:
    shop = open_shop(role=role)
    run_id = previewed(shop, "A-1")
    visitor.sign_in(shop.email)

    assert visitor.page("/console/orders").select("table input[type=checkbox]") == []
    assert visitor.get(f"/console/batches/{run_id}").status_code == 403


def test_a_batch_of_nobody_is_not_found(owner: Browser) -> None:
    assert owner.get(f"/console/batches/{new_id()}").status_code == 404


def test_a_file_is_no_batch_and_a_batch_no_file(owner: Browser, shop: Shop) -> None:
    batch_id = previewed(shop, "A-1")
    new = NewRun(RunKind.FEED, "cancel.txt", feed_type="order_cancellation")
    feed_id = bulk_runs.begin(shop.db, shop.merchant_id, new, USER).run_id

    for path in ("", "/results"):
        assert owner.get(f"/console/batches/{feed_id}{path}").status_code == 404
    for path in ("/confirm", "/stop"):
        assert owner.send(f"/console/batches/{feed_id}{path}").status_code == 404
    for path in ("", "/report"):
        assert owner.get(f"/console/bulk/{batch_id}{path}").status_code == 404
    for path in ("/stop", "/carry-out"):
        assert owner.send(f"/console/bulk/{batch_id}{path}").status_code == 404
    assert bulk.batch(shop.db, shop.merchant_id, batch_id).awaits_confirmation

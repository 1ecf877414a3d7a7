"""A feed's page: how far it is, what it came to, its results, its report; a dry run that is carried out."""

from __future__ import annotations

from lxml import etree
from werkzeug.test import TestResponse

from console import bulk
from shared.actions import bulk_runs, feed_runs
from shared.domain.bulk import RunState
from shared.domain.ids import new_id
from shared.domain.permissions import Role
from shared.feeds import running
from shared.feeds.processing_report import ReportStatus
from shared.queries import feed_uploads
from shared.queries.invariants import violations_of
from tests.unit.console.browsing import Browser, Shop, buttons_named, links_named, message, words_of
from tests.unit.console.uploading import upload_feed
from tests.unit.feeds.carrying import LAMP, number, orders, statuses
from tests.unit.feeds.making import cancel

OPEN, CANCELED = "Unshipped", "Canceled"


def three(*, reason: str = "NoInventory") -> str:
    """Write a file: one order as a whole, one item of another, and an order that there is not."""
    return cancel((number(1), "", ""), (number(2), reason, LAMP), (number(3), "NoInventory", LAMP))


def dealt_with(browser: Browser, shop: Shop, content: str, **fields: str) -> str:
    """Upload a file, let it be carried out, and give the address of its page."""
    address = upload_feed(browser, content, **fields).location
    deal_with(shop, address)
    return address


def deal_with(shop: Shop, address: str) -> None:
    running.take_turn(shop.db, shop.merchant_id, address.rpartition("/")[2])


def carry_out_upload(browser: Browser, address: str) -> TestResponse:
    return browser.send(f"{address}/carry-out")


def stop_upload(browser: Browser, address: str) -> TestResponse:
    return browser.send(f"{address}/stop")


def upload_report(browser: Browser, address: str) -> TestResponse:
    (link,) = links_named(browser.page(address), "Download processing report")
    return browser.get(str(link["href"]), buffered=True)


def counts(page) -> dict[str, str]:
    return {words_of(row.dt): words_of(row.dd) for row in page.select("dl.counts > div")}


def results(page) -> list[list[str]]:
    rows = page.find("table", attrs={"aria-label": "Results"}).tbody.find_all("tr")
    return [[words_of(cell) for cell in row.find_all(["th", "td"])] for row in rows]


def test_a_feed_is_followed_and_its_results_are_read(owner: Browser, shop: Shop) -> None:
    orders(shop.db, shop.merchant_id, 1, 2)
    address = upload_feed(owner, three()).location
    moving = owner.page(address)
    assert moving.select_one("[data-poll] progress")["max"] == "100"
    assert message(moving) == ("status", "You can leave this page; it goes on.")

    deal_with(shop, address)
    page = owner.page(address)

    assert not page.select("[data-poll]")
    assert counts(page) == {
        "Lines read": "3",
        "Successful": "2",
        "Of these with warnings": "0",
        "With errors": "1",
    }
    assert "Canceled 2 orders, 5 units" in words_of(page.main)
    assert "Your 7-day cancellation rate is now 100.0%." in words_of(page.main)
    first, whole, item = results(page)
    assert first[:3] == ["5", number(3), LAMP]
    assert first[3].startswith(f"Refused Order “{number(3)}” was not found.")
    assert whole[1:4] == [number(1), "–", "Canceled, 3 units, $58.00"]
    assert item[1:4] == [number(2), LAMP, "Canceled, 2 units, $50.00"]
    assert violations_of(shop.db, shop.merchant_id) == []


def test_a_dry_run_changes_nothing_says_so_and_is_carried_out_with_a_press(
    owner: Browser, shop: Shop
) -> None:
    orders(shop.db, shop.merchant_id, 1, 2)
    dry = dealt_with(owner, shop, three(), dry_run="y")
    page = owner.page(dry)
    said = words_of(page.main)
    assert "Dry run: nothing is changed." in said
    assert "Will be canceled 2 orders, 5 units" in said
    assert "Cancellation rate 7 days: 0.0% now, 100.0% after" in said
    assert results(page)[1][3] == "Would be canceled, 3 units, $58.00"
    assert CANCELED not in statuses(shop.db, shop.merchant_id)

    sent = carry_out_upload(owner, dry)
    assert sent.location != dry
    deal_with(shop, sent.location)

    real = owner.page(sent.location)
    assert counts(real) == counts(page)
    assert "Canceled 2 orders, 5 units" in words_of(real.main)
    assert not buttons_named(owner.page(dry), "Carry it out")
    assert links_named(owner.page(dry), "See what came of it")[0]["href"] == sent.location
    assert carry_out_upload(owner, dry).location == sent.location
    assert message(owner.page(sent.location))[0] == "status"
    assert upload_feed(owner, three()).location == sent.location
    assert violations_of(shop.db, shop.merchant_id) == []


def test_a_dry_run_whose_file_is_gone_asks_for_it_again(owner: Browser, shop: Shop, monkeypatch) -> None:
    monkeypatch.setattr(feed_runs, "KEPT_DRY_RUNS", 1)
    orders(shop.db, shop.merchant_id, 1, 2)
    dry = dealt_with(owner, shop, three(), dry_run="y")
    assert buttons_named(owner.page(dry), "Carry it out")
    dealt_with(owner, shop, three(reason="BuyerCanceled"), dry_run="y")

    assert not buttons_named(owner.page(dry), "Carry it out")
    role, words = owner.told(carry_out_upload(owner, dry))
    assert (role, words) == (
        "alert",
        "Nothing was changed. This file is no longer kept. Upload it again without a dry run.",
    )


def test_what_is_no_dry_run_cannot_be_carried_out(owner: Browser, shop: Shop) -> None:
    address = dealt_with(owner, shop, three())

    assert owner.told(carry_out_upload(owner, address))[0] == "alert"
    assert carry_out_upload(owner, f"/console/bulk/{new_id()}").status_code == 404


def test_a_refused_document_says_where_and_how_to_mend(owner: Browser, shop: Shop) -> None:
    address = dealt_with(owner, shop, '<?xml version="1.0"?>\n<AmazonEnvelope>\n  <Header></Heading>\n')
    page = owner.page(address)

    assert message(page)[0] == "alert"
    ((line, order, _item, what, mend),) = results(page)
    assert (line, order) == ("–", "Whole file")
    assert "3" in what
    assert mend
    report = upload_report(owner, address)
    assert etree.fromstring(report.data).findtext(".//StatusCode") == ReportStatus.REJECTED


def test_upload_report_has_the_format_of_the_file(owner: Browser, shop: Shop) -> None:
    address = dealt_with(owner, shop, three())

    report = upload_report(owner, address)

    assert report.mimetype == "text/tab-separated-values"
    assert report.headers["Content-Disposition"].startswith("attachment; filename=processing-report-")
    assert number(3) in report.get_data(as_text=True)


def test_more_problems_than_are_shown_are_in_the_report(owner: Browser, shop: Shop, monkeypatch) -> None:
    monkeypatch.setattr(bulk, "SHOWN", 2)
    address = dealt_with(owner, shop, cancel(*((number(n), "NoInventory", LAMP) for n in range(3))))
    page = owner.page(address)

    assert len(results(page)) == 2
    assert "These are the first 2; the processing report has them all." in words_of(page.main)


def test_a_stopped_feed_says_what_was_not_dealt_with(owner: Browser, shop: Shop) -> None:
    orders(shop.db, shop.merchant_id, 1, 2)
    address = upload_feed(owner, three()).location
    assert owner.told(stop_upload(owner, address))[0] == "status"
    deal_with(shop, address)
    page = owner.page(address)

    assert "It was stopped by a person." in words_of(page.main)
    assert counts(page)["Not dealt with"] == "2"
    assert CANCELED not in statuses(shop.db, shop.merchant_id)


def test_a_feed_on_its_way_tells_orders_dealt_with(owner: Browser, shop: Shop, monkeypatch) -> None:
    orders(shop.db, shop.merchant_id, 1, 2)
    address = upload_feed(owner, three()).location
    monkeypatch.setattr(bulk_runs, "take_turn", lambda *_rest, **_more: None)
    deal_with(shop, address)

    page = owner.page(address)

    assert "0 of 2 orders" in words_of(page.main)
    assert "a second" not in words_of(page.main)
    assert page.select_one("progress")["value"] == "0"
    run = feed_uploads.feed_upload(shop.db, shop.merchant_id, address.rpartition("/")[2]).run
    assert run.state is RunState.RUNNING


def test_who_may_not_import_neither_stops_nor_carries_out(visitor: Browser, open_shop) -> None:
    shop = open_shop(role=Role.AGENT)
    visitor.sign_in(shop.email)

    assert stop_upload(visitor, f"/console/bulk/{new_id()}").status_code == 403
    assert carry_out_upload(visitor, f"/console/bulk/{new_id()}").status_code == 403


def test_bulk_upload_of_another_merchant_is_not_found(owner: Browser, app, open_shop) -> None:
    other = open_shop()
    stranger = app.test_client()
    stranger.sign_in(other.email)
    address = upload_feed(stranger, three()).location

    assert owner.get(address).status_code == 404
    assert owner.get(f"{address}/report").status_code == 404
    assert stop_upload(owner, address).status_code == 404
    assert carry_out_upload(owner, address).status_code == 404

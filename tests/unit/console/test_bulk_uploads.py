"""Bulk uploads: a feed is handed in, the earlier ones are listed, templates are taken away."""

from __future__ import annotations

import io
import zipfile

import pytest
from flask import Flask
from lxml import etree

from shared.domain.permissions import Role
from shared.feeds import submitting
from shared.feeds.kinds import FeedType
from shared.feeds.templates import schema_of
from shared.queries import feed_uploads, open_lines
from shared.tables import sniffing
from shared.web import security
from tests.builders import an_order, ship
from tests.unit.console.browsing import Browser, Shop, links_named, message, read, words_of
from tests.unit.console.uploading import PAGE, upload_feed
from tests.unit.feeds.making import ITEM, ORDER, cancel

A_FILE = cancel((ORDER, "NoInventory", ITEM))


def test_the_page_is_in_the_navigation_and_leads_to_the_import_of_orders(owner: Browser) -> None:
    page = owner.page("/console/orders")
    (link,) = links_named(page.find("nav"), "Bulk uploads")

    uploads = owner.page(str(link["href"]))

    assert words_of(uploads.h1) == "Bulk uploads"
    assert [words_of(tag) for tag in uploads.select("form.upload label")] == ["File", "File type", "Dry run"]
    assert words_of(uploads.select_one("select option")) == "Detect"
    assert not uploads.select_one("input[type=checkbox]").has_attr("checked")
    assert links_named(uploads.main, "Import orders")


def test_upload_feed_keeps_the_file_and_leads_to_its_page(owner: Browser, shop: Shop) -> None:
    sent = upload_feed(owner, A_FILE, name="recall.txt")

    assert sent.status_code == 303
    assert words_of(owner.page(sent.location).h1) == "recall.txt"
    (line,) = feed_uploads.feed_list(shop.db, shop.merchant_id).rows
    assert words_of(owner.page(PAGE).table.tbody.tr).startswith("recall.txt")
    assert (line.title, line.dry_run) == ("recall.txt", False)


def test_the_same_file_again_leads_to_the_first_report_and_says_so(owner: Browser) -> None:
    first = upload_feed(owner, A_FILE)

    again = upload_feed(owner, A_FILE, name="a-copy.txt")

    assert again.location == first.location
    assert message(owner.page(again.location)) == (
        "status",
        "This very file was uploaded before. Nothing has changed; here is what came of it then.",
    )


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        ("", "", "Choose a file."),
        ("", "empty.txt", "Choose a file that is not empty and has at most 100 MB."),
    ],
)
def test_what_is_no_file_is_refused_at_its_field(owner: Browser, content: str, name: str, words: str) -> None:
    sent = upload_feed(owner, content, name=name)

    assert sent.status_code == 422
    assert words in words_of(read(sent).select_one("[role=alert]"))


def test_a_type_that_there_is_not_is_refused(owner: Browser) -> None:
    assert upload_feed(owner, A_FILE, file_type="order_song").status_code == 422


def test_more_files_than_an_hour_takes_are_refused_in_words(owner: Browser, monkeypatch) -> None:
    monkeypatch.setitem(submitting.submit.__kwdefaults__, "most_an_hour", 1)
    upload_feed(owner, A_FILE)

    refused = upload_feed(owner, cancel((ORDER, "BuyerCanceled", ITEM)))

    assert refused.status_code == 429
    assert "Try again later." in words_of(read(refused).select_one("[role=alert]"))


def test_a_body_that_is_larger_than_a_file_may_be_is_answered_in_words(
    app: Flask, owner: Browser, monkeypatch
) -> None:
    monkeypatch.setattr(app.view_functions["console.upload_feed"], security.MOST_BYTES, 1_000)
    monkeypatch.setattr(security, "FORM_LIMIT", 1_000)

    refused = upload_feed(owner, "x" * 5_000)

    assert refused.status_code == 413
    assert words_of(read(refused).h1) == "That is too large"


def test_a_file_larger_than_other_forms_may_be_is_taken(owner: Browser) -> None:
    assert upload_feed(owner, A_FILE + "\n" * (security.FORM_LIMIT + 1)).status_code == 303


@pytest.mark.parametrize("role", [Role.AGENT, Role.VIEWER])
def test_who_may_not_import_sees_no_form(visitor: Browser, open_shop, role: Role) -> None:
    shop = open_shop(role=role)
    visitor.sign_in(shop.email)

    assert visitor.page(PAGE).select("form.upload") == []
    assert upload_feed(visitor, A_FILE).status_code == 403


def test_earlier_uploads_are_turned_over_page_by_page(owner: Browser, monkeypatch) -> None:
    monkeypatch.setattr(feed_uploads._page, "__kwdefaults__", {"most": 2})
    for number in range(5):
        upload_feed(owner, cancel((f"NL-{number}", "NoInventory", ITEM)), name=f"{number}.txt")
    seen = []
    page = owner.page(PAGE)
    for _ in range(2):
        seen.append(names(page))
        page = owner.page(links_named(page, "Next")[0]["href"])
    seen.append(names(page))

    assert seen == [["4.txt", "3.txt"], ["2.txt", "1.txt"], ["0.txt"]]
    assert not links_named(page, "Next")
    back = owner.page(links_named(page, "Previous")[0]["href"])
    assert names(back) == ["2.txt", "1.txt"]
    assert names(owner.page(f"{PAGE}?after=nonsense")) == ["4.txt", "3.txt"]


def names(page) -> list[str]:
    return [words_of(row.th) for row in page.table.tbody.find_all("tr")]


def test_bulk_template_is_filled_with_what_is_open(owner: Browser, shop: Shop, monkeypatch) -> None:
    monkeypatch.setattr(open_lines, "_ORDERS_AT_ONCE", 1)
    made = an_order().with_(number="NL-1").with_item("Lamp", 2, 5000, external_id="L-1", sku="LMP")
    made.with_item("Mug", 1, 800, sku="MUG").taken_in(shop.db, shop.merchant_id)
    twins = an_order().with_(number="NL-2").with_item(sku="KTL").with_item(sku="KTL")
    twins.taken_in(shop.db, shop.merchant_id)
    gone = an_order().with_(number="NL-3").with_item(sku="KTL").taken_in(shop.db, shop.merchant_id)
    ship(shop.db, shop.merchant_id, gone)
    an_order().with_(number="NL-4").with_item(sku="KTL").taken_in(shop.db, shop.merchant_id)

    filled = owner.get("/console/bulk/template?type=order_cancellation&with=open", buffered=True)

    assert filled.headers["Content-Disposition"] == "attachment; filename=order-cancellation.txt"
    rows = [line.split("\t") for line in filled.get_data(as_text=True).splitlines()[2:]]
    # Lines that cannot be told apart in a file are left out.
    assert rows == [["NL-1", "", "L-1"], ["NL-1", "", "MUG"], ["NL-4", "", "KTL"]]


def test_empty_templates_and_schemas_can_be_taken_away(owner: Browser) -> None:
    page = owner.page(PAGE)
    sheet = owner.get(links_named(page, "Excel")[0]["href"], buffered=True)
    assert zipfile.is_zipfile(io.BytesIO(sheet.data))
    feed = owner.get(links_named(page, "XML")[0]["href"], buffered=True)
    schema = owner.get(links_named(page, "XSD")[0]["href"], buffered=True)

    assert etree.XMLSchema(etree.fromstring(schema.data)).validate(etree.fromstring(feed.data))
    assert schema.data == schema_of(FeedType.ORDER_ACKNOWLEDGEMENT).read_bytes()
    assert links_named(page, "Schema of the processing report")


@pytest.mark.parametrize(
    "address", ["template", "template?type=x", "schema", "schema?type=order_cancellation"]
)
def test_bulk_schema_and_template_of_nothing_are_not_found(owner: Browser, address: str) -> None:
    assert owner.get(f"/console/bulk/{address}").status_code == 404


def test_bulk_codes_tells_each_code_and_how_to_mend_it(owner: Browser) -> None:
    page = owner.page("/console/bulk/codes")

    row = page.select_one("#code-18028")
    assert [words_of(cell) for cell in row.find_all(["th", "td"])][:2] == ["18028", "Error"]
    assert words_of(page.select_one("#code-90101")).startswith("90101 Warning")
    assert sniffing.MAX_BYTES == security.FILE_LIMIT

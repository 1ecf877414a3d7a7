"""Import orders: a file is uploaded, a worker takes its orders in, and the page says what came of it."""

import io

import pytest

from shared.domain.permissions import Role
from shared.domain.uploads import UploadKind
from shared.queries import uploads as uploaded
from shared.queries.invariants import violations_of
from tests.post import Remembering, outside, work_off
from tests.unit.console.browsing import message, words_of
from tests.unit.stores.making import amazon_row, amazon_text, unshipped_row, unshipped_text

PAGE = "/console/orders/import"


@pytest.fixture
def work(db, shop):
    """Let a worker do what is due at the shop."""

    def work() -> None:
        work_off(outside(db, Remembering()), shop.merchant_id)

    return work


def upload(browser, content, name="orders.txt", **fields):
    data = {"csrf_token": browser.token(), "file": (io.BytesIO(content), name), **fields}
    return browser.post(PAGE, data=data, content_type="multipart/form-data")


def counts(page):
    return {words_of(row.dt): words_of(row.dd) for row in page.select("dl.counts > div")}


def test_the_dashboard_leads_to_the_page(owner) -> None:
    link = owner.page("/console/orders").find("a", string="Import orders")

    page = owner.page(str(link["href"]))

    assert words_of(page.h1) == "Import orders"
    assert page.find("label", string="File")
    assert page.find("button", string="Upload")


def test_a_file_is_kept_and_carried_out_by_a_worker(owner, shop, work) -> None:
    sent = upload(
        owner, amazon_text(amazon_row(), amazon_row("206-0000002-0000002", "10000000000003")).encode()
    )
    assert sent.status_code == 303
    waiting = owner.page(sent.location)
    assert waiting.find(attrs={"data-poll": True})
    assert waiting.find("progress")

    work()
    page = owner.page(sent.location)

    assert words_of(page.h1) == "orders.txt"
    assert not page.find(attrs={"data-poll": True})
    assert counts(page) == {
        "Rows read": "2",
        "Orders taken in": "2",
        "Completed": "0",
        "Unchanged": "0",
        "Contradicting": "0",
        "Left out": "0",
    }
    assert "206-0000002-0000002" in words_of(owner.page("/console/orders?search=206"))
    assert violations_of(shop.db, shop.merchant_id) == []


def test_the_same_file_again_changes_nothing_and_says_so(owner, shop, work) -> None:
    content = amazon_text(amazon_row()).encode()
    first = upload(owner, content)
    work()

    again = upload(owner, content, name="a-copy.txt")

    assert again.location == first.location
    role, words = message(owner.page(again.location))
    assert (role, words) == (
        "status",
        "This very file was uploaded before. Nothing has changed; here is what came of it then.",
    )
    assert len(uploaded.recent(shop.db, shop.merchant_id, UploadKind.ORDERS)) == 1


def test_import_result_names_each_problem_with_its_line_and_how_to_mend_it(owner, work) -> None:
    bad = amazon_row("206-0000002-0000002", "10000000000003", item_price="1,50")
    sent = upload(owner, amazon_text(amazon_row(), bad).encode())
    work()

    page = owner.page(sent.location)
    row = page.find("table").tbody.tr

    assert [words_of(cell) for cell in row.find_all(["td", "th"])][:2] == ["3", "206-0000002-0000002"]
    assert "which is no plain amount in EUR" in words_of(row)
    assert counts(page)["Left out"] == "1"


def test_a_later_report_completes_and_its_wishes_are_told(owner, work) -> None:
    upload(owner, amazon_text(amazon_row()).encode())
    work()
    wish = unshipped_row(is_buyer_requested_cancellation="true", quantity_shipped="1", quantity_to_ship="1")
    sent = upload(owner, unshipped_text(wish).encode(), name="unshipped.txt")
    work()

    assert counts(owner.page(sent.location))["Completed"] == "1"
    assert "Tea kettle" in words_of(owner.page("/console/requests"))


def test_a_file_that_is_none_says_so(owner, work) -> None:
    sent = upload(owner, b"PK\x03\x04 xl/workbook.xml", name="orders.xlsx")
    work()

    role, words = message(owner.page(sent.location))

    assert role == "alert"
    assert words.startswith("The file could not be imported. The file looks like an Excel workbook")
    assert upload(owner, b"PK\x03\x04 xl/workbook.xml", name="orders.xlsx").location != sent.location


def test_without_a_file_the_page_asks_for_one(owner) -> None:
    sent = owner.post(
        PAGE,
        data={"csrf_token": owner.token(), "file": (io.BytesIO(b""), "")},
        content_type="multipart/form-data",
    )

    assert sent.status_code == 422
    assert "Choose a file." in sent.get_data(as_text=True)


def test_a_file_may_be_larger_than_any_form_but_only_for_who_is_signed_in(owner, app) -> None:
    content = b"order-id\n" + b"x" * 400_000

    assert upload(owner, content).status_code == 303
    stranger = app.test_client()
    sent = stranger.post(
        PAGE, data={"file": (io.BytesIO(content), "a.txt")}, content_type="multipart/form-data"
    )
    assert sent.status_code == 413


def test_who_may_not_import_is_refused(open_shop, visitor) -> None:
    shop = open_shop(role=Role.AGENT)
    visitor.sign_in(shop.email)

    assert visitor.get(PAGE).status_code == 403
    assert visitor.page("/console/orders").find("a", string="Import orders") is None


def test_another_shops_upload_is_not_there(owner, open_shop, app) -> None:
    sent = upload(owner, amazon_text(amazon_row()).encode())
    other = app.test_client()
    other.sign_in(open_shop().email)

    assert other.get(sent.location).status_code == 404
    assert other.get(f"{sent.location}/findings").status_code == 404


def test_import_findings_are_a_table_that_is_safe_to_open(owner, work) -> None:
    bad = amazon_row("=SUM(A1)", "10000000000003", quantity_purchased="0")
    sent = upload(owner, amazon_text(bad).encode())
    work()

    table = owner.get(f"{sent.location}/findings")

    assert table.mimetype == "text/csv"
    assert table.headers["Content-Disposition"] == 'attachment; filename="import-results.csv"'
    lines = table.get_data(as_text=True).splitlines()
    assert lines[0] == "Line,Place,Order,Kind,What,How to mend it"
    assert lines[1].startswith("2,,'=SUM(A1),left_out,")

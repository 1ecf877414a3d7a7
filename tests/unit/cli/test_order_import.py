"""`rescind orders import`: what comes in, what is said, and how it ends."""

import json
import secrets

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from shared.actions import merchants
from shared.actions.merchants import NewMerchant
from shared.cli import orders
from shared.cli.main import cli
from shared.domain.events import EffectKind
from shared.storage.records import EffectRecord, LineItemRecord, OrderRecord
from shared.stores import importing
from shared.stores.recognize import open_orders
from shared.tables.troubles import UnreadableFile
from tests.unit.stores.making import amazon_row, amazon_text, shopify_row, shopify_text, written


@pytest.fixture
def merchant(db):
    slug = f"shop-{secrets.token_hex(4)}"
    return slug, merchants.create(db, NewMerchant(slug, "Shop", tax_included={"EUR": True}))


@pytest.fixture
def run(app_url, merchant, tmp_path):
    """Run the command on a file of this content, in this process's database."""
    settings = {"RESCIND_DATABASE_URL": app_url, "RESCIND_MODE": None, "RESCIND_TESTKIT": None}

    def run(content, *options, slug=merchant[0]):
        path = written(tmp_path, content)
        words = ["orders", "import", str(path), "--merchant", slug, *options]
        return CliRunner().invoke(cli, words, env=settings)

    return run


def rows_of(db, merchant, record):
    with db.begin(merchant[1]) as tx:
        return tx.session.scalar(select(func.count()).select_from(record))


def mails_of(db, merchant):
    with db.begin(merchant[1]) as tx:
        wanted = select(func.count()).where(EffectRecord.kind == EffectKind.SEND_MAIL)
        return tx.session.scalar(wanted)


def test_a_good_file_comes_in_and_says_so(run, db, merchant):
    outcome = run(amazon_text(amazon_row(), amazon_row(item="2"), amazon_row("206-2", "3")))

    assert outcome.exit_code == 0, outcome.output
    assert outcome.output.splitlines() == [
        "Amazon new orders report, UTF-8 text, columns separated by tabs.",
        "2 orders taken in, 0 already there, 0 bad rows.",
    ]
    assert (rows_of(db, merchant, OrderRecord), rows_of(db, merchant, LineItemRecord)) == (2, 3)


def test_the_same_file_again_changes_nothing(run, db, merchant):
    text = shopify_text(shopify_row(), shopify_row("#1002"))
    run(text)

    outcome = run(text)

    assert outcome.exit_code == 0
    assert "0 orders taken in, 2 already there, 0 bad rows." in outcome.output
    assert rows_of(db, merchant, OrderRecord) == 2


def test_an_order_that_stands_there_twice_comes_in_once(run, db, merchant):
    outcome = run(amazon_text(amazon_row(), amazon_row("206-2", "3"), amazon_row()))

    assert "2 orders taken in, 1 already there" in outcome.output
    assert rows_of(db, merchant, OrderRecord) == 2


def test_bad_rows_are_listed_and_the_other_orders_come_in(run, db, merchant):
    outcome = run(
        amazon_text(
            amazon_row("206-1", "1", quantity_purchased="0"),
            amazon_row("206-1", "2", item_price="1,50"),
            amazon_row("206-2", "3"),
        )
    )

    assert outcome.exit_code == 1
    lines = outcome.output.splitlines()
    assert lines[1] == (
        "line 2: “quantity-purchased” says “0”. Write a whole number from 1 to 999999 in plain digits."
        " Order 206-1 is left out as a whole."
    )
    assert lines[2].startswith("line 3: “item-price” says “1,50”, which is no plain amount in EUR.")
    assert lines[3] == "1 order taken in, 0 already there, 1 left out, 2 bad rows."
    assert rows_of(db, merchant, OrderRecord) == 1


def test_an_order_that_is_there_with_other_content_is_named_and_left_alone(run):
    run(shopify_text(shopify_row()))

    outcome = run(shopify_text(shopify_row(lineitem_sku="another")))

    assert outcome.exit_code == 1
    assert (
        "line 2: order #1001: its lines are not those of the order that is there."
        " The order stays as it is; find out which of the two is right." in outcome.output
    )
    assert "1 there with other content" in outcome.output


def test_an_order_that_is_there_is_completed_by_what_happened_since(run):
    run(shopify_text(shopify_row()))

    outcome = run(shopify_text(shopify_row(lineitem_fulfillment_status="fulfilled")))

    assert outcome.exit_code == 0, outcome.output
    assert "0 orders taken in, 0 already there, 1 completed, 0 bad rows." in outcome.output


def test_an_assumed_encoding_and_notices_are_told(run):
    outcome = run(shopify_text(shopify_row(total="52.05", lineitem_name="Größe")).encode("cp1252"))

    assert outcome.exit_code == 0
    assert "Shopify orders export, read as Windows-1252 text, columns separated by commas." in outcome.output
    assert "1 order: By their own sums, prices in EUR do not include tax" in outcome.output


def test_json_is_one_document(run):
    run(shopify_text(shopify_row("#3")))
    outcome = run(
        shopify_text(
            shopify_row("#1", email="x"),
            shopify_row("#2", currency="y"),
            shopify_row("#3", lineitem_sku="other"),
            shopify_row("#4"),
        ),
        "--json",
    )

    told = json.loads(outcome.stdout)
    assert outcome.exit_code == 1
    assert (told["kind"], told["encoding"]) == ("Shopify orders export", "UTF-8")
    assert [(row["line"], row["order_number"], row["code"]) for row in told["bad_rows"]] == [
        (2, "#1", "bad_email"),
        (3, "#2", "unknown_currency"),
        (4, "#3", "contradiction"),
    ]
    assert (told["taken_in"], told["already_there"], told["left_out"]) == (1, 0, 2)
    assert (told["differing"], told["notices"], told["stopped"]) == (["#3"], [], None)


def test_old_orders_are_confirmed_by_mail_only_when_asked(run, db, merchant):
    old = {"purchase_date": "2020-03-01T08:26:00+00:00", "payments_date": "2020-03-01T08:26:00+00:00"}
    run(amazon_text(amazon_row("206-1", "1", **old)))
    assert mails_of(db, merchant) == 0

    run(amazon_text(amazon_row("206-2", "2", **old)), "--mail")
    assert mails_of(db, merchant) == 1


def test_orders_are_handed_over_in_batches(run, db, merchant, monkeypatch):
    monkeypatch.setattr(importing, "BATCH_ORDERS", 2)
    monkeypatch.setattr(importing, "BATCH_LINES", 3)

    outcome = run(amazon_text(*(amazon_row(f"206-{place}", str(place)) for place in range(7))))

    assert "7 orders taken in" in outcome.output
    assert rows_of(db, merchant, OrderRecord) == 7


def test_a_file_that_is_not_what_it_says_is_one_clear_line(run, db, merchant):
    outcome = run(b"PK\x03\x04 xl/workbook.xml")

    assert outcome.exit_code == 1
    assert outcome.output.startswith("Error: The file looks like an Excel workbook (.xlsx)")
    assert len(outcome.output.splitlines()) == 1
    assert rows_of(db, merchant, OrderRecord) == 0


def test_a_file_that_becomes_unreadable_keeps_what_came_in_and_says_where_it_stopped(
    run, db, merchant, monkeypatch
):
    class Stopping:
        def __init__(self, file):
            self.kind, self.size, self.encoding, self.delimiter = (
                file.kind,
                file.size,
                file.encoding,
                file.delimiter,
            )
            self._file = file

        def readings(self, *settings, **progress):
            yield from self._file.readings(*settings, **progress)
            raise UnreadableFile("It stopped.", "Mend it.")

        monkeypatch.setattr(orders, "open_orders", lambda path: Stopping(open_orders(path)))

    outcome = run(amazon_text(amazon_row()))

    assert outcome.exit_code == 1
    assert outcome.output.splitlines()[-1] == "Error: It stopped. Mend it."
    assert "1 order taken in" in outcome.output
    assert rows_of(db, merchant, OrderRecord) == 1


def test_an_unknown_merchant_is_refused(run):
    outcome = run(amazon_text(amazon_row()), slug="nobody")

    assert outcome.exit_code == 2
    assert "There is no merchant called nobody." in outcome.output

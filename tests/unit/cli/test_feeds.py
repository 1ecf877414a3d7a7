"""`rescind feeds submit`: a file is carried out, reported, and told of once more when it is given again."""

import json
import secrets

import pytest
from click.testing import CliRunner

from shared.actions import merchants
from shared.actions.merchants import NewMerchant
from shared.cli.main import cli
from tests.builders import an_order
from tests.unit.feeds.making import acknowledge, cancel, envelope


@pytest.fixture
def merchant(db):
    slug = f"shop-{secrets.token_hex(4)}"
    return slug, merchants.create(db, NewMerchant(slug, "Shop"))


@pytest.fixture
def run(app_url, merchant, tmp_path):
    """Run the command on a file of this content, in this process's database."""
    settings = {"RESCIND_DATABASE_URL": app_url, "RESCIND_MODE": None, "RESCIND_TESTKIT": None}

    def run(content, *options, slug=merchant[0]):
        path = tmp_path / "cancel.txt"
        path.write_text(content)
        named = ["--merchant", slug] if slug else []
        return CliRunner().invoke(cli, ["feeds", "submit", str(path), *named, *options], env=settings)

    return run


def test_a_file_is_carried_out_and_reported(run, db, merchant, tmp_path) -> None:
    an_order().with_(number="A-1").taken_in(db, merchant[1])
    out = tmp_path / "report.txt"

    outcome = run(cancel(("A-1", "", ""), ("A-2", "", "")), "--report", str(out))

    assert outcome.exit_code == 0, outcome.output
    assert outcome.output.splitlines() == [
        "Order Cancellation file (tab-delimited text or .xlsx).",
        "2 records, 1 successful, 1 failed, 0 with a warning.",
        "1 unit canceled, $64.00 goes back.",
    ]
    assert "\tNumber of records successful\t\t1" in out.read_text()


def test_the_same_file_again_is_told_as_it_was(run, db, merchant) -> None:
    an_order().with_(number="A-1").taken_in(db, merchant[1])
    content = cancel(("A-1", "", ""))
    first = run(content, "--json")

    again = run(content, "--json")

    assert json.loads(first.output) | {"repeated": True} == json.loads(again.output)
    assert json.loads(first.output)["refunded"] == {"USD": 6400}
    assert run(content).output.startswith("This file was carried out before; this is its first report.\n")


def test_a_dry_run_says_so(run, db, merchant) -> None:
    an_order().with_(number="A-1").taken_in(db, merchant[1])

    outcome = run(cancel(("A-1", "", "")), "--dry-run", "--type", "order_cancellation")

    assert "dry run: nothing was changed." in outcome.output
    assert "1 unit canceled" in outcome.output


@pytest.mark.parametrize(
    ("content", "options", "said"),
    [
        ("hello\nworld\n", (), "The file is of no type that is known here"),
        (envelope("OrderAcknowledgement", acknowledge(1)), ("--type", "order_adjustment"), "of another type"),
        ("", (), "A file has 1 to"),
    ],
)
def test_a_refused_file_ends_with_one_line_and_1(run, tmp_path, content, options, said) -> None:
    outcome = run(content, *options, "--report", str(tmp_path / "report"))

    assert outcome.exit_code == 1
    assert len(outcome.output.splitlines()) == 1
    assert said in outcome.output


def test_a_wrong_type_or_merchant_is_said_at_once(run, db) -> None:
    merchants.create(db, NewMerchant(f"shop-{secrets.token_hex(4)}", "Another"))

    for outcome in (run("x", "--type", "orders"), run("x", slug="nobody-here"), run("x", slug="")):
        assert outcome.exit_code == 2

"""The commands that show a merchant's settings and change them."""

import json

import pytest
from click.testing import CliRunner

from shared.cli.main import cli
from shared.domain.actors import ActorKind
from shared.domain.policy import Fee, FeeStep, Mode, Policy, Warehouse, WarehouseAnswer
from shared.domain.reasons import Reason
from shared.domain.rules import Decision, Rule
from shared.queries import merchants
from shared.queries.orders import order_page
from tests.builders import a_merchant, an_order

EVERYTHING = Policy(
    mode=Mode.RULES,
    window_hours=24,
    pending=False,
    silence_hours=48,
    undo_minutes=5,
    fee=Fee(100, 5, (FeeStep(60, 200, 10),)),
    rules=(Rule(Decision.DECLINE, 30, 5000, (Reason.FOUND_CHEAPER,), nothing_shipped=True, most_earlier=2),),
    ask_again=False,
    warehouse=Warehouse(30, WarehouseAnswer.STOPPED),
)


@pytest.fixture
def rescind(app_url, monkeypatch):
    monkeypatch.setenv("RESCIND_DATABASE_URL", app_url)
    monkeypatch.setenv("RESCIND_SECRET_KEYS", "a-secret-key-of-the-tests-0123456789")
    monkeypatch.delenv("RESCIND_MODE", raising=False)

    def run(*words: str, typed: str = ""):
        return CliRunner().invoke(cli, ("merchants", *words), input=typed)

    return run


def slug_of(db, policy: Policy | None = None) -> str:
    merchant_id = a_merchant(db, policy)
    with db.begin(merchant_id) as tx:
        return merchants.of(tx).slug


@pytest.mark.parametrize("policy", [Policy(), EVERYTHING])
def test_a_policy_that_is_shown_can_be_given_back(rescind, db, tmp_path, policy) -> None:
    there, other = slug_of(db, policy), slug_of(db)
    shown = rescind("show", there)
    file = tmp_path / "policy.json"
    file.write_text(shown.stdout, "utf-8")

    from_file = rescind("change", other, "--policy", str(file))
    from_input = rescind("change", there, "--policy", "-", typed=shown.stdout)

    assert (from_file.exit_code, from_input.exit_code) == (0, 0)
    assert merchants.find(db, other).policy == merchants.find(db, there).policy == policy
    assert "self-service on, mails on" in shown.stderr


def test_each_setting_is_changed_alone(rescind, db) -> None:
    slug = slug_of(db, EVERYTHING)

    for words in (
        ("--name", "Fernwood"),
        ("--time-zone", "Europe/Berlin"),
        ("--self-service", "off"),
        ("--mails", "off"),
    ):
        assert rescind("change", slug, *words).exit_code == 0

    assert json.loads(rescind("show", slug, "--json").stdout) == {
        "slug": slug,
        "name": "Fernwood",
        "time_zone": "Europe/Berlin",
        "self_service": False,
        "mails": False,
        "policy": json.loads(rescind("show", slug).stdout),
    }
    assert json.loads(rescind("change", slug, "--mails", "on", "--json").stdout)["mails"] is True
    assert "Fernwood" in rescind("change", slug, "--self-service", "on").output


@pytest.mark.parametrize(
    ("words", "typed", "said"),
    [
        ((), "", "Name at least one setting"),
        (("--time-zone", "Mars/Olympus"), "", "there is no time zone"),
        (("--name", " "), "", "1 to 200 characters"),
        (("--self-service", "maybe"), "", "'on', 'off'"),
        (("--policy", "nowhere.json"), "", "nowhere.json"),
        (("--policy", "-"), "", "standard input is no proper JSON"),
        (("--policy", "-"), '{"mode": "sometimes"}', "standard input: mode: Input should be 'review'"),
        (("--policy", "-"), '{"rules": [{"max_amount": -1}], "when": 1}', "rules[0].max_amount: Input"),
        (("--policy", "-"), '{"rules": [{"max_amount": -1}], "when": 1}', "when: Extra inputs"),
        (("--policy", "-"), "[]", "the policy: Input should be"),
        (("--policy", "-"), " " * 1_000_001, "larger than a policy"),
    ],
)
def test_what_cannot_be_is_said_in_one_line_and_changes_nothing(rescind, db, words, typed, said) -> None:
    slug = slug_of(db, EVERYTHING)

    result = rescind("change", slug, *words, typed=typed)

    assert result.exit_code != 0
    assert said in result.stderr
    assert merchants.find(db, slug).policy == EVERYTHING


def test_a_merchant_that_is_not_there_is_missed(rescind) -> None:
    for command in (("show", "nobody"), ("change", "nobody", "--mails", "off")):
        result = rescind(*command)
        assert result.exit_code == 1
        assert "There is no merchant called nobody." in result.stderr


def test_orders_keep_the_policy_they_came_in_under(rescind, db) -> None:
    slug = slug_of(db, Policy(window_hours=48))
    merchant_id = merchants.find(db, slug).id
    before = an_order().taken_in(db, merchant_id)

    assert rescind("change", slug, "--policy", "-", typed='{"window_hours": 0}').exit_code == 0
    after = an_order().taken_in(db, merchant_id)

    assert order_page(db, merchant_id, before, ActorKind.BUYER).can_cancel
    assert order_page(db, merchant_id, after, ActorKind.BUYER).blockers == ("window_closed",)

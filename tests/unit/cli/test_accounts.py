"""The commands that open accounts and let people in, and doctor and outbox beside them."""

import json
from contextlib import nullcontext
from secrets import token_hex

import pytest
from click.testing import CliRunner
from sqlalchemy import select, text

from shared.actions import keys, sign_in
from shared.cli import accounts
from shared.cli import doctor as doctor_module
from shared.cli.main import cli
from shared.domain.sign_in import Origin
from shared.queries import agents, merchants
from shared.storage.records import AuditRecord
from tests.builders import a_merchant, an_order, request

KEYS = "a-secret-key-of-the-tests-0123456789"


@pytest.fixture
def rescind(app_url, monkeypatch):
    monkeypatch.setenv("RESCIND_DATABASE_URL", app_url)
    monkeypatch.setenv("RESCIND_SECRET_KEYS", KEYS)
    monkeypatch.delenv("RESCIND_MODE", raising=False)

    def run(*words: str, typed: str = ""):
        return CliRunner().invoke(cli, words, input=typed)

    return run


@pytest.fixture
def shop(db):
    merchant_id = a_merchant(db)
    with db.begin(merchant_id) as tx:
        return merchant_id, merchants.of(tx).slug


@pytest.mark.parametrize(
    "words",
    [
        ("merchants", "create"),
        ("merchants", "show"),
        ("merchants", "change"),
        ("users", "create"),
        ("users", "create-agent"),
        ("users", "reset-password"),
        ("users", "remove-second-factor"),
        ("keys", "create"),
        ("links", "make"),
        ("outbox", "status"),
        ("outbox", "retry"),
        ("doctor",),
    ],
)
def test_every_command_explains_itself(rescind, words) -> None:
    result = rescind(*words, "--help")

    assert result.exit_code == 0
    assert "--json" in result.output


def test_a_shop_is_opened_and_let_into_from_the_command_line(rescind, db) -> None:
    opened = rescind("merchants", "create", "Acme & Sons", "--slug", "acme-sons", "--json")
    assert json.loads(opened.output)["slug"] == "acme-sons"
    made = rescind("users", "create", "--merchant", "acme-sons", "ivo@acme.example", "--json")
    assert len(json.loads(made.output)["password"]) >= 12
    typed = rescind(
        "users",
        "create",
        "--merchant",
        "acme-sons",
        "eva@acme.example",
        "--role",
        "agent",
        "--password-stdin",
        typed="correct horse\n",
    )
    assert typed.exit_code == 0
    assert "correct horse" not in typed.output
    key = rescind(
        "keys", "create", "--merchant", "acme-sons", "--name", "Shop", "--scope", "read"
    ).output.strip()
    assert keys.use(db, key).scopes == {"read"}


def test_a_link_is_made_for_an_order(rescind, db, shop) -> None:
    merchant_id, slug = shop
    an_order().with_(number=f"#L-{slug}").taken_in(db, merchant_id)

    told = json.loads(rescind("links", "make", f"#L-{slug}", "--merchant", slug, "--json").output)

    assert told["link"].startswith("http://127.0.0.1:8000/o/")


def test_without_settings_a_link_opens_the_shop_of_make_run(rescind, db, shop, monkeypatch, tmp_path) -> None:
    merchant_id, slug = shop
    an_order().with_(number=f"#D-{slug}").taken_in(db, merchant_id)
    for name in ("RESCIND_DATABASE_URL", "RESCIND_SECRET_KEYS"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("RESCIND_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(accounts, "opened", lambda _settings: nullcontext(db))

    made = rescind("links", "make", f"#D-{slug}", "--merchant", slug)

    assert (made.exit_code, made.output.startswith("http://127.0.0.1:8000/o/")) == (0, True)


def test_without_a_key_no_link_is_made(rescind, db, shop, monkeypatch) -> None:
    merchant_id, slug = shop
    an_order().with_(number=f"#K-{slug}").taken_in(db, merchant_id)
    monkeypatch.delenv("RESCIND_SECRET_KEYS")

    result = rescind("links", "make", f"#K-{slug}", "--merchant", slug)

    assert (result.exit_code, result.output.count("\n")) == (1, 1)
    assert "RESCIND_SECRET_KEYS: no secret key is set" in result.output


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("merchants", "create", "!!!"), "--slug"),
        (("merchants", "create", "X", "--time-zone", "Mars/Olympus"), "time zone"),
        (("users", "create", "--merchant", "nobody-there", "a@b.example"), "nobody-there"),
        (("users", "create", "--merchant", "nobody-there", "no-address"), "e-mail"),
        (("keys", "create", "--merchant", "nobody-there", "--name", "x", "--scope", "all"), "--scope"),
        (("links", "make", "#1", "--merchant", "nobody-there"), "nobody-there"),
        (("outbox", "retry", "--merchant", "nobody-there"), "nobody-there"),
    ],
)
def test_bad_input_is_answered_in_a_clear_line(rescind, words, says) -> None:
    result = rescind(*words)

    assert result.exit_code in {1, 2}
    assert says in result.output
    assert "Traceback" not in result.output


def test_a_short_password_is_refused(rescind) -> None:
    result = rescind("users", "create", "--merchant", "x", "a@b.example", "--password-stdin", typed="short\n")

    assert (result.exit_code, "12 characters" in result.output) == (2, True)


def test_an_operator_helps_who_is_locked_out(rescind, db, shop) -> None:
    merchant_id, slug = shop
    email = f"noah@{slug}.example"
    rescind("users", "create", email, "--merchant", slug)

    assert rescind("users", "reset-password", email, "--password-stdin", typed="short\n").exit_code == 2
    made = json.loads(rescind("users", "reset-password", email, "--json").output)
    assert rescind("users", "remove-second-factor", email).exit_code == 0
    strangers = rescind("users", "reset-password", "nobody@example.com")

    assert sign_in.check(db, email, made["password"], Origin()) is not None
    assert strangers.exit_code == 1
    assert "Nobody signs in as nobody@example.com." in strangers.output
    with db.snapshot(merchant_id) as tx:
        kinds = tx.session.scalars(select(AuditRecord.kind).order_by(AuditRecord.id)).all()
    assert kinds == ["password_reset", "second_factor_removed"]


def test_the_outbox_is_counted_and_dead_effects_are_tried_again(rescind, db, shop) -> None:
    merchant_id, slug = shop
    an_order().taken_in(db, merchant_id)
    assert json.loads(rescind("outbox", "status", "--merchant", slug, "--json").output) == [
        {"merchant": slug, "kind": "send_mail", "state": "ready", "effects": 1}
    ]
    with db.begin(merchant_id) as tx:
        tx.session.connection().execute(text("UPDATE effects SET state = 'dead', attempt = 11"))

    assert "dead" in rescind("outbox", "status", "--merchant", slug).output
    assert json.loads(rescind("outbox", "retry", "--merchant", slug, "--json").output) == {"retried": 1}
    assert json.loads(rescind("outbox", "retry", "--json", "--merchant", slug).output) == {"retried": 0}
    assert "ready" in rescind("outbox", "status", "--merchant", slug).output


def test_doctor_is_content_with_a_healthy_shop_and_names_what_is_not(rescind, empty_db) -> None:
    merchant_id = a_merchant(empty_db)
    request(empty_db, merchant_id, an_order().taken_in(empty_db, merchant_id))
    well = rescind("doctor")
    assert (well.exit_code, well.output.splitlines()[-1]) == (0, "All is well.")
    with empty_db.begin(merchant_id) as tx:
        tx.session.connection().execute(text("UPDATE orders SET line_count = 7"))

    ill = rescind("doctor", "--json")

    assert ill.exit_code == 1
    told = json.loads(ill.output)
    assert [violation["invariant"] for violation in told["violations"]] == ["order_sums_are_its_lines_sums"]
    assert told["well"] is False
    lines = rescind("doctor").output.splitlines()
    assert [line.split(":")[0] for line in lines if line.startswith("✗")] == [
        "✗ invariants",
        "✗ order_sums_are_its_lines_sums",
    ]


def test_doctor_names_bad_settings_a_dead_database_and_an_unsafe_role(
    rescind, monkeypatch, owner_url
) -> None:
    monkeypatch.setenv("RESCIND_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    dead = rescind("doctor")
    monkeypatch.setenv("RESCIND_DATABASE_URL", owner_url)
    unsafe = rescind("doctor")
    monkeypatch.setenv("RESCIND_DATABASE_URL", "mysql://x")
    bad = rescind("doctor")

    assert [result.exit_code for result in (dead, unsafe, bad)] == [1, 1, 1]
    assert "does not answer" in dead.output
    assert "application's role" in unsafe.output
    assert "only PostgreSQL" in bad.output


def test_doctor_sees_a_table_without_its_wall(rescind, monkeypatch) -> None:
    monkeypatch.setattr(
        doctor_module.walls, "walled_tables", lambda _connection: {"orders": False, "links": True}
    )
    assert "without row security: orders" in rescind("doctor").output
    monkeypatch.setattr(doctor_module.walls, "walled_tables", lambda _connection: {})
    assert rescind("doctor").exit_code == 1


def test_a_support_agent_is_made_with_what_they_sign_in_with(rescind, db) -> None:
    email = f"robin-{token_hex(6)}@rescind.example"

    made = json.loads(rescind("users", "create-agent", email, "--name", "Robin", "--json").output)

    user_id = sign_in.check(db, email, made["password"], Origin())
    assert user_id is not None
    assert agents.is_agent(db, user_id)
    assert made["totp_address"].startswith("otpauth://totp/")
    assert len(made["recovery_codes"].split()) == 10
    again = rescind("users", "create-agent", email)
    assert again.exit_code == 1
    assert "signs in as" in again.output
    assert rescind("users", "create-agent", "robin").exit_code == 2

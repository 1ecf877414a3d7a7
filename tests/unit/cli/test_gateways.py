"""`rescind gateways` keeps secrets sealed and shows none of them."""

from __future__ import annotations

import json
import secrets

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from shared.actions import gateways, webhooks
from shared.actions.webhooks import EndpointTerms
from shared.cli.main import cli
from shared.domain.orders import Gateway
from shared.queries import gateways as queries
from shared.queries import merchants
from shared.sealing import PURPOSE, CannotUnseal, seal, unseal
from shared.settings import Settings
from shared.storage.records import GatewayRecord
from tests.builders import USER, a_merchant

KEY, NEWER = "k" * 40, "n" * 40
SECRET, SIGNING = "sk_test_" + "a" * 20, "whsec_" + "b" * 20


@pytest.fixture
def shop(db):
    merchant_id = a_merchant(db)
    with db.begin(merchant_id) as tx:
        return merchant_id, merchants.of(tx).slug


@pytest.fixture
def rescind(app_url, monkeypatch):
    monkeypatch.setenv("RESCIND_DATABASE_URL", app_url)
    monkeypatch.setenv("RESCIND_SECRET_KEYS", KEY)

    def run(*words: str, given: str = "") -> tuple[int, str]:
        result = CliRunner().invoke(cli, ["gateways", *words], input=given)
        return result.exit_code, result.output

    return run


def account(db, merchant_id, *keys):
    settings = Settings.read({"RESCIND_SECRET_KEYS": ",".join(keys), "RESCIND_MODE": "demo"})
    return queries.find(db, merchant_id, Gateway.STRIPE, settings.derived_keys(PURPOSE))


def test_secrets_are_read_from_standard_input_and_kept_sealed(rescind, shop, db) -> None:
    merchant_id, slug = shop

    code, told = rescind("set", "stripe", "--merchant", slug, given=f"{SECRET}\n\n")
    assert (code, "give the signing secret" in told) == (0, True)
    first = account(db, merchant_id, KEY)
    code, told = rescind("set", "stripe", "--merchant", slug, "--json", given=f"\n{SIGNING}\n")

    kept = account(db, merchant_id, KEY)
    assert (kept.secret, kept.webhook_secret, kept.token) == (SECRET, SIGNING, first.token)
    assert json.loads(told)["webhook_address"].endswith(f"/api/v1/gateways/stripe/{kept.token}")
    with db.begin(merchant_id) as tx:
        (row,) = tx.session.scalars(select(GatewayRecord))
    assert SECRET.encode() not in row.secret
    assert SIGNING.encode() not in row.webhook_secret


def test_what_is_connected_is_shown_without_its_secrets(rescind, shop) -> None:
    _, slug = shop
    assert rescind("show", "stripe", "--merchant", slug)[0] == 1
    rescind("set", "stripe", "--merchant", slug, "--account", "acct_1", given=f"{SECRET}\n{SIGNING}\n")

    code, told = rescind("show", "stripe", "--merchant", slug, "--json")

    assert code == 0
    assert (json.loads(told)["account"], json.loads(told)["has_webhook_secret"]) == ("acct_1", True)
    assert SECRET not in told
    assert SIGNING not in told


def test_a_connection_ends(rescind, shop, db) -> None:
    merchant_id, slug = shop
    rescind("set", "stripe", "--merchant", slug, given=f"{SECRET}\n{SIGNING}\n")

    assert rescind("remove", "stripe", "--merchant", slug, "--json") == (
        0,
        '{"gateway": "stripe", "connected": false}\n',
    )
    assert account(db, merchant_id, KEY) is None
    assert rescind("remove", "stripe", "--merchant", slug)[0] == 1


@pytest.mark.parametrize("given", ["pk_test_public\n\n", f"{SECRET}\nsk_no_signing_secret\n", "\n\n"])
def test_what_is_no_secret_is_refused_in_one_line(rescind, shop, db, given) -> None:
    merchant_id, slug = shop

    code, told = rescind("set", "stripe", "--merchant", slug, given=given)

    assert code != 0
    assert "Traceback" not in told
    assert account(db, merchant_id, KEY) is None


def test_keys_are_changed_by_sealing_anew(rescind, shop, db, monkeypatch) -> None:
    merchant_id, slug = shop
    rescind("set", "stripe", "--merchant", slug, given=f"{SECRET}\n{SIGNING}\n")
    monkeypatch.setenv("RESCIND_SECRET_KEYS", f"{NEWER},{KEY}")
    assert account(db, merchant_id, NEWER, KEY).secret == SECRET

    settings = Settings.read({"RESCIND_SECRET_KEYS": f"{NEWER},{KEY}", "RESCIND_MODE": "demo"})
    assert gateways.reseal(db, merchant_id, settings.derived_keys(PURPOSE)) == 1

    assert account(db, merchant_id, NEWER).webhook_secret == SIGNING
    with pytest.raises(CannotUnseal):
        account(db, merchant_id, KEY)


def test_a_secret_opens_with_any_of_the_keys_and_with_no_other() -> None:
    old, new, other = (secrets.token_hex(32) for _ in range(3))
    sealed = seal([old], "whisper")

    assert unseal([new, old], sealed) == "whisper"
    with pytest.raises(CannotUnseal):
        unseal([other], sealed)


def test_every_account_is_sealed_anew_in_one_command(rescind, empty_db, monkeypatch) -> None:
    merchant_id = a_merchant(empty_db)
    with empty_db.begin(merchant_id) as tx:
        slug = merchants.of(tx).slug
    rescind("set", "stripe", "--merchant", slug, given=f"{SECRET}\n{SIGNING}\n")
    settings = Settings.read({"RESCIND_MODE": "demo", "RESCIND_SECRET_KEYS": KEY})
    terms = EndpointTerms(settings.derived_keys(webhooks.SEALING))
    webhooks.add(empty_db, merchant_id, "https://hooks.shop.example/", (), USER, terms)
    monkeypatch.setenv("RESCIND_SECRET_KEYS", f"{NEWER},{KEY}")

    assert rescind("reseal") == (0, "1 accounts are sealed anew.\n")
    assert json.loads(rescind("reseal", "--json")[1]) == {
        "resealed": 1,
        "second_factors": 0,
        "webhooks": 1,
    }
    assert account(empty_db, merchant_id, NEWER).secret == SECRET

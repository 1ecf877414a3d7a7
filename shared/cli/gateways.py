"""`rescind gateways`: connect a merchant's account at a payment gateway."""

import json
import sys

import click

from shared.actions import gateways as actions
from shared.actions import second_factors, webhooks
from shared.actions.gateways import Credentials
from shared.cli.database import opened
from shared.domain.orders import Gateway
from shared.queries import gateways as queries
from shared.queries import merchants
from shared.queries.gateways import GatewayAccount
from shared.sealing import PURPOSE
from shared.settings import Settings
from shared.storage.engine import Database

_SECRETS = ("sk_", "rk_")
_WEBHOOK_SECRET = "whsec_"  # noqa: S105 - what every such secret begins with
_MERCHANT = click.option("--merchant", required=True, metavar="SLUG", help="Whose it is.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
_GATEWAY = click.argument("gateway", type=click.Choice([Gateway.STRIPE.value]))


@click.group()
def gateways() -> None:
    """Connect accounts at payment gateways."""


@gateways.command("set")
@_GATEWAY
@_MERCHANT
@click.option("--account", default="", help="A connected account (acct_…) that the key acts for.")
@_JSON
def set_gateway(gateway: str, merchant: str, account: str, *, as_json: bool) -> None:
    """Keep the secrets of an account, and print the address to enter there for webhooks.

    They are asked for, or read from standard input: the secret key on the first line, the webhooks' signing
    secret on the second. An empty line keeps what is there.
    """
    given = _credentials(account)
    settings = Settings.read(serving=False)
    with opened(settings) as db:
        merchant_id = merchants.find(db, merchant).id
        keys = settings.derived_keys(PURPOSE)
        actions.connect(db, merchant_id, Gateway(gateway), given, keys)
        _tell(queries.find(db, merchant_id, Gateway(gateway), keys), settings, gateway, as_json=as_json)


@gateways.command("show")
@_GATEWAY
@_MERCHANT
@_JSON
def show_gateway(gateway: str, merchant: str, *, as_json: bool) -> None:
    """Tell what is connected; secrets are never shown."""
    settings = Settings.read(serving=False)
    with opened(settings) as db:
        merchant_id = merchants.find(db, merchant).id
        found = queries.find(db, merchant_id, Gateway(gateway), settings.derived_keys(PURPOSE))
    _tell(found, settings, gateway, as_json=as_json)


@gateways.command("remove")
@_GATEWAY
@_MERCHANT
@_JSON
def remove_gateway(gateway: str, merchant: str, *, as_json: bool) -> None:
    """Forget an account; refunds to its payments are then to be paid by hand."""
    with opened(Settings.read(serving=False)) as db:
        actions.disconnect(db, merchants.find(db, merchant).id, Gateway(gateway))
    click.echo(
        json.dumps({"gateway": gateway, "connected": False}) if as_json else f"{gateway} is disconnected."
    )


@gateways.command("reseal")
@_JSON
def reseal_gateways(*, as_json: bool) -> None:
    """Close every kept secret with the newest of RESCIND_SECRET_KEYS, before an old one is taken away."""
    settings = Settings.read(serving=False)
    with opened(settings) as db:
        keys = settings.derived_keys(PURPOSE)
        count = sum(actions.reseal(db, merchant_id, keys) for merchant_id in merchants.all_ids(db))
        endpoints = _reseal_endpoints(db, settings)
        factors = second_factors.reseal(db, settings.derived_keys(second_factors.SEALING))
    click.echo(
        json.dumps({"resealed": count, "second_factors": factors, "webhooks": endpoints})
        if as_json
        else f"{count} accounts are sealed anew."
    )


def _reseal_endpoints(db: Database, settings: Settings) -> int:
    keys = settings.derived_keys(webhooks.SEALING)
    return sum(webhooks.reseal(db, merchant_id, keys) for merchant_id in merchants.all_ids(db))


def _credentials(account: str) -> Credentials:
    secret, webhook_secret = _typed() if sys.stdin.isatty() else _read()
    if secret and not secret.startswith(_SECRETS):
        raise click.UsageError("A secret key of Stripe begins with sk_ or rk_.")
    if webhook_secret and not webhook_secret.startswith(_WEBHOOK_SECRET):
        raise click.UsageError("A signing secret of Stripe begins with whsec_.")
    return Credentials(secret, webhook_secret, account)


def _typed() -> tuple[str, str]:
    return _asked("Secret key"), _asked("Signing secret of the webhooks")


def _asked(words: str) -> str:
    typed: str = click.prompt(words, default="", show_default=False, hide_input=True, err=True)
    return typed.strip()


def _read() -> tuple[str, str]:
    return sys.stdin.readline().strip(), sys.stdin.readline().strip()


def _tell(found: GatewayAccount | None, settings: Settings, gateway: str, *, as_json: bool) -> None:
    if found is None:
        raise click.ClickException(f"There is no connection to {gateway}.")
    address = f"{settings.base_url}{queries.WEBHOOKS}{found.token}"
    signed = bool(found.webhook_secret)
    if as_json:
        document = {"gateway": gateway, "connected": True, "account": found.account}
        click.echo(json.dumps({**document, "webhook_address": address, "has_webhook_secret": signed}))
        return
    click.echo(f"{gateway} is connected.")
    click.echo(f"Address for webhooks: {address}")
    if not signed:
        click.echo("Enter it there, then give the signing secret with: rescind gateways set")

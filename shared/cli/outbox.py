"""`rescind outbox`: how many effects wait, and a new start for those that were given up."""

import json
from dataclasses import asdict

import click

from shared.actions import effects
from shared.cli.database import opened
from shared.queries import effects as effect_queries
from shared.queries import merchants
from shared.queries.effects import EffectCount
from shared.settings import Settings
from shared.storage.engine import Database

_JSON = click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
_MERCHANT = click.option("--merchant", metavar="SLUG", help="One merchant alone; all by default.")


@click.group()
def outbox() -> None:
    """See what waits to be carried out, and try again what was given up."""


@outbox.command()
@_MERCHANT
@_JSON
def status(merchant: str | None, *, as_json: bool) -> None:
    """Count effects by merchant, kind and state."""
    with opened(Settings.read(serving=False)) as db:
        counts = [count for slug in _slugs(db, merchant) for count in effect_queries.counts(db, slug)]
    if as_json:
        click.echo(json.dumps([asdict(count) for count in counts]))
        return
    for count in counts:
        click.echo(_line(count))
    if not counts:
        click.echo("The outbox is empty.")


@outbox.command()
@_MERCHANT
@_JSON
def retry(merchant: str | None, *, as_json: bool) -> None:
    """Make effects that were given up due again; a worker takes them from there."""
    with opened(Settings.read(serving=False)) as db:
        found = [merchants.find(db, slug).id for slug in _slugs(db, merchant)]
        count = sum(effects.retry_dead(db, merchant_id) for merchant_id in found)
    click.echo(json.dumps({"retried": count}) if as_json else f"{count} effects are due again.")


def _slugs(db: Database, merchant: str | None) -> list[str]:
    return [merchants.find(db, merchant).slug] if merchant else list(merchants.all_slugs(db))


def _line(count: EffectCount) -> str:
    return f"{count.merchant}  {count.kind}  {count.state}  {count.effects}"

"""`rescind merchants`: open merchants' accounts, show their settings and change them."""

import json
import re
from pathlib import Path
from typing import IO
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click
from werkzeug.exceptions import BadRequest

from shared.actions import merchants as merchant_actions
from shared.cli.database import opened
from shared.domain.errors import InvalidContent
from shared.domain.policy import Policy
from shared.queries import merchants as merchant_queries
from shared.queries.merchants import Merchant
from shared.settings import Settings
from shared.web.policy_payload import PolicyPayload
from shared.web.strict_json import parse, validated

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_SLUG = 40
_LONGEST_NAME = 200
_MOST_POLICY_BYTES = 1_000_000
_JSON = click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
_SWITCH = click.Choice(["on", "off"])


@click.group()
def merchants() -> None:
    """Open merchants' accounts, show their settings and change them."""


@merchants.command("create")
@click.argument("name")
@click.option("--slug", help="Its short name in commands; made from the name by default.")
@click.option("--time-zone", default="UTC", show_default=True, metavar="ZONE", help="Such as Europe/Berlin.")
@_JSON
def create_merchant(name: str, slug: str | None, time_zone: str, *, as_json: bool) -> None:
    """Open an account for the merchant NAME."""
    chosen = _checked_slug(slug or re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-"))
    _check_zone(time_zone)
    with opened(Settings.read(serving=False)) as db:
        merchant_id = merchant_actions.create(
            db, merchant_actions.NewMerchant(slug=chosen, name=name, time_zone=time_zone)
        )
    document = {"slug": chosen, "id": str(merchant_id)}
    click.echo(json.dumps(document) if as_json else f"Opened {name} as {chosen}.")


@merchants.command("show")
@click.argument("slug")
@_JSON
def show_merchant(slug: str, *, as_json: bool) -> None:
    """Show the settings of the merchant SLUG, and its policy as `change --policy` takes it.

    The policy alone goes to standard output, so that it can be kept in a file and edited.
    """
    with opened(Settings.read(serving=False)) as db:
        merchant = merchant_queries.find(db, slug)
    if as_json:
        click.echo(json.dumps(_document(merchant)))
        return
    click.echo(_words(merchant), err=True)
    click.echo(json.dumps(_policy_document(merchant.policy), indent=2))


@merchants.command("change")
@click.argument("slug")
@click.option("--name", help="What customers read.")
@click.option("--time-zone", metavar="ZONE", help="In which customers read times, such as Europe/Berlin.")
@click.option("--self-service", type=_SWITCH, help="Whether customers may ask for cancellations.")
@click.option("--mails", type=_SWITCH, help="Whether customers get e-mails.")
@click.option(
    "--policy",
    type=click.File("rb"),
    metavar="FILE",
    help="The policy for orders that come in from now on, as JSON; - reads standard input.",
)
@_JSON
def change_merchant(
    slug: str,
    name: str | None,
    time_zone: str | None,
    self_service: str | None,
    mails: str | None,
    policy: IO[bytes] | None,
    *,
    as_json: bool,
) -> None:
    """Change settings of the merchant SLUG; what is not named stays as it is.

    Orders keep the policy they came in under. Requests that are open when self-service is switched off go on.
    """
    if name is not None and not 1 <= len(name.strip()) <= _LONGEST_NAME:
        raise click.BadParameter(f"a name has 1 to {_LONGEST_NAME} characters", param_hint="--name")
    if time_zone is not None:
        _check_zone(time_zone)
    changes = merchant_actions.MerchantChanges(
        name=name,
        time_zone=time_zone,
        self_service=None if self_service is None else self_service == "on",
        mails_buyers=None if mails is None else mails == "on",
        policy=None if policy is None else _read_policy(policy),
    )
    if changes == merchant_actions.MerchantChanges():
        raise click.UsageError("Name at least one setting to change; --help lists them.")
    with opened(Settings.read(serving=False)) as db:
        merchant_actions.change(db, merchant_queries.find(db, slug).id, changes)
        merchant = merchant_queries.find(db, slug)
    click.echo(json.dumps(_document(merchant)) if as_json else _words(merchant))


def _read_policy(file: IO[bytes]) -> Policy:
    given = getattr(file, "name", "<stdin>")
    name = "standard input" if given in {"-", "<stdin>"} else Path(given).name
    written = file.read(_MOST_POLICY_BYTES + 1)
    if len(written) > _MOST_POLICY_BYTES:
        raise click.ClickException(f"{name} is larger than a policy can be.")
    try:
        return validated(PolicyPayload, parse(written)).policy()
    except BadRequest as error:
        raise click.ClickException((error.description or "").replace("The body", name)) from None
    except InvalidContent as error:
        raise click.ClickException(f"{name}: {_faults(error)}. Mend it and run this again.") from None


def _faults(error: InvalidContent) -> str:
    faults = error.facts["errors"]
    assert isinstance(faults, list)  # noqa: S101 - validated() writes no other kind
    return "; ".join(f"{fault['field'] or 'the policy'}: {fault['message']}" for fault in faults)


def _document(merchant: Merchant) -> dict[str, object]:
    return {
        "slug": merchant.slug,
        "name": merchant.name,
        "time_zone": merchant.time_zone,
        "self_service": merchant.self_service,
        "mails": merchant.mails_buyers,
        "policy": _policy_document(merchant.policy),
    }


def _policy_document(policy: Policy) -> dict[str, object]:
    return PolicyPayload.of(policy).model_dump(mode="json")


def _words(merchant: Merchant) -> str:
    switches = (f"self-service {_switch(merchant.self_service)}", f"mails {_switch(merchant.mails_buyers)}")
    return f"{merchant.name} ({merchant.slug}): {merchant.time_zone}, {', '.join(switches)}."


def _switch(is_on: bool) -> str:  # noqa: FBT001 - the switch is all there is
    return "on" if is_on else "off"


def _checked_slug(slug: str) -> str:
    if not _SLUG.fullmatch(slug) or len(slug) > _LONGEST_SLUG:
        raise click.BadParameter(
            f"{slug!r} is not made of small letters, digits and single hyphens", param_hint="--slug"
        )
    return slug


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise click.BadParameter(f"there is no time zone {name!r}", param_hint="--time-zone") from None

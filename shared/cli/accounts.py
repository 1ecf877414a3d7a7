"""`rescind users`, `keys`, `links`: let people, stores and buyers in."""

import json
import secrets
import sys

import click

from shared.actions import agents, passwords, second_factors
from shared.actions import links as link_actions
from shared.actions import merchants as merchant_actions
from shared.actions.second_factors import HASHING, SEALING
from shared.cli.database import opened
from shared.domain.actors import SYSTEM
from shared.domain.permissions import Role
from shared.links import PATH
from shared.passwords import weakness
from shared.queries import documents
from shared.queries import merchants as merchant_queries
from shared.settings import Settings

_SHORTEST_PASSWORD = 12
_MERCHANT = click.option("--merchant", required=True, metavar="SLUG", help="Whose it is.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")


@click.group()
def users() -> None:
    """Let people into a merchant's team."""


@users.command("create")
@_MERCHANT
@click.argument("email")
@click.option("--name", default="", help="What colleagues read.")
@click.option(
    "--role", type=click.Choice([role.value for role in Role]), default=Role.OWNER.value, show_default=True
)
@click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input; else one is made."
)
@_JSON
def create_user(
    merchant: str, email: str, name: str, role: str, *, password_stdin: bool, as_json: bool
) -> None:
    """Let the person with this EMAIL in; a password that was made is printed once."""
    if "@" not in email.strip("@"):
        raise click.BadParameter("it is no e-mail address", param_hint="EMAIL")
    password = sys.stdin.readline().rstrip("\n") if password_stdin else secrets.token_urlsafe(12)
    if len(password) < _SHORTEST_PASSWORD:
        raise click.UsageError(f"A password has at least {_SHORTEST_PASSWORD} characters.")
    with opened(Settings.read(serving=False)) as db:
        merchant_id = merchant_queries.find(db, merchant).id
        merchant_actions.create_user(
            db, merchant_id, email=email, name=name or email, password=password, role=Role(role)
        )
    made = {} if password_stdin else {"password": password}
    words = f"{email} is {role} of {merchant}."
    _tell({"email": email, **made}, f"{words} Password: {password}" if made else words, as_json=as_json)


@users.command("reset-password")
@click.argument("email")
@click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input; else one is made."
)
@_JSON
def reset_password(email: str, *, password_stdin: bool, as_json: bool) -> None:
    """Give the person with this EMAIL another password and end their sessions."""
    password = sys.stdin.readline().rstrip("\n") if password_stdin else secrets.token_urlsafe(12)
    if weakness(password, email) is not None:
        raise click.UsageError("The password is too short, or one of those that are tried first.")
    with opened(Settings.read(serving=False)) as db:
        passwords.set_by_operator(db, email, password)
    made = {} if password_stdin else {"password": password}
    words = f"{email} has another password."
    _tell({"email": email, **made}, f"{words} Password: {password}" if made else words, as_json=as_json)


@users.command("remove-second-factor")
@click.argument("email")
@_JSON
def remove_second_factor(email: str, *, as_json: bool) -> None:
    """Take the second factors of the person with this EMAIL away, who has lost them and their codes."""
    with opened(Settings.read(serving=False)) as db:
        second_factors.remove_all(db, email, SYSTEM)
    _tell({"email": email}, f"{email} signs in with the password alone.", as_json=as_json)


@users.command("create-agent")
@click.argument("email")
@click.option("--name", default="", help="What merchants' audits say; merchants read Rescind support.")
@_JSON
def create_agent(email: str, name: str, *, as_json: bool) -> None:
    """Make EMAIL a support agent of the operator; what they sign in with is printed once."""
    if "@" not in email.strip("@"):
        raise click.BadParameter("it is no e-mail address", param_hint="EMAIL")
    password = secrets.token_urlsafe(12)
    settings = Settings.read(serving=False)
    with opened(settings) as db:
        made = agents.create_agent(
            db,
            email,
            name or email,
            password,
            sealing=settings.derived_keys(SEALING),
            hashing=settings.derived_keys(HASHING)[0],
        )
    told = {
        "email": email,
        "password": password,
        "totp_secret": made.totp_secret,
        "totp_address": made.totp_address,
        "recovery_codes": " ".join(made.recovery_codes),
    }
    lines = (
        f"{email} is a support agent. Password: {password}",
        f"Key for the authenticator app: {made.totp_secret}",
        made.totp_address,
        "Recovery codes, each good once:",
        *made.recovery_codes,
    )
    _tell(told, "\n".join(lines), as_json=as_json)


@click.group()
def keys() -> None:
    """Make keys for the API."""


@keys.command("create")
@_MERCHANT
@click.option("--name", required=True, help="What the key is for.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(merchant_actions.SCOPES),
    help="What it may do; give it several times. All by default.",
)
@_JSON
def create_key(merchant: str, name: str, scopes: tuple[str, ...], *, as_json: bool) -> None:
    """Make a key and print it; it can never be read again."""
    with opened(Settings.read(serving=False)) as db:
        merchant_id = merchant_queries.find(db, merchant).id
        key = merchant_actions.create_api_key(
            db, merchant_id, name=name, scopes=scopes or merchant_actions.SCOPES
        )
    _tell({"key": key}, key, as_json=as_json)


@click.group()
def links() -> None:
    """Make order links."""


@links.command("make")
@click.argument("order")
@_MERCHANT
@_JSON
def make_link(order: str, merchant: str, *, as_json: bool) -> None:
    """Make a link to the order with the number ORDER, as its e-mail would hold it."""
    settings = Settings.read(serving=False)
    with opened(settings) as db:
        merchant_id = merchant_queries.find(db, merchant).id
        found = documents.known_order(db, merchant_id, order)
        token = link_actions.make(db, merchant_id, found.id, settings.derived_keys("order-links"))
    address = f"{settings.base_url}{PATH}{token}"
    _tell({"order": order, "link": address}, address, as_json=as_json)


def _tell(document: dict[str, str], words: str, *, as_json: bool) -> None:
    click.echo(json.dumps(document) if as_json else words)

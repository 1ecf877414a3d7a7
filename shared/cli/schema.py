"""`rescind db`: bring the schema up to date, and print the SQL of the roles."""

import json
from uuid import UUID

import click
from sqlalchemy import Connection, create_engine, text

from shared.cli.database import located
from shared.settings import BadSettings, Settings
from shared.storage import roles, schema


@click.group()
def db() -> None:
    """Upgrade the database, print the SQL of its roles."""


@db.command()
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
def upgrade(*, as_json: bool) -> None:
    """Bring the schema up to date, with the role that owns it."""
    with located(Settings.read(serving=False)) as settings:
        schema.upgrade(owner_url(settings))
    click.echo(json.dumps({"up_to_date": True}) if as_json else "The database is up to date.")


@db.command("roles")
@click.option(
    "--merchant", metavar="SLUG", help="Also the login role that reads this merchant's reporting views."
)
@click.option("--apply", "applies", is_flag=True, help="With --merchant: run it through the owner's address.")
@click.option("--json", "as_json", is_flag=True, help="Print a list of statements as JSON.")
def print_roles(merchant: str | None, *, applies: bool, as_json: bool) -> None:
    """Print the SQL that makes the database roles, to be run by a superuser (psql), passwords asked for."""
    if merchant is None:
        if applies:
            raise click.UsageError("--apply needs --merchant: only a superuser can make the other roles.")
        script = roles.setup_script()
        statements = roles.role_statements()
    else:
        statements = _of_reader(merchant, applies=applies)
        script = "".join(f"{statement};\n" for statement in statements)
    click.echo(json.dumps(statements) if as_json else script, nl=as_json)


def owner_url(settings: Settings) -> str:
    """Return the address of the role that owns the tables, or raise `BadSettings`."""
    if settings.database_owner_url is None:
        remedy = "Set it to the owner's address; the application's own role must not own the tables."
        raise BadSettings("RESCIND_DATABASE_OWNER_URL", "it is not set", remedy)
    return settings.database_owner_url


def _of_reader(slug: str, *, applies: bool) -> tuple[str, ...]:
    try:
        roles.reader_name(slug)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--merchant") from None
    with located(Settings.read(serving=False)) as settings:
        engine = create_engine(owner_url(settings))
        try:
            with engine.begin() as connection:
                statements = roles.reader_statements(slug, _merchant_id(connection, slug))
                for statement in statements if applies else ():
                    connection.exec_driver_sql(statement.replace("%", "%%"))
        finally:
            engine.dispose()
    return statements


def _merchant_id(connection: Connection, slug: str) -> UUID:
    found: UUID | None = connection.scalar(
        text("SELECT id FROM merchants WHERE slug = :slug"), {"slug": slug}
    )
    if found is None:
        raise click.BadParameter(f"there is no merchant {slug!r}", param_hint="--merchant")
    return found

"""The `rescind` command: finds sub-commands when they are asked for, and puts trouble into one line."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import click

_COMMANDS = {
    "run": ("shared.cli.launcher:run", "Run the whole product here, with a demo shop: what make run does."),
    "stop": ("shared.cli.launcher:stop", "End whatever a killed run has left."),
    "serve": ("shared.cli.serve:serve", "Serve the web pages and the API."),
    "worker": ("shared.cli.worker:worker", "Carry out what waits: e-mails, refunds, decisions."),
    "doctor": ("shared.cli.doctor:doctor", "Check configuration, database and every invariant."),
    "merchants": ("shared.cli.merchants:merchants", "Open merchants' accounts, change their settings."),
    "users": ("shared.cli.accounts:users", "Let people into a merchant's team."),
    "keys": ("shared.cli.accounts:keys", "Make keys for the API."),
    "links": ("shared.cli.accounts:links", "Make order links."),
    "gateways": ("shared.cli.gateways:gateways", "Connect accounts at payment gateways."),
    "outbox": ("shared.cli.outbox:outbox", "See what waits, try again what was given up."),
    "db": ("shared.cli.schema:db", "Upgrade the database, print the SQL of its roles."),
    "feeds": ("shared.cli.feeds:feeds", "Carry out cancellation and adjustment files."),
    "orders": ("shared.cli.orders:orders", "Take in orders from files."),
}


class Misused(click.ClickException):
    """Bad input, in one line; click itself would put the usage and a hint in front of it."""

    exit_code = 2


class Commands(click.Group):
    """Sub-commands by name, imported on first use, so that help and every other command start quickly."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """List the names in the order of the table."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        """Import one command."""
        if cmd_name not in _COMMANDS:
            return None
        module, _, attribute = _COMMANDS[cmd_name][0].partition(":")
        found = getattr(import_module(module), attribute)
        return found if isinstance(found, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as above
        """List the commands from the table alone: their modules stay unread."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in _COMMANDS.items()])

    def make_context(self, *words: Any, **extra: Any) -> click.Context:  # noqa: ANN401 - click's signature
        """Read the words before the command."""
        with _misuse_in_one_line():
            return super().make_context(*words, **extra)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's signature
        """Run the command; trouble that has a remedy becomes one line."""
        try:
            with _misuse_in_one_line():
                return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            message = _plainly(error)
            if message is None:
                raise
            raise click.ClickException(message) from error


@click.group(cls=Commands)
@click.version_option(package_name="rescind")
def cli() -> None:
    """Rescind: customers cancel their orders themselves, merchants decide."""


def main() -> None:
    """Run the command line."""
    cli(prog_name="rescind")


@contextmanager
def _misuse_in_one_line() -> Iterator[None]:
    try:
        yield
    except click.exceptions.NoArgsIsHelpError:
        raise
    except click.UsageError as error:
        message = " ".join(error.format_message().split())
        asked = error.ctx.command_path if error.ctx else "rescind"
        raise Misused(f"{message} (See: {asked} --help)") from error


def _plainly(error: Exception) -> str | None:
    """Put an expected kind of trouble into one line; of any other kind, nothing."""
    from sqlalchemy.exc import OperationalError, ProgrammingError  # noqa: PLC0415 - help need not wait for it

    from shared.domain.errors import Refusal  # noqa: PLC0415 - as above
    from shared.settings import BadSettings  # noqa: PLC0415 - as above
    from shared.storage.embedded import CannotStart  # noqa: PLC0415 - as above
    from shared.storage.engine import UnsafeRole  # noqa: PLC0415 - as above

    if isinstance(error, BadSettings | CannotStart | Refusal | UnsafeRole):
        return str(error)
    if isinstance(error, OperationalError):
        reason = str(error.orig).strip().partition("\n")[0]
        return f"The database does not answer: {reason}. Check RESCIND_DATABASE_URL."
    if isinstance(error, ProgrammingError) and getattr(error.orig, "sqlstate", "") == "42P01":
        return "The database is not up to date. Run: rescind db upgrade"
    return None


if __name__ == "__main__":
    main()

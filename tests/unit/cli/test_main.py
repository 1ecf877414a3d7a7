"""The command line: help for everything, and one clear line for what goes wrong."""

import click
import pytest
from click.testing import CliRunner
from psycopg import errors
from sqlalchemy.exc import OperationalError, ProgrammingError

from shared.cli import main
from shared.cli.main import cli
from shared.settings import BadSettings
from shared.storage.embedded import CannotStart
from shared.storage.engine import UnsafeRole


@pytest.fixture
def runner():
    return CliRunner()


def every_command():
    context = click.Context(cli)
    for name in cli.list_commands(context):
        yield [name]
        command = cli.get_command(context, name)
        if isinstance(command, click.Group):
            yield from ([name, inner] for inner in command.list_commands(context))


@pytest.mark.parametrize("words", [[], *every_command()], ids=" ".join)
def test_every_command_has_help(runner, words):
    result = runner.invoke(cli, [*words, "--help"])

    assert result.exit_code == 0
    assert result.output.startswith("Usage:")


def test_an_unknown_command_is_refused(runner):
    result = runner.invoke(cli, ["dance"])

    assert result.exit_code == 2
    assert "No such command 'dance'" in result.output


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["--dance"], "Error: No such option '--dance'. (See: rescind --help)"),
        (["links", "make"], "Error: Missing argument 'ORDER'. (See: rescind links make --help)"),
        (["orders", "import", "--merchant"], "Error: Option '--merchant' requires an argument."),
        (
            ["users", "create", "a@b.example", "--merchant", "x", "--role", "king"],
            "Error: Invalid value for '--role'",
        ),
    ],
)
def test_bad_input_is_answered_with_one_line(runner, words, line):
    result = runner.invoke(cli, words, prog_name="rescind")

    assert result.exit_code == 2
    assert result.output.startswith(line)
    assert result.output.count("\n") == 1


def test_a_group_by_itself_shows_its_help(runner):
    assert runner.invoke(cli, ["orders"]).output.startswith("Usage:")


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (BadSettings("PORT", "it is taken", "Choose another."), "Error: PORT: it is taken. Choose another."),
        (CannotStart("No database."), "Error: No database."),
        (UnsafeRole("The role may too much."), "Error: The role may too much."),
        (
            OperationalError("SELECT", {}, Exception("connection refused\nmore")),
            "Error: The database does not answer: connection refused. Check RESCIND_DATABASE_URL.",
        ),
        (
            ProgrammingError("SELECT", {}, errors.UndefinedTable()),
            "Error: The database is not up to date. Run: rescind db upgrade",
        ),
    ],
)
def test_trouble_with_a_remedy_is_one_line(runner, monkeypatch, error, line):
    @click.command()
    def failing() -> None:
        raise error

    monkeypatch.setattr(cli, "get_command", lambda _context, _name: failing)

    result = runner.invoke(cli, ["anything"])

    assert result.exit_code == 1
    assert result.output.strip() == line


def test_a_mistake_of_ours_is_not_dressed_up(runner, monkeypatch):
    @click.command()
    def failing() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(cli, "get_command", lambda _context, _name: failing)

    assert isinstance(runner.invoke(cli, ["anything"]).exception, ZeroDivisionError)


def test_the_program_calls_itself_rescind(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["whatever", "--help"])

    with pytest.raises(SystemExit):
        main.main()

    assert capsys.readouterr().out.startswith("Usage: rescind")

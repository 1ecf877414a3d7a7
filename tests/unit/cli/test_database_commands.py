"""`rescind db`: the schema brought up to date, the roles' SQL printed or applied."""

import json
from uuid import uuid4

import pytest
from click.testing import CliRunner

from shared.cli.main import cli
from shared.storage import roles


@pytest.fixture
def merchant(database_server, database_name):
    slug = f"oak-{uuid4().hex[:8]}"
    with database_server.superuser(database_name) as connection:
        connection.execute(
            "INSERT INTO merchants"
            " (id, slug, name, time_zone, policy, tax_included, mails_buyers, created_at)"
            " VALUES (%s, %s, 'Oak', 'UTC', '{}', '{}', true, now())",
            [uuid4(), slug],
        )
        yield slug
        role = roles.reader_name(slug)
        connection.execute(f"DELETE FROM reporting.readers WHERE role_name = '{role}'".encode())
        connection.execute(b"DELETE FROM merchants WHERE slug = %s", [slug])
        if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).fetchone() is not None:
            connection.execute(f"DROP OWNED BY {role}".encode())
            connection.execute(f"DROP ROLE {role}".encode())


@pytest.fixture
def rescind(app_url, owner_url, tmp_path):
    """Run a command on this process's database."""
    environment = {
        "RESCIND_DATABASE_URL": app_url,
        "RESCIND_DATABASE_OWNER_URL": owner_url,
        "RESCIND_DATA_DIR": str(tmp_path),
        "RESCIND_MODE": None,
        "RESCIND_TESTKIT": None,
    }

    def run(*words, **changed):
        return CliRunner().invoke(cli, list(words), env={**environment, **changed})

    return run


def test_upgrading_what_is_up_to_date_changes_nothing(rescind):
    result = rescind("db", "upgrade")

    assert (result.exit_code, result.output) == (0, "The database is up to date.\n")
    assert json.loads(rescind("db", "upgrade", "--json").output) == {"up_to_date": True}


def test_upgrading_without_the_owner_says_what_to_set(rescind):
    result = rescind("db", "upgrade", RESCIND_DATABASE_OWNER_URL="")

    assert result.exit_code == 1
    assert result.output.startswith("Error: RESCIND_DATABASE_OWNER_URL: ")


def test_a_database_that_is_away_is_said_in_one_line(rescind):
    gone = "postgresql://app@127.0.0.1:1/gone"
    result = rescind("db", "upgrade", RESCIND_DATABASE_URL=gone, RESCIND_DATABASE_OWNER_URL=gone)

    assert result.exit_code == 1
    assert result.output.startswith("Error: The database does not answer: ")
    assert result.output.count("\n") == 1


def test_the_roles_are_printed_without_any_database(rescind):
    result = rescind("db", "roles", RESCIND_DATABASE_URL="", RESCIND_DATABASE_OWNER_URL="")

    assert result.exit_code == 0
    assert result.output == roles.setup_script()


def test_the_roles_come_as_json_too(rescind):
    assert json.loads(rescind("db", "roles", "--json").output) == list(roles.role_statements())


def test_a_merchants_reader_is_printed_and_nothing_is_changed(rescind, merchant, database_server):
    result = rescind("db", "roles", "--merchant", merchant)

    assert result.exit_code == 0
    assert f"CREATE ROLE {roles.reader_name(merchant)}" in result.output
    with database_server.superuser() as connection:
        query = "SELECT FROM pg_roles WHERE rolname = %s"
        assert connection.execute(query, [roles.reader_name(merchant)]).fetchone() is None


def test_a_merchants_reader_is_made_when_asked(rescind, merchant, database_server, database_name):
    for _ in range(2):
        result = rescind("db", "roles", "--merchant", merchant, "--apply", "--json")
        assert result.exit_code == 0, result.output
        assert len(json.loads(result.output)) == 4

    with database_server.superuser(database_name) as connection:
        query = "SELECT count(*) FROM reporting.readers WHERE role_name = %s"
        assert connection.execute(query, [roles.reader_name(merchant)]).fetchone() == (1,)


@pytest.mark.parametrize("words", [["--merchant", "no-such"], ["--merchant", "a;b"], ["--apply"]])
def test_wrong_words_are_refused_in_plain_words(rescind, words):
    result = rescind("db", "roles", *words)

    assert result.exit_code == 2
    assert "Error: " in result.output
    assert "Traceback" not in result.output

"""Spell out the SQL of the database roles: who owns the tables, who uses them, and who may read reports."""

import re
from uuid import UUID

OWNER = "rescind_owner"
APP = "rescind_app"
REPORTING = "rescind_reporting"
DATABASE = "rescind"
LONGEST_ROLE_NAME = 63

_READER_PREFIX = "rescind_reader_"
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")

_ROLE_ATTRIBUTES = {
    OWNER: "LOGIN CREATEROLE NOSUPERUSER NOCREATEDB NOBYPASSRLS",
    APP: "LOGIN NOCREATEROLE NOSUPERUSER NOCREATEDB NOBYPASSRLS",
    REPORTING: "NOLOGIN NOCREATEROLE NOSUPERUSER NOCREATEDB NOBYPASSRLS",
}


def role_statements() -> tuple[str, ...]:
    """Spell the statements a superuser runs once per server; running them again changes nothing.

    The owner is a member of the reporting role because handing a view to a role asks for that.
    """
    roles = tuple(_create_missing(name, attributes) for name, attributes in _ROLE_ATTRIBUTES.items())
    return (*roles, f"GRANT {REPORTING} TO {OWNER} WITH ADMIN OPTION")


def create_database_statement(name: str = DATABASE, *, template: str = "template0") -> str:
    """Spell the statement that makes a database owned by the owner role."""
    return f'CREATE DATABASE "{name}" OWNER {OWNER} TEMPLATE "{template}"'


def setup_script(database: str = DATABASE) -> str:
    """Write the whole script for a PostgreSQL of one's own, to be run by its superuser with psql."""
    statements = "\n".join(f"{statement};" for statement in role_statements())
    passwords = "\n".join(f"\\password {name}" for name in (OWNER, APP))
    return f"{statements}\n{create_database_statement(database)};\n{passwords}\n"


def reader_name(slug: str) -> str:
    """Name the login role through which one merchant's analysts read the reporting views."""
    name = f"{_READER_PREFIX}{slug.replace('-', '_')}"
    if not _SLUG.fullmatch(slug) or len(name) > LONGEST_ROLE_NAME:
        raise ValueError(f"{slug!r} cannot be part of a role's name")
    return name


def reader_statements(slug: str, merchant_id: UUID) -> tuple[str, ...]:
    """Spell the statements, run by the owner, that let one merchant's reader role see that merchant alone.

    They can be run again; a role that is another merchant's already is an error, not a silent second sight.
    """
    role = reader_name(slug)
    return (
        _create_missing(role, "LOGIN NOCREATEROLE NOSUPERUSER NOCREATEDB NOBYPASSRLS"),
        f"GRANT USAGE ON SCHEMA reporting TO {role}",
        _grant_views(role),
        _name_reader(role, merchant_id),
    )


def _grant_views(role: str) -> str:
    return (
        "DO $$ DECLARE name text; BEGIN"  # noqa: S608 - the role's name has been checked
        " FOR name IN SELECT viewname FROM pg_views WHERE schemaname = 'reporting' LOOP"
        f" EXECUTE format('GRANT SELECT ON reporting.%I TO {role}', name);"
        " END LOOP; END $$"
    )


def _name_reader(role: str, merchant_id: UUID) -> str:
    return (
        "INSERT INTO reporting.readers (role_name, merchant_id)"  # noqa: S608 - as above
        f" SELECT '{role}', '{merchant_id}' WHERE NOT EXISTS (SELECT FROM reporting.readers"
        f" WHERE role_name = '{role}' AND merchant_id = '{merchant_id}')"
    )


def _create_missing(role: str, attributes: str) -> str:
    return (
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}')"
        f" THEN CREATE ROLE {role} {attributes}; END IF; END $$"
    )

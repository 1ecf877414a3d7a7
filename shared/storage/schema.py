"""Bring a database's schema up to date, and say how far it is."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine

_MIGRATIONS = Path(__file__).parent / "migrations"


def configuration(connection: Connection) -> Config:
    """Configure Alembic for one connection."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def upgrade(owner_url: str) -> None:
    """Run what is missing of the schema's history, with the owner's role."""
    engine = create_engine(owner_url)
    with engine.begin() as connection:
        command.upgrade(configuration(connection), "head")
    engine.dispose()


def is_current(connection: Connection) -> bool:
    """Say whether the schema is the one this code was written for."""
    scripts = ScriptDirectory.from_config(configuration(connection))
    return MigrationContext.configure(connection).get_current_heads() == tuple(scripts.get_heads())

"""Find the database a command works on: the one that is set, or else the embedded one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from shared.settings import Settings
from shared.storage import roles
from shared.storage.embedded import Server, running
from shared.storage.engine import Database, open_database


@contextmanager
def located(settings: Settings) -> Iterator[Settings]:
    """Give the same settings with both database addresses filled in."""
    if settings.database_url is not None:
        yield settings
        return
    with running(settings.data_dir) as server:
        yield on(server, settings)


@contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    """Open the database of these settings for the length of a command."""
    with located(settings) as found:
        db = open_database(found.database_url or "", testkit=found.testkit)
        try:
            yield db
        finally:
            db.close()


def on(server: Server, settings: Settings) -> Settings:
    """Return the settings with the addresses of this embedded server."""
    return replace(settings, database_url=server.url(roles.APP), database_owner_url=server.url(roles.OWNER))

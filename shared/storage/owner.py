"""What the test kit alone may do, through the role that owns the tables: empty the shop, move the clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from psycopg.errors import DeadlockDetected
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import OperationalError

from shared.storage.records import Base

_TRIES = 5
_LOCK_TIMEOUT = "-c lock_timeout=10s -c timezone=UTC"


def empty(owner_url: str) -> None:
    """Remove every row of ours; queued jobs stay and find nothing to do."""
    tables = ", ".join(f'public."{name}"' for name in sorted(Base.metadata.tables))
    for tries_left in reversed(range(_TRIES)):
        try:
            with _owner(owner_url) as connection:
                connection.execute(text(f"TRUNCATE {tables}, reporting.readers"))
        except OperationalError as error:
            # A worker in the middle of something takes the same locks in another order.
            if tries_left == 0 or not isinstance(error.orig, DeadlockDetected):
                raise
        else:
            return


def set_clock(owner_url: str, now: datetime | None) -> None:
    """Make it this instant for the product; None is real time."""
    with _owner(owner_url) as connection:
        connection.execute(text("DELETE FROM clock"))
        if now is not None:
            connection.execute(
                text("INSERT INTO clock (id, shift) VALUES (1, :now - clock_timestamp())"), {"now": now}
            )


def advance_clock(owner_url: str, by: timedelta) -> None:
    """Move the product's time on, or back."""
    with _owner(owner_url) as connection:
        connection.execute(
            text(
                "INSERT INTO clock (id, shift) VALUES (1, :by)"
                " ON CONFLICT (id) DO UPDATE SET shift = clock.shift + excluded.shift"
            ),
            {"by": by},
        )


@contextmanager
def _owner(owner_url: str) -> Iterator[Connection]:
    engine = create_engine(owner_url, connect_args={"connect_timeout": 5, "options": _LOCK_TIMEOUT})
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()

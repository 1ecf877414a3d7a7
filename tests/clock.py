"""A database whose clock a test moves on, so that nobody waits."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine, create_engine

from shared.storage.engine import Database


class MovedDatabase(Database):
    """The same database at another time, for one test alone."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine, testkit=False)
        self.set_clock(0)

    def set_clock(self, minutes: int) -> None:
        """Make it so many minutes later than it is."""
        self._moved = timedelta(minutes=minutes)
        self._now = f"clock_timestamp() + interval '{minutes} minutes'"

    def advance(self, **by: float) -> None:
        """Let more time pass: hours, minutes, seconds."""
        self._moved += timedelta(**by)
        self._now = f"clock_timestamp() + interval '{self._moved.total_seconds()} seconds'"


def later(db: Database, minutes: int) -> MovedDatabase:
    """Open the same database so many minutes later."""
    moved = MovedDatabase(db.engine)
    moved.set_clock(minutes)
    return moved


def unhurried(db: Database) -> MovedDatabase:
    """Open it on connections that are not tried before each use: for tests that open thousands of them."""
    engine = create_engine(db.engine.url, connect_args={"options": "-c timezone=UTC"})
    return MovedDatabase(engine)

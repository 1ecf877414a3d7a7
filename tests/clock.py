"""Time that a test moves on without waiting for it."""

from __future__ import annotations

from datetime import timedelta

from shared.storage.engine import Database


class MovedDatabase(Database):
    """The same database, at a time of its own."""

    def __init__(self, db: Database) -> None:
        """Begin with the present."""
        super().__init__(db.engine, testkit=False)
        self._moved = timedelta(0)

    def advance(self, **by: float) -> None:
        """Let time pass: hours, minutes, seconds."""
        self._moved += timedelta(**by)
        self._now = f"clock_timestamp() + interval '{self._moved.total_seconds()} seconds'"

"""Whether the database answers, and so whether pages can."""

from shared.storage.engine import Database


def ask(db: Database) -> None:
    """Open a transaction and close it; raises SQLAlchemyError when the database does not answer."""
    with db.begin_untenanted():
        return

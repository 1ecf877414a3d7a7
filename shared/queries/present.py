"""The product's present time, which only a database that answers can tell."""

from datetime import datetime

from shared.storage.engine import Database


def now(db: Database) -> datetime:
    """Return the time of the product's clock (UTC); raises SQLAlchemyError when no database answers."""
    with db.begin_untenanted() as tx:
        return tx.now

"""Make a database ready for the demo: its schema up to date, and a believable shop in it."""

from collections.abc import Callable

from sqlalchemy import create_engine, text

from shared.cli import demo
from shared.domain.errors import NotFound
from shared.queries import merchants
from shared.settings import BadSettings, Settings
from shared.storage import schema
from shared.storage.engine import Database, open_database

HALF_DONE = "demo-shop-half-made"


def prepare(settings: Settings, *, may_start_over: bool, say: Callable[[str], None]) -> None:
    """Upgrade, and fill a database that has no demo shop; a foreign one only if it is empty.

    `may_start_over` is for a database that is ours alone.
    """
    if settings.database_owner_url is not None:
        schema.upgrade(settings.database_owner_url)
    half_done = settings.data_dir / HALF_DONE
    if half_done.exists() and may_start_over and settings.database_owner_url is not None:
        _empty(settings.database_owner_url)
        schema.upgrade(settings.database_owner_url)
    db = open_database(settings.database_url or "", testkit=settings.testkit)
    try:
        _refuse_old_schema(db)
        if not (_has_demo_shop(db) if may_start_over else _has_merchants(db)):
            say("Filling the demo shop …")
            half_done.touch()
            demo.seed(db, settings)
            half_done.unlink()
    finally:
        db.close()


def _empty(owner_url: str) -> None:
    engine = create_engine(owner_url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA IF EXISTS reporting CASCADE"))
        connection.execute(text("DROP OWNED BY CURRENT_USER CASCADE"))
    engine.dispose()


def _refuse_old_schema(db: Database) -> None:
    with db.engine.connect() as connection:
        if not schema.is_current(connection):
            remedy = "Set it to the owner's address, or run rescind db upgrade with it."
            raise BadSettings("RESCIND_DATABASE_OWNER_URL", "the database is not up to date", remedy)


def _has_demo_shop(db: Database) -> bool:
    """Say whether the sign-in that is printed works; the test kit may have emptied the shop."""
    try:
        merchants.find(db, demo.SLUG)
    except NotFound:
        return False
    return True


def _has_merchants(db: Database) -> bool:
    return bool(merchants.all_ids(db))

"""Put together what a worker needs from the settings."""

from shared.mail.mailers import choose_mailer
from shared.mail.sending import Post
from shared.payments.connections import connections
from shared.settings import Settings
from shared.storage.engine import Database, open_database
from shared.webhooks.sending import messenger_of
from shared.worker.perform import Outside


def outside_of(settings: Settings, db: Database | None = None) -> Outside:
    """Open what effects need; a database that is open already may be handed in."""
    database = db or open_database(database_url(settings), testkit=settings.testkit)
    return Outside(
        db=database,
        post=Post(
            mailer=choose_mailer(settings, database),
            base_url=settings.base_url,
            mail_from=settings.mail_from,
            link_keys=settings.derived_keys("order-links"),
        ),
        connect=connections(settings, database),
        messenger=messenger_of(settings),
    )


def database_url(settings: Settings) -> str:
    """Give the database's SQLAlchemy URL; the launcher has set it by now."""
    if settings.database_url is None:
        raise ValueError("RESCIND_DATABASE_URL is not set")
    return settings.database_url


def libpq_url(settings: Settings) -> str:
    """Give the same address as libpq reads it, without the driver's name."""
    return database_url(settings).replace("postgresql+psycopg://", "postgresql://", 1)

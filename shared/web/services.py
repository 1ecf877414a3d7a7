"""What a request may reach for: settings, database, rate limits and counts of the running application."""

from dataclasses import dataclass, field

from flask import current_app
from limits.storage import MemoryStorage, Storage

from shared.settings import Settings
from shared.storage.engine import Database
from shared.web.meter import Meter

EXTENSION = "rescind"


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that is opened once and used by every request."""

    settings: Settings
    db: Database
    limits: Storage = field(default_factory=MemoryStorage)
    meter: Meter = field(default_factory=Meter)


def services() -> Services:
    """Return the services of the running application."""
    found: Services = current_app.extensions[EXTENSION]
    return found

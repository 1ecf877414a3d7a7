"""The composition root: the one file that knows both faces."""

from flask import Blueprint, Flask

from shared.settings import BadSettings, Mode, Settings
from shared.storage.engine import open_database
from shared.web.app import build_app


def make_application() -> Flask:
    """Read the settings, open the database, and mount the faces that were asked for."""
    settings = Settings.read()
    if settings.database_url is None:
        raise BadSettings("RESCIND_DATABASE_URL", "it is not set", "Set it, or start with: make run")
    db = open_database(settings.database_url, testkit=settings.testkit)
    return build_app(settings, db, _chosen(settings))


def _chosen(settings: Settings) -> list[Blueprint]:
    chosen: list[Blueprint] = []
    if "portal" in settings.faces:
        from portal.routes import blueprint as portal  # noqa: PLC0415 - a face that is not served is not loaded

        chosen.append(portal)
    if "console" in settings.faces:
        from console.api.routes import blueprint as api  # noqa: PLC0415 - as above
        from console.routes import blueprint as console  # noqa: PLC0415 - as above

        chosen += [console, api]
    if settings.mode is Mode.DEMO or settings.testkit:
        from shared.testkit.mailbox import blueprint as mailbox  # noqa: PLC0415 - never loaded in production

        chosen.append(mailbox)
    if settings.testkit:
        from shared.testkit.routes import blueprint as testkit  # noqa: PLC0415 - never loaded in production

        chosen.append(testkit)
    return chosen

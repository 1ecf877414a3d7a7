"""Build the web application around faces it is given and never learns the names of."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Flask, request
from jinja2 import StrictUndefined

from shared import wording
from shared.rendering import templates_folder
from shared.settings import Settings
from shared.storage.engine import Database
from shared.web import brand, health
from shared.web.assets import mount_assets
from shared.web.errors import mount_errors
from shared.web.i18n import mount_languages
from shared.web.meter import mount_meter
from shared.web.security import secure
from shared.web.services import EXTENSION, Services, services

__all__ = ["Services", "build_app", "services"]

FRAGMENT_HEADER = "X-Fragment"
TEMPLATE_OPTIONS: dict[str, Any] = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}


def build_app(settings: Settings, db: Database, blueprints: Iterable[Blueprint]) -> Flask:
    """Build the application: protections first, then health and static files, then the given faces."""
    app = Flask("rescind", static_folder=None, template_folder=str(templates_folder()))
    opened = app.extensions[EXTENSION] = Services(settings, db)
    mount_meter(app, opened.meter)
    app.jinja_options = TEMPLATE_OPTIONS
    mount_languages(app)
    secure(app, settings)
    mount_errors(app)
    mount_assets(app)
    app.jinja_env.globals["wording"] = wording
    app.context_processor(lambda: {"fragment": wanted_fragment()})
    app.register_blueprint(health.blueprint)
    app.register_blueprint(brand.blueprint)
    for blueprint in blueprints:
        app.register_blueprint(blueprint)
    return app


def wanted_fragment() -> str:
    """Tell which part of a page the script asks for: "dialog", "quote", or "" for the whole page."""
    return request.headers.get(FRAGMENT_HEADER, "")

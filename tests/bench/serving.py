"""Serve the product as it is, and beside it the pages it last rendered, made again from the same values."""

from importlib import import_module
from typing import Any

from flask import Flask, before_render_template, render_template
from jinja2 import Template

from shared.cli import serve

FIXED = "/fixed/"
CONSOLE_FIXED = "/console/fixed/"
_OWN_TO_REQUEST = frozenset({"g", "request", "session", "fragment"})
_PRODUCT = "wsgi"


def make_application() -> Flask:
    """Compose the product, and add the addresses that repeat a template with fixed values."""
    app: Flask = import_module(_PRODUCT).make_application()
    seen: dict[str, dict[str, Any]] = {}

    def keep(_app: Flask, template: Template, context: dict[str, Any], **_more: object) -> None:
        values = {name: value for name, value in context.items() if name not in _OWN_TO_REQUEST}
        seen.setdefault(template.name or "", values)

    def fixed(template: str) -> str:
        return render_template(template, **seen[template])

    before_render_template.connect(keep, app, weak=False)
    for address in (FIXED, CONSOLE_FIXED):
        app.add_url_rule(f"{address}<path:template>", address, fixed)
    return app


if __name__ == "__main__":
    serve.COMPOSITION_ROOT = "tests.bench.serving"
    serve.serve(prog_name="bench")

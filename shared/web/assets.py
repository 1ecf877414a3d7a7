"""Static files: read once at start, served under the hash of their content, kept by browsers for good."""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, request

_FOLDER = Path(__file__).parent / "static"
_IMMUTABLE = "public, max-age=31536000, immutable"
_STYLES = (
    "tokens.css",
    "frames.css",
    "panels.css",
    "components.css",
    "fields.css",
    "tables.css",
    "windows.css",
    "settings.css",
    "branding.css",
    "cards.css",
    "health.css",
    "support.css",
    "people.css",
    "narrow.css",
)
_SINGLE = (
    "app.js",
    "charts.js",
    "console.js",
    "live.js",
    "icons.svg",
    "vendor/bootstrap.min.css",
    "vendor/chart.umd.min.js",
    "favicon.ico",
)
_COMPRESSIBLE = frozenset({"text/css", "text/javascript", "image/svg+xml"})


@dataclass(frozen=True, slots=True)
class Asset:
    """One static file in memory; `digest` stands in its address."""

    digest: str
    mimetype: str
    body: bytes
    compressed: bytes


class Assets:
    """Every static file by name; `app.css` is our stylesheets joined in their order."""

    def __init__(self) -> None:
        bodies = {name: (_FOLDER / name).read_bytes() for name in _SINGLE}
        bodies["app.css"] = b"\n".join((_FOLDER / "styles" / name).read_bytes() for name in _STYLES)
        self._by_name = {name: _asset(name, body) for name, body in bodies.items()}

    def url(self, name: str) -> str:
        """Give the address of a file; raises KeyError when there is none such."""
        return f"/static/{self._by_name[name].digest}/{name}"

    def named(self, name: str) -> Asset:
        """Return a file by name; raises KeyError when there is none such."""
        return self._by_name[name]

    def find(self, digest: str, name: str) -> Asset | None:
        """Find a file by name and content."""
        asset = self._by_name.get(name)
        return asset if asset is not None and asset.digest == digest else None


def mount_assets(app: Flask) -> None:
    """Serve the static files, and give templates `static_url(name)`."""
    assets = _read_once()
    app.jinja_env.globals["static_url"] = assets.url
    blueprint = Blueprint("assets", __name__)

    @blueprint.get("/static/<string:digest>/<path:name>")
    def static_file(digest: str, name: str) -> Response:
        asset = assets.find(digest, name)
        if asset is None:
            abort(404)
        return _response(asset, _IMMUTABLE)

    @blueprint.get("/favicon.ico")
    def favicon() -> Response:
        return _response(assets.named("favicon.ico"), "public, max-age=86400")

    app.register_blueprint(blueprint)


@cache
def _read_once() -> Assets:
    return Assets()


def _asset(name: str, body: bytes) -> Asset:
    mimetype = "image/x-icon" if name.endswith(".ico") else mimetypes.guess_type(name)[0] or ""
    squeezed = gzip.compress(body, mtime=0) if mimetype in _COMPRESSIBLE else b""
    return Asset(hashlib.sha256(body).hexdigest()[:16], mimetype, body, squeezed)


def _response(asset: Asset, cache_control: str) -> Response:
    if asset.compressed and request.accept_encodings["gzip"]:
        response = Response(asset.compressed, mimetype=asset.mimetype)
        response.headers["Content-Encoding"] = "gzip"
    else:
        response = Response(asset.body, mimetype=asset.mimetype)
    response.headers["Cache-Control"] = cache_control
    if asset.compressed:
        response.vary.add("Accept-Encoding")
    return response

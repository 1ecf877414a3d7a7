"""A merchant's color as a small stylesheet, and its logo: public, and kept by browsers for good."""

import hashlib

from flask import Blueprint, Response, abort

from shared.domain.branding import Brand
from shared.domain.colors import USUAL_COLOR, Palette, palette, read_color
from shared.queries import branding
from shared.web.services import services

_IMMUTABLE = "public, max-age=31536000, immutable"
_TOKENS = (
    ("accent", "accent"),
    ("accent-hover", "hover"),
    ("accent-line", "line"),
    ("on-accent", "ink"),
    ("accent-soft", "soft"),
)
blueprint = Blueprint("brand", __name__, url_prefix="/brand")


def stylesheet_url(brand: Brand) -> str:
    """Give the address of the stylesheet of a merchant's color; "" where it has the usual one."""
    color = brand.branding.color
    if color in {"", USUAL_COLOR}:
        return ""
    return f"/brand/colors/{_digest(_stylesheet(palette(color)))}/{color.removeprefix('#')}.css"


@blueprint.get("/colors/<string:digest>/<string:color>.css")
def colors(digest: str, color: str) -> Response:
    """Give a color's stylesheet, which holds nothing but its shades; each content has its own address."""
    try:
        body = _stylesheet(palette(read_color(color)))
    except ValueError:
        abort(404)
    if digest != _digest(body):
        abort(404)
    return _for_good(Response(body, mimetype="text/css"))


@blueprint.get("/logos/<string:token>.png")
def logo(token: str) -> Response:
    """Give a logo to whoever holds its address; e-mail programs fetch it from anywhere."""
    body = branding.logo_body(services().db, token)
    if body is None:
        abort(404)
    response = Response(body, mimetype="image/png")
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return _for_good(response)


def _for_good(response: Response) -> Response:
    response.headers["Cache-Control"] = _IMMUTABLE
    return response


def _stylesheet(shades: Palette) -> str:
    lines = (
        f"  --{token}: light-dark({getattr(shades, name).light}, {getattr(shades, name).dark});\n"
        for token, name in _TOKENS
    )
    return f':root,\n[data-bs-theme="light"],\n[data-bs-theme="dark"] {{\n{"".join(lines)}}}\n'


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()[:16]

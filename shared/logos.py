"""Read a logo that somebody sent, and write it anew as a small PNG that holds nothing but what is seen."""

import threading
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps

from shared.domain.branding import LOGO_BYTES, LOGO_HEIGHT, LOGO_WIDTH

_KINDS = ("PNG", "JPEG", "WEBP")
_MOST_PIXELS = 20_000_000
# A picture takes up to 80 MB while it is read: several at once would be felt by everybody.
_one_at_a_time = threading.Lock()


class BadLogo(ValueError):
    """This is no picture we can read, or one too large."""


@dataclass(frozen=True, slots=True)
class DrawnLogo:
    """A PNG, and its size in pixels."""

    body: bytes
    width: int
    height: int


def read_logo(content: bytes) -> DrawnLogo:
    """Read a PNG, JPEG or WebP by its content, whatever it is called. Raises BadLogo."""
    if not 0 < len(content) <= LOGO_BYTES:
        raise BadLogo("too many bytes, or none")
    with _one_at_a_time:
        try:
            return _drawn_anew(content)
        # Broken files make the library raise almost anything; nobody may get an error 500 for one.
        except Exception as error:  # noqa: BLE001 - see above
            raise BadLogo(str(error)) from error


def _drawn_anew(content: bytes) -> DrawnLogo:
    with Image.open(BytesIO(content), formats=_KINDS) as image:
        if image.width * image.height > _MOST_PIXELS:
            raise BadLogo("too many pixels")
        upright = ImageOps.exif_transpose(image)
        seen = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
        seen.thumbnail((LOGO_WIDTH, LOGO_HEIGHT))
    # Into an empty one: comments, profiles and places travel along with the picture they were read with.
    fresh = Image.new(seen.mode, seen.size)
    fresh.paste(seen)
    held = BytesIO()
    fresh.save(held, "PNG", optimize=True)
    return DrawnLogo(held.getvalue(), fresh.width, fresh.height)

"""Read a picture that somebody sent, and write it anew: what comes out holds nothing but what can be seen."""

import threading
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from PIL import Image, ImageOps

from shared.domain.support import Picture

MOST_BYTES = 5_000_000
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 2_400
_MIMETYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
_OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "JPEG": {"quality": 85},
    "PNG": {"optimize": False},
    "WEBP": {"quality": 85},
}
# A picture takes up to 200 MB while it is read: several at once would be felt by everybody.
_one_at_a_time = threading.Lock()


class BadPicture(ValueError):
    """This is no picture we can read, or one too large."""


def read_picture(content: bytes) -> Picture:
    """Read a JPEG, PNG or WebP by its content, whatever it is called. Raises BadPicture."""
    if not 0 < len(content) <= MOST_BYTES:
        raise BadPicture("too many bytes, or none")
    with _one_at_a_time:
        try:
            return _written_anew(content)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise BadPicture("too many pixels") from error
        # Broken files make the library raise almost anything; nobody may get an error 500 for one.
        except (OSError, ValueError, SyntaxError, ArithmeticError, LookupError, EOFError) as error:
            raise BadPicture(str(error)) from error


def _written_anew(content: bytes) -> Picture:
    with Image.open(BytesIO(content), formats=tuple(_MIMETYPES)) as image:
        kind = image.format or ""
        if image.width * image.height > MOST_PIXELS:
            raise BadPicture("too many pixels")
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        upright = ImageOps.exif_transpose(image)
        upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        see_through = kind != "JPEG" and upright.has_transparency_data
        seen = upright.convert("RGBA" if see_through else "RGB")
    # Into an empty one: comments, profiles and places travel along with the picture they were read with.
    fresh = Image.new(seen.mode, seen.size)
    fresh.paste(seen)
    held = BytesIO()
    fresh.save(held, kind, **_OPTIONS[kind])
    return Picture(_MIMETYPES[kind], fresh.width, fresh.height, held.getvalue())

"""Read a logo that somebody sent, and draw it anew as a small PNG, which every e-mail program shows."""

from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from shared.domain.branding import LOGO_BYTES, LOGO_HEIGHT, LOGO_WIDTH
from shared.pictures import BadPicture, read_picture


@dataclass(frozen=True, slots=True)
class DrawnLogo:
    """A PNG, and its size in pixels."""

    body: bytes
    width: int
    height: int


def read_logo(content: bytes) -> DrawnLogo:
    """Read a PNG, JPEG or WebP by its content, whatever it is called. Raises BadPicture."""
    if len(content) > LOGO_BYTES:
        raise BadPicture("too many bytes")
    with Image.open(BytesIO(read_picture(content).body)) as image:
        seen = image.convert("RGBA" if image.has_transparency_data else "RGB")
    seen.thumbnail((LOGO_WIDTH, LOGO_HEIGHT))
    held = BytesIO()
    seen.save(held, "PNG", optimize=True)
    return DrawnLogo(held.getvalue(), seen.width, seen.height)

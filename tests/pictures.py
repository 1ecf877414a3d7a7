"""Pictures for tests, as cameras and attackers make them."""

from __future__ import annotations

from io import BytesIO

from PIL import Image
from PIL.PngImagePlugin import PngInfo

SECRET = b"Harrison-Ave-1420"


def a_picture(kind: str = "JPEG", size: tuple[int, int] = (40, 30), *, turned: bool = False) -> bytes:
    """Make a picture that carries where it was taken in every way its format knows."""
    image = Image.new("RGB", size, (200, 80, 20))
    held = BytesIO()
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    if turned:
        exif[0x0112] = 6
    options: dict[str, object] = {"exif": exif}
    if kind == "PNG":
        info = PngInfo()
        info.add_text("Comment", SECRET.decode())
        options["pnginfo"] = info
    if kind == "JPEG":
        options["comment"] = SECRET
    image.save(held, kind, **options)
    return held.getvalue()

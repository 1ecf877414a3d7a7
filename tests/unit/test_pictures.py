"""A picture that somebody sent is read by its content and written anew."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from shared import pictures
from shared.pictures import BadPicture, read_picture
from tests.pictures import SECRET, a_picture


@pytest.mark.parametrize(
    ("kind", "mimetype"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")]
)
def test_what_cannot_be_seen_is_left_behind(kind: str, mimetype: str) -> None:
    sent = a_picture(kind) + b"<script>payload()</script>"

    picture = read_picture(sent)

    assert SECRET in sent
    assert SECRET not in picture.body
    assert b"payload" not in picture.body
    assert (picture.mimetype, picture.width, picture.height) == (mimetype, 40, 30)
    assert Image.open(BytesIO(picture.body)).getexif() == {}


def test_a_picture_taken_sideways_stands_upright() -> None:
    picture = read_picture(a_picture(turned=True))

    assert (picture.width, picture.height) == (30, 40)


def test_a_large_picture_is_made_smaller() -> None:
    picture = read_picture(a_picture(size=(5_000, 1_000)))

    assert picture.width == pictures.LONGEST_SIDE


def test_what_is_seen_through_stays_so() -> None:
    held = BytesIO()
    Image.new("RGBA", (4, 4), (0, 0, 0, 0)).save(held, "PNG")

    read = Image.open(BytesIO(read_picture(held.getvalue()).body))

    assert read.mode == "RGBA"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>x()</script></svg>",
        b"GIF89a" + bytes(40),
        a_picture("PNG")[:60],
        a_picture("JPEG")[:200],
        a_picture("WEBP")[:40],
        b"%PDF-1.7 " + bytes(90),
    ],
)
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(BadPicture):
        read_picture(content)


def test_a_small_file_of_very_many_pixels_is_refused_before_it_is_unpacked() -> None:
    held = BytesIO()
    Image.new("1", (20_000, 20_000)).save(held, "PNG")
    assert len(held.getvalue()) < pictures.MOST_BYTES

    with pytest.raises(BadPicture, match="pixels"):
        read_picture(held.getvalue())


def test_a_file_that_is_too_large_is_not_looked_at() -> None:
    with pytest.raises(BadPicture, match="bytes"):
        read_picture(a_picture() + bytes(pictures.MOST_BYTES))

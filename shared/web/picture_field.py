"""The field for pictures that come along with a message, and the answer that shows one again."""

from collections.abc import Sequence
from typing import Any

from flask import Response
from flask_wtf.file import MultipleFileField  # type: ignore[import-untyped]
from werkzeug.datastructures import FileStorage

from shared.domain.support import MOST_PICTURES, Picture
from shared.pictures import MOST_BYTES, BadPicture, read_picture
from shared.queries.support_values import PictureView
from shared.rendering import gettext as _

ACCEPTED = "image/jpeg,image/png,image/webp"
_LONGEST_NAME = 80


class PicturesField(MultipleFileField):  # type: ignore[misc]  # the library has no types
    """A few pictures, read by their content and written anew; `pictures` holds what came of them."""

    pictures: tuple[Picture, ...] = ()

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Read what was chosen; one that is no picture refuses all."""
        files = [found for found in valuelist if isinstance(found, FileStorage) and found.filename]
        self.data: list[object] = []
        if len(files) > MOST_PICTURES:
            raise ValueError(_("Choose %(most)s pictures at most.") % {"most": MOST_PICTURES})
        self.pictures = tuple(_read(found) for found in files)


def pictures_hint() -> str:
    """Say which pictures are taken."""
    return _("JPEG, PNG or WebP; %(most)s at most, each up to %(size)s MB.") % {
        "most": MOST_PICTURES,
        "size": MOST_BYTES // 1_000_000,
    }


def shown(picture: PictureView) -> Response:
    """Answer with a picture, under its own type and as nothing else."""
    response = Response(picture.body, mimetype=picture.mimetype)
    ending = picture.mimetype.removeprefix("image/")
    response.headers["Content-Disposition"] = f'inline; filename="picture.{ending}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _read(found: FileStorage) -> Picture:
    try:
        return read_picture(found.stream.read(MOST_BYTES + 1))
    except BadPicture as error:
        sentence = _("%(name)s is no JPEG, PNG or WebP picture of at most %(size)s MB.")
        facts = {"name": (found.filename or "")[:_LONGEST_NAME], "size": MOST_BYTES // 1_000_000}
        raise ValueError(sentence % facts) from error

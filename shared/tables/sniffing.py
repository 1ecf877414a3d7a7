"""Recognize files that are no tables of text at all, so that the refusal can say what they look like."""

from pathlib import Path

from shared.rendering import gettext as _
from shared.tables.troubles import UnreadableFile

MAX_BYTES = 100_000_000
_SAMPLE = 8192
_SPACE = 0x20
_MANY = 0.05
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def refuse_what_is_no_table(path: Path, accepted: str) -> None:
    """Raise UnreadableFile, naming what the file looks like, unless it may be a table of text.

    `accepted` says in a sentence what is taken in its place.
    """
    likeness = _likeness(first_bytes(path, accepted))
    if likeness:
        raise UnreadableFile(likeness, accepted)


def first_bytes(path: Path, accepted: str) -> bytes:
    """Read how a file begins; raises UnreadableFile when it cannot be opened or is too large."""
    try:
        if not path.is_file():
            raise UnreadableFile(_("“%(name)s” is no file.") % {"name": path.name}, accepted)
        size = path.stat().st_size
        with path.open("rb") as stream:
            sample = stream.read(_SAMPLE)
    except OSError as error:
        raise UnreadableFile(
            _("“%(name)s” cannot be opened: %(why)s.") % {"name": path.name, "why": error.strerror or error},
            accepted,
        ) from error
    if size > MAX_BYTES:
        raise UnreadableFile(
            _("The file has %(size)d MB; at most %(limit)d MB are accepted.")
            % {"size": -(-size // 1_000_000), "limit": MAX_BYTES // 1_000_000},
            _("Export a shorter period, or split the file between two orders."),
        )
    return sample


def is_json(sample: bytes) -> bool:
    """Say whether a file that begins like this is JSON."""
    codec = "utf-16" if sample.startswith(_UTF_16_MARKS) else "utf-8-sig"
    start = sample.decode(codec, "replace").lstrip()
    return start[:1] in {"{", "["} and not start.startswith("{\\rtf")


def _likeness(sample: bytes) -> str:
    if not sample.removeprefix(b"\xef\xbb\xbf").strip():
        return _("The file is empty.")
    if sample.startswith(_UTF_16_MARKS):
        return ""
    return _by_signature(sample) or _by_markup(sample) or _by_control_bytes(sample)


def _by_signature(sample: bytes) -> str:
    compressed = _("The file looks like a compressed archive. Unpack it first.")
    picture = _("The file looks like a picture.")
    signatures = (
        (b"PK\x03\x04", _("The file looks like an Excel workbook (.xlsx) or a ZIP archive.")),
        (b"\xd0\xcf\x11\xe0", _("The file looks like an old Excel workbook (.xls).")),
        (b"%PDF", _("The file looks like a PDF document.")),
        (b"{\\rtf", _("The file looks like an RTF document.")),
        (b"\x1f\x8b", compressed),
        (b"BZh", compressed),
        (b"7z\xbc\xaf", compressed),
        (b"\xfd7zXZ", compressed),
        (b"\x28\xb5\x2f\xfd", compressed),
        (b"\x89PNG", picture),
        (b"\xff\xd8\xff", picture),
        (b"GIF8", picture),
    )
    return next((words for start, words in signatures if sample.startswith(start)), "")


def _by_markup(sample: bytes) -> str:
    start = sample.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<table")):
        return _(
            "The file looks like a web page (HTML), perhaps a sign-in page saved in place of the report."
        )
    if start.startswith(b"<"):
        return _("The file looks like XML.")
    if start.startswith((b"{", b"[")):
        return _("The file looks like JSON.")
    return ""


def _by_control_bytes(sample: bytes) -> str:
    nulls = sample.count(0)
    if nulls > len(sample) * 0.3 and max(sample[::2].count(0), sample[1::2].count(0)) > nulls * 0.9:
        return _("The file looks like UTF-16 text without its byte order mark. Save it as “CSV UTF-8” first.")
    controls = sum(1 for byte in sample if byte < _SPACE and byte not in b"\t\n\r")
    if controls > len(sample) * _MANY and controls > 1:
        return _("The file looks like binary data, not like text.")
    return ""

"""Find out how a text file is encoded: by its mark, else by strict decoding of all of it."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from shared.rendering import gettext as _
from shared.tables.troubles import UnreadableFile

_CHUNK = 1 << 20
_ESCAPED = re.compile("[\udc80-\udcff]")
_WIDE = re.compile("[^\x00-\x7f\udc80-\udcff]")
_RUN = re.compile("[^\x00-\x7f]+")
_PRIVATE = re.compile("[\ue000-\uf8ff]")


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoding under Python's name and under its own; `assumed` where the file does not say so itself."""

    codec: str
    name: str
    assumed: bool


_UTF_8 = Encoding("utf-8-sig", "UTF-8", assumed=False)
_UTF_16 = Encoding("utf-16", "UTF-16", assumed=False)
_WINDOWS_1252 = Encoding("cp1252", "Windows-1252", assumed=True)
_SHIFT_JIS = Encoding("cp932", "Shift-JIS", assumed=True)


def detect(path: Path) -> Encoding:
    """Name the encoding of a text file; raises UnreadableFile when it is none that is accepted."""
    marked = _by_mark(path)
    if marked is not None:
        if not _decodes(path, marked):
            raise _damaged(marked.name, _first_damage(path, marked))
        return marked
    if _decodes(path, _UTF_8):
        return _UTF_8
    _refuse_damaged_utf_8(path)
    return _legacy(path)


def _by_mark(path: Path) -> Encoding | None:
    with path.open("rb") as stream:
        start = stream.read(4)
    if start in {codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE}:
        raise UnreadableFile(_("The file is UTF-32 text."), _("Save it as “CSV UTF-8” and import it again."))
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _UTF_16
    return _UTF_8 if start.startswith(codecs.BOM_UTF8) else None


def _legacy(path: Path) -> Encoding:
    japanese = _decodes(path, _SHIFT_JIS)
    if japanese and _reads_like_japanese(path):
        return _SHIFT_JIS
    if _decodes(path, _WINDOWS_1252):
        return _WINDOWS_1252
    if japanese:
        return _SHIFT_JIS
    raise UnreadableFile(
        _("The text of the file is neither UTF-8, UTF-16, Windows-1252 nor Shift-JIS."),
        _("Save it as “CSV UTF-8” and import it again."),
    )


def _decodes(path: Path, encoding: Encoding) -> bool:
    try:
        for _text in _texts(path, encoding.codec, "strict"):
            pass
    except UnicodeError:
        return False
    return True


def _refuse_damaged_utf_8(path: Path) -> None:
    # Nothing but UTF-8 holds many valid sequences of it, so the odd bytes among them are damage.
    valid = broken = 0
    for text in _texts(path, "utf-8", "surrogateescape"):
        broken += len(_ESCAPED.findall(text))
        valid += len(_WIDE.findall(text))
    if valid >= broken:
        raise _damaged(_UTF_8.name, _first_damage(path, _UTF_8))


def _first_damage(path: Path, encoding: Encoding) -> int:
    line = 1
    damage = _ESCAPED if encoding is _UTF_8 else re.compile("\ufffd")
    errors = "surrogateescape" if encoding is _UTF_8 else "replace"
    for text in _texts(path, encoding.codec, errors):
        found = damage.search(text)
        if found is not None:
            return line + text.count("\n", 0, found.start())
        line += text.count("\n")
    return line


def _damaged(name: str, line: int) -> UnreadableFile:
    return UnreadableFile(
        _("The file is %(encoding)s text, but damaged: line %(line)d holds bytes that are no characters.")
        % {"encoding": name, "line": line},
        _("Export it again from the shop system, and do not join files of different encodings."),
    )


def _reads_like_japanese(path: Path) -> bool:
    # Japanese comes in runs; Western text read as Shift-JIS gives single odd characters between letters.
    in_runs = alone = 0
    for text in _texts(path, _SHIFT_JIS.codec, "strict"):
        alone += len(_PRIVATE.findall(text)) * 2
        for run in _RUN.findall(text):
            if len(run) > 1:
                in_runs += len(run)
            else:
                alone += 1
    return in_runs > alone


def _texts(path: Path, codec: str, errors: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(codec)(errors)
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            yield decoder.decode(chunk)
        yield decoder.decode(b"", final=True)

"""Split lines of text into records: tab-delimited by line, comma and semicolon with quotation marks."""

import csv
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TextIO

from shared.rendering import gettext as _
from shared.tables.troubles import Fault, RowFault

# As long as the longest field that Python's CSV reader takes.
MAX_LINE = 131_072
MAX_RECORD_LINES = 300
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_QUOTED = re.compile('"(?:[^"]|"")*"')


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of one record and the line it begins on; with a fault, as far as they could be made out.

    `ended` is false for a last line without a line end: the file may have been cut off there.
    """

    line: int
    cells: Sequence[str]
    fault: Fault | None = None
    ended: bool = True


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    text: str
    cut: bool = False
    ended: bool = True


class _Lines:
    """Numbered lines that can be given back."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._given_back: deque[_Line] = deque()
        self._number = 0

    def take(self) -> _Line | None:
        """Take the next line without its end; None at the end of the file."""
        if self._given_back:
            return self._given_back.popleft()
        text = self._stream.readline(MAX_LINE)
        if not text:
            return None
        self._number += 1
        cut = len(text) == MAX_LINE and not text.endswith("\n")
        if cut:
            self._skip_rest_of_line()
        return _Line(self._number, text.rstrip("\r\n"), cut, ended=text.endswith(("\n", "\r")))

    def give_back(self, lines: Sequence[_Line]) -> None:
        """Put lines back, to be taken again in their order."""
        self._given_back.extendleft(reversed(lines))

    def _skip_rest_of_line(self) -> None:
        while (rest := self._stream.readline(MAX_LINE)) and not rest.endswith("\n"):
            pass


def records(stream: TextIO, delimiter: str) -> Iterator[Record]:
    """Split a stream into records; blank lines are left out, and what cannot be split carries a fault."""
    lines = _Lines(stream)
    while (line := lines.take()) is not None:
        if not line.text.strip():
            continue
        if line.cut:
            yield Record(line.number, _loosely(line.text[:2000], delimiter), _too_long())
        elif delimiter == "\t":
            yield _checked(line, _tab_cells(line.text), line.text)
        elif '"' in line.text:
            yield _quoted(lines, line, delimiter)
        else:
            yield _checked(line, line.text.split(delimiter), line.text)


def _checked(line: _Line, cells: Sequence[str], text: str, *, ended: bool = True) -> Record:
    if _CONTROLS.search(text) or ("\r" in text and '"' not in text):
        return Record(line.number, cells, _control_character())
    return Record(line.number, cells, ended=line.ended and ended)


def _tab_cells(text: str) -> list[str]:
    cells = text.split("\t")
    # Reports carry bare inch marks; a spreadsheet wraps the whole cell and doubles the marks inside.
    return [_unwrapped(cell) for cell in cells] if '"' in text else cells


def _unwrapped(cell: str) -> str:
    return cell[1:-1].replace('""', '"') if _QUOTED.fullmatch(cell) else cell


def _quoted(lines: _Lines, first: _Line, delimiter: str) -> Record:
    taken = [first]
    while (cells := _strictly(taken, delimiter)) is None:
        following = _up_to_next_mark(lines, len(taken))
        taken += following
        if not following or '"' not in following[-1].text or _is_too_large(taken):
            cells = ()
            break
    if not cells:
        lines.give_back(taken[1:])
        fault = _control_character() if "\r" in first.text else _broken_quotation()
        return Record(first.number, _loosely(first.text, delimiter), fault)
    return _checked(first, cells, "\n".join(line.text for line in taken), ended=taken[-1].ended)


def _is_too_large(taken: Sequence[_Line]) -> bool:
    return len(taken) > MAX_RECORD_LINES or sum(len(line.text) + 1 for line in taken) > MAX_LINE


def _up_to_next_mark(lines: _Lines, already: int) -> list[_Line]:
    following: list[_Line] = []
    while already + len(following) <= MAX_RECORD_LINES and (line := lines.take()) is not None:
        following.append(line)
        if '"' in line.text:
            break
    return following


def _strictly(taken: Sequence[_Line], delimiter: str) -> Sequence[str] | None:
    """Split; None when a quotation mark is still open, no cells when the marks make no sense."""
    try:
        parsed = list(csv.reader([line.text + "\n" for line in taken], delimiter=delimiter, strict=True))
    except csv.Error as error:
        return None if "unexpected end" in str(error) else ()
    return parsed[0] if len(parsed) == 1 else ()


def _loosely(text: str, delimiter: str) -> list[str]:
    """Make out the cells before the first quotation mark that does not belong."""
    if delimiter == "\t":
        return text.split(delimiter)
    return next(csv.reader([text.replace("\r", " ")], delimiter=delimiter), [])


def _too_long() -> Fault:
    return Fault(
        RowFault.TOO_LONG,
        _("the line is longer than %(limit)d characters.") % {"limit": MAX_LINE},
        _("Export the file again; a line end is probably missing."),
    )


def _control_character() -> Fault:
    return Fault(
        RowFault.CONTROL_CHARACTER,
        _("the row holds control characters, which are no text."),
        _("Delete the invisible characters in this row, or export the file again."),
    )


def _broken_quotation() -> Fault:
    return Fault(
        RowFault.BROKEN_QUOTATION,
        _('a quotation mark (") is opened and not closed, or stands inside a value.'),
        _('Write each quotation mark inside a value twice ("") and one around the whole value.'),
    )

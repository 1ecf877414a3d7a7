"""The sheets of an Excel workbook (.xlsx) as streams of rows; nothing of a workbook is held in memory."""

import re
import tempfile
import weakref
import zlib
from array import array
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, cast
from zipfile import BadZipFile, ZipFile

from lxml import etree

from shared.rendering import gettext as _
from shared.tables.markup import BadMarkup, Parts
from shared.tables.table import MAX_COLUMNS, MAX_ROWS, Progress, Row, plain_name
from shared.tables.troubles import Fault, RowFault, UnreadableFile

MAX_UNPACKED = 1_000_000_000
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_PACKAGE = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_LETTERS = re.compile(r"([A-Z]{1,3})[0-9]*")
# Numbers of the built-in formats that show a number as a date or a time.
_DATE_FORMATS = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_DATE_LETTERS = re.compile(r"[dmyhs]", re.IGNORECASE)
_NO_LETTERS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|General', re.IGNORECASE)
_DAMAGE = (BadZipFile, BadMarkup, OSError, zlib.error)
# Such a cell says in its place what a spreadsheet made of it, as its own errors do.
DATE_CELL = "#DATE!"
_NO_RESULT = "#FORMULA!"
_TOLD_EVERY = 256


@dataclass(frozen=True, slots=True)
class SheetTable:
    """A sheet whose header was found; its rows come like those of a text file."""

    path: Path
    size: int
    name: str
    header_line: int
    columns: Mapping[str, int]
    width: int
    repeated: frozenset[str]
    preamble: str
    _book: "_Workbook"
    _member: str

    def rows(self, progress: Progress | None = None) -> Generator[Row]:
        """Stream the rows below the header, telling now and then how many bytes of the file they come to.

        Raises UnreadableFile when it is damaged or too long.
        """
        count = 0
        for line, cells, share in self._book.lines(self._member):
            if progress is not None and share is not None:
                progress(int(self.size * share))
            if line <= self.header_line or not any(cells):
                continue
            count += 1
            if count > MAX_ROWS:
                raise UnreadableFile(
                    _("The sheet has more than %(limit)d rows.") % {"limit": MAX_ROWS}, _("Split the file.")
                )
            yield self._row(line, cells)
        if progress is not None:
            progress(self.size)

    def _row(self, line: int, cells: list[str]) -> Row:
        fault = _surplus() if any(cells[self.width :]) else None
        padded = [*cells[: self.width], *[""] * (self.width - len(cells))]
        return Row(line, padded, self.columns, fault)


def sheets(path: Path, preamble: re.Pattern[str]) -> list[SheetTable]:
    """Open the sheets that have a header, visible ones only; raises UnreadableFile when it is no workbook."""
    try:
        book = _Workbook(path)
        found = [_opened(path, book, name, member, preamble) for name, member in book.members()]
    except (*_DAMAGE, KeyError, RuntimeError) as error:
        raise _no_workbook() from error
    return [sheet for sheet in found if sheet is not None]


def _opened(
    path: Path, book: "_Workbook", name: str, member: str, preamble: re.Pattern[str]
) -> SheetTable | None:
    above = ""
    with closing(book.lines(member)) as lines:
        for line, cells, _share in lines:
            first = next(filter(None, cells), "")
            if preamble.match(first):
                above = "\t".join(cells)
            elif first:
                names = [plain_name(cell) for cell in cells[:MAX_COLUMNS]]
                columns = {name: index for index, name in reversed(list(enumerate(names))) if name}
                twice = frozenset(name for name in names if name and names.count(name) > 1)
                size = path.stat().st_size
                return SheetTable(path, size, name, line, columns, len(names), twice, above, book, member)
    return None


class _Workbook:
    """A workbook's parts; its strings are kept in a file of their own, since there may be millions."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with ZipFile(path) as archive:
            if sum(info.file_size for info in archive.infolist()) > MAX_UNPACKED:
                raise UnreadableFile(
                    _("The workbook unpacks to more than %(limit)d MB.")
                    % {"limit": MAX_UNPACKED // 1_000_000},
                    _("Split it into several files."),
                )
            self._targets = self._relations(archive)
            self._dates = self._date_styles(archive)
            self._strings, self._ends = self._shared_strings(archive)
        weakref.finalize(self, self._strings.close)

    def members(self) -> list[tuple[str, str]]:
        """Give name and part of each visible sheet, in their order."""
        with ZipFile(self._path) as archive, archive.open("xl/workbook.xml") as stream:
            return [
                (part.get("name", ""), self._targets[part.get(_REL, "")])
                for part in _parts(stream, "sheet")
                if part.get("state", "visible") == "visible" and part.get(_REL) in self._targets
            ]

    def lines(self, member: str) -> Generator[tuple[int, list[str], float | None]]:
        """Stream number and trimmed cells of the rows written down, and now and then the share read."""
        number = 0
        try:
            with ZipFile(self._path) as archive, archive.open(member) as stream:
                # A workbook may say of its parts what it likes.
                size = max(archive.getinfo(member).file_size, 1)
                for count, part in enumerate(_parts(stream, "row"), start=1):
                    number = int(part.get("r", number + 1))
                    share = None if count % _TOLD_EVERY else min(stream.tell() / size, 1.0)
                    yield number, self._cells(part), share
        except (*_DAMAGE, ValueError, IndexError) as error:
            raise _no_workbook() from error

    def _cells(self, row: etree._Element) -> list[str]:
        cells: list[str] = []
        for cell in row.iterchildren(f"{_MAIN}c"):
            at = _column(cell.get("r", ""), len(cells))
            if at > MAX_COLUMNS:
                break
            cells += [""] * (at - len(cells))
            cells.append(self._text(cell).strip())
        return cells

    def _text(self, cell: etree._Element) -> str:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return _plain(cell.find(f"{_MAIN}is"))
        value = cell.findtext(f"{_MAIN}v")
        if value is None:
            return _NO_RESULT if cell.find(f"{_MAIN}f") is not None else ""
        if kind == "s":
            return self._string(int(value))
        if kind == "n":
            return DATE_CELL if cell.get("s", "") in self._dates else format(float(value), ".15g")
        if kind == "b":
            return "TRUE" if value == "1" else "FALSE"
        return DATE_CELL if kind == "d" else value

    def _string(self, index: int) -> str:
        start = self._ends[index - 1] if index else 0
        self._strings.seek(start)
        return self._strings.read(self._ends[index] - start).decode()

    @staticmethod
    def _shared_strings(archive: ZipFile) -> "tuple[IO[bytes], array[int]]":
        kept = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the workbook is
        ends = array("q")
        if "xl/sharedStrings.xml" in archive.namelist():
            with archive.open("xl/sharedStrings.xml") as stream:
                for part in _parts(stream, "si"):
                    kept.write(_plain(part).encode())
                    ends.append(kept.tell())
        return kept, ends

    @staticmethod
    def _relations(archive: ZipFile) -> dict[str, str]:
        with archive.open("xl/_rels/workbook.xml.rels") as stream:
            found = Parts(cast("BinaryIO", stream), f"{_PACKAGE}Relationship")
            targets = {part.get("Id", ""): part.get("Target", "") for part in found}
        return {name: str(PurePosixPath("xl") / target).removeprefix("/") for name, target in targets.items()}

    @staticmethod
    def _date_styles(archive: ZipFile) -> frozenset[str]:
        if "xl/styles.xml" not in archive.namelist():
            return frozenset()
        with archive.open("xl/styles.xml") as stream:
            own = {
                part.get("numFmtId") for part in _parts(stream, "numFmt") if _is_date(part.get("formatCode"))
            }
        with archive.open("xl/styles.xml") as stream:
            cells = next(iter(_parts(stream, "cellXfs")), None)
            formats = [] if cells is None else [part.get("numFmtId", "0") for part in cells]
        dates = own | {str(number) for number in _DATE_FORMATS}
        return frozenset(str(index) for index, number in enumerate(formats) if number in dates)


def _parts(stream: IO[bytes], name: str) -> Iterator[etree._Element]:
    return iter(Parts(cast("BinaryIO", stream), f"{_MAIN}{name}"))


def _plain(element: etree._Element | None) -> str:
    if element is None:
        return ""
    # Beside the text there may be its reading aid for Japanese.
    return "".join(text.text or "" for text in element.iter(f"{_MAIN}t") if _up(text) != f"{_MAIN}rPh")


def _up(element: etree._Element) -> object:
    parent = element.getparent()
    return None if parent is None else parent.tag


def _column(reference: str, following: int) -> int:
    found = _LETTERS.fullmatch(reference)
    if found is None:
        return following
    number = 0
    for letter in found.group(1):
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _is_date(code: str | None) -> bool:
    return _DATE_LETTERS.search(_NO_LETTERS.sub("", code or "")) is not None


def _surplus() -> Fault:
    return Fault(
        RowFault.TOO_MANY_VALUES,
        _("the row has values beside the columns that the header names."),
        _("Name the column in the header, or empty its cells."),
    )


def _no_workbook() -> UnreadableFile:
    return UnreadableFile(
        _("The file is a ZIP archive, but no Excel workbook that can be read."),
        _("Save it as an Excel workbook (.xlsx) without a password, or as tab-delimited text."),
    )

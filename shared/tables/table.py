"""A delimited text file as a stream of rows whose values are asked for by column name."""

import io
import re
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shared.rendering import gettext as _
from shared.tables.encodings import Encoding, detect
from shared.tables.records import Record, records
from shared.tables.sniffing import refuse_what_is_no_table
from shared.tables.troubles import Fault, RowFault, UnreadableFile

MAX_ROWS = 1_000_000
MAX_COLUMNS = 200
_REPORT_EVERY = 256
_SAMPLE = 65_536
_GAPS = re.compile(r"[\s_-]+")
_QUOTED = re.compile('"[^"]*"')
_SEPARATOR_LINE = re.compile(r"sep=(.)", re.IGNORECASE)
_DELIMITERS = ("\t", ",", ";")

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line it begins on, and its values, trimmed and as many as the header names.

    `cut_off` marks a last line without a line end, `short` one that had fewer values than the header.
    """

    line: int
    cells: Sequence[str]
    columns: Mapping[str, int]
    fault: Fault | None = None
    short: bool = False
    cut_off: bool = False

    @property
    def place(self) -> str:
        """Where the row stands: its line, as text."""
        return str(self.line)

    def value(self, column: str) -> str:
        """Give a column's value; "" when the row or the file lacks it."""
        index = self.columns.get(column)
        return "" if index is None else self.cells[index]


@dataclass(frozen=True, slots=True)
class Table:
    """A table that was opened: how it is to be read, and its columns by their plain names.

    `width` counts the header's columns, `repeated` names those that stand there twice; `preamble` is the
    line above the header, where one was looked for and found, else "".
    """

    path: Path
    size: int
    encoding: Encoding
    delimiter: str
    newline: str
    header_line: int
    columns: Mapping[str, int]
    width: int
    repeated: frozenset[str]
    preamble: str = ""

    def rows(self, progress: Progress | None = None) -> Generator[Row]:
        """Stream the rows below the header, telling now and then how many bytes were read.

        Raises UnreadableFile when there are more rows than are accepted.
        """
        with (
            self.path.open("rb") as raw,
            io.TextIOWrapper(raw, self.encoding.codec, newline=self.newline) as stream,
        ):
            for count, record in enumerate(self._body(records(stream, self.delimiter)), start=1):
                if count > MAX_ROWS:
                    raise _too_many_rows(record.line)
                if progress is not None and count % _REPORT_EVERY == 0:
                    progress(raw.tell())
                yield self._row(record)
        if progress is not None:
            progress(self.size)

    def _row(self, record: Record) -> Row:
        cells = [cell.strip() for cell in record.cells]
        fault = record.fault
        short = len(cells) < self.width
        if short:
            cells += [""] * (self.width - len(cells))
        elif len(cells) > self.width and fault is None:
            fault = _surplus(cells, self.width)
        return Row(record.line, cells, self.columns, fault, short, not record.ended)

    def _body(self, found: Iterator[Record]) -> Iterator[Record]:
        for record in found:
            if record.line > self.header_line and any(map(str.strip, record.cells)):
                yield record


def open_table(path: Path, accepted: str, *, preamble: re.Pattern[str] | None = None) -> Table:
    """Find out how a delimited text file is to be read; raises UnreadableFile when it is none.

    `accepted` says in a sentence what is taken; a line that matches `preamble` may stand above the header.
    """
    refuse_what_is_no_table(path, accepted)
    encoding = detect(path)
    newline = _newline(path, encoding)
    above, delimiter, header = _Header(path, encoding, newline, preamble).find(accepted)
    names = [plain_name(cell) for cell in header.cells]
    if len(names) > MAX_COLUMNS:
        raise UnreadableFile(
            _("The header names %(count)d columns; at most %(limit)d are accepted.")
            % {"count": len(names), "limit": MAX_COLUMNS},
            accepted,
        )
    return Table(
        path=path,
        size=path.stat().st_size,
        encoding=encoding,
        delimiter=delimiter,
        newline=newline,
        header_line=header.line,
        columns={name: index for index, name in reversed(list(enumerate(names))) if name},
        width=len(names),
        repeated=frozenset(name for name in names if name and names.count(name) > 1),
        preamble=above,
    )


def plain_name(header: str) -> str:
    """Reduce a header to its plain name: "Order ID", "order_id" and "order-id" are the same."""
    return _GAPS.sub("-", header.strip()).casefold()


def _newline(path: Path, encoding: Encoding) -> str:
    sample = _sample(path, encoding)
    return "\r" if "\r" in sample and "\n" not in sample else "\n"


def _sample(path: Path, encoding: Encoding) -> str:
    with path.open(encoding=encoding.codec, newline="") as stream:
        return stream.read(_SAMPLE)


@dataclass(frozen=True, slots=True)
class _Header:
    """The search for the header, below what may stand above it."""

    path: Path
    encoding: Encoding
    newline: str
    preamble: re.Pattern[str] | None

    def find(self, accepted: str) -> tuple[str, str, Record]:
        """Give the line above the header, the delimiter and the header."""
        lines = list(filter(None, map(str.strip, _sample(self.path, self.encoding).split(self.newline))))
        said = next((found for found in map(_SEPARATOR_LINE.fullmatch, lines[:1]) if found), None)
        below = [line for line in lines[1 if said else 0 :] if not self._is_preamble(line)]
        above = next(filter(self._is_preamble, lines[:2]), "")
        delimiter = said.group(1) if said else _likeliest_delimiter(below[0] if below else "")
        with self.path.open(encoding=self.encoding.codec, newline=self.newline) as stream:
            for record in records(stream, delimiter):
                line = delimiter.join(record.cells).strip()
                if _SEPARATOR_LINE.fullmatch(line) is None and not self._is_preamble(line):
                    return above, delimiter, record
        raise UnreadableFile(_("The file holds no header and no rows."), accepted)

    def _is_preamble(self, line: str) -> bool:
        return self.preamble is not None and self.preamble.match(line) is not None


def _likeliest_delimiter(line: str) -> str:
    bare = _QUOTED.sub("", line)
    return max(_DELIMITERS, key=bare.count)


def _surplus(cells: Sequence[str], width: int) -> Fault | None:
    if not any(cells[width:]):
        return None
    return Fault(
        RowFault.TOO_MANY_VALUES,
        _("the row has %(count)d values, but the header names only %(width)d columns.")
        % {"count": len(cells), "width": width},
        _("A value probably holds the character that separates the columns; quote the value or remove it."),
    )


def _too_many_rows(line: int) -> UnreadableFile:
    return UnreadableFile(
        _("The file has more than %(limit)d rows; reading stopped at line %(line)d.")
        % {"limit": MAX_ROWS, "line": line},
        _("Split the file between two orders and import the parts; no order is taken in twice."),
    )

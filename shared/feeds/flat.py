"""Flat feeds: a table of text or a sheet, known by its header, whose rows are read one by one."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from shared.domain.reasons import Reason
from shared.domain.text import BadText, TooLong, clean, read_quantity
from shared.feeds.codes import Code, Problem, RefusedDocument, Severity, table_fault
from shared.feeds.ids import MAX_FIELD, cell_damage, item_id_problem, order_id_problem
from shared.feeds.kinds import FeedType, accepted
from shared.feeds.reasons import Vocabulary
from shared.feeds.values import FeedRow
from shared.rendering import gettext as _
from shared.tables.guarding import unguard
from shared.tables.records import MAX_LINE
from shared.tables.sheets import SheetTable, sheets
from shared.tables.table import Progress, Row, Table, open_table
from shared.tables.troubles import UnreadableFile

MAX_COLUMNS = 64
# Lines after an open quotation mark that are not believed, should it never be closed.
_MOST_TORN = 20
TEMPLATE_ROW = re.compile(r'"?TemplateType\s*=\s*([A-Za-z]*)', re.IGNORECASE)
_ZIP = b"PK\x03\x04"

AnyTable = Table | SheetTable


class FlatCells:
    """The values of one row by column name. What is wrong with them is collected."""

    __slots__ = ("_row", "line", "problems")

    def __init__(self, row: Row) -> None:
        self._row = row
        self.line = row.line
        self.problems: list[Problem] = []

    @property
    def refused(self) -> bool:
        """Whether there is an error among the problems."""
        return any(problem.severity is Severity.ERROR for problem in self.problems)

    def note(self, problem: Problem | None) -> None:
        """Keep a problem, if there is one."""
        if problem is not None:
            self.problems.append(problem)

    def text(self, column: str) -> str:
        """Read a value on one line; "" when it is missing or cannot be read."""
        value = self._row.value(column)
        if not value:
            return ""
        if value.isascii() and value.isprintable() and len(value) <= MAX_FIELD and value[0] not in "#'":
            return value
        return self._careful(column, value)

    def filled(self, columns: frozenset[str]) -> list[str]:
        """Give those of these columns that are filled."""
        return [column for column in columns & self._row.columns.keys() if self._row.value(column)]

    def order_id(self, column: str) -> str:
        """Read an order id, which must be there."""
        before = len(self.problems)
        value = self.text(column)
        if len(self.problems) == before:
            self.note(order_id_problem(column, value))
        return value

    def item_id(self, column: str, order_id: str) -> str:
        """Read the id of an item; "" when it is missing."""
        value = self.text(column)
        self.note(item_id_problem(column, value, order_id))
        return value

    def reason(self, column: str, vocabulary: Vocabulary) -> tuple[Reason | None, str]:
        """Read a reason: ours, and the code as it was written; None when it is missing or unknown."""
        written = self.text(column)
        return reason_of(column, written, vocabulary, self.problems), written

    def quantity(self, column: str) -> int | None:
        """Read a number of units, at least 1; None when it is missing or is none."""
        written = self.text(column)
        return quantity_of(column, written, self.problems) if written else None

    def _careful(self, column: str, value: str) -> str:
        damaged = cell_damage(column, value)
        if damaged is not None:
            self.problems.append(damaged)
            return ""
        try:
            return clean(unguard(value), limit=MAX_FIELD)
        except BadText:
            self.problems.append(Problem(Code.CONTROL_CHARACTER, column))
        except TooLong:
            self.problems.append(Problem(Code.TOO_LONG, column, other=str(MAX_FIELD)))
        return ""


@dataclass(frozen=True, slots=True)
class FlatLayout:
    """A kind of flat feed: its columns, other names they are known by, and how a row is read."""

    kind: FeedType
    template: str
    needed: tuple[str, ...]
    optional: tuple[str, ...]
    aliases: Mapping[str, str]
    read: Callable[[FlatCells], FeedRow]

    @property
    def has_template_row(self) -> bool:
        """Whether its template begins with a row of its own."""
        return bool(self.template)


@dataclass(slots=True)
class FlatFeed:
    """A flat feed that was opened. `problems` are warnings about the file as a whole."""

    kind: FeedType
    layout: FlatLayout
    table: AnyTable
    problems: list[Problem] = field(default_factory=list)

    def rows(self, progress: Progress | None = None) -> Iterator[FeedRow]:
        """Stream the instructions; raises RefusedDocument."""
        count = 0
        try:
            for row, is_torn in self._torn(self.table.rows(progress)):
                count += 1
                yield self._read(row, is_torn=is_torn)
        except UnreadableFile as refusal:
            raise unreadable(refusal) from refusal
        if count == 0:
            raise RefusedDocument(Problem(Code.NO_RECORDS))

    def _torn(self, rows: Iterator[Row]) -> Iterator[tuple[Row, bool]]:
        """Say of each row whether it may be a piece of a value with a line break in it.

        Lines of tab-delimited text are rows, whatever marks they hold. What follows an open mark could read
        like a row that cancels a whole order.
        """
        has_marks = isinstance(self.table, Table) and self.table.delimiter == "\t"
        left = 0
        for row in rows:
            opens = has_marks and not left and _ends_open(row)
            yield row, opens or left > 0
            if opens:
                left = _MOST_TORN
            elif left:
                left = 0 if "".join(row.cells).count('"') % 2 else left - 1

    def _read(self, row: Row, *, is_torn: bool) -> FeedRow:
        cells = FlatCells(row)
        found = self.layout.read(cells)
        if is_torn:
            cells.problems = [Problem(Code.BROKEN_QUOTATION, _("the row"))]
        elif row.fault is not None:
            # What its values seem to be says nothing any more.
            cells.problems = [Problem(table_fault(row.fault.code), _("the row"), other=str(MAX_LINE))]
        elif row.short:
            cells.note(Problem(Code.CUT_OFF if row.cut_off else Code.SHORT_LINE))
        elif row.cut_off and _may_be_cut(cells):
            cells.note(Problem(Code.CUT_OFF))
        return (
            replace(found, problems=tuple(cells.problems), refused=cells.refused) if cells.problems else found
        )


def open_tables(path: Path) -> list[AnyTable]:
    """Open what may be a flat feed: a text file, or the sheets of a workbook; raises RefusedDocument."""
    try:
        with path.open("rb") as stream:
            is_archive = stream.read(len(_ZIP)) == _ZIP
        if is_archive:
            return list(sheets(path, TEMPLATE_ROW))
        return [open_table(path, accepted(), preamble=TEMPLATE_ROW)]
    except UnreadableFile as refusal:
        raise unreadable(refusal) from refusal


def opened(layout: FlatLayout, table: AnyTable) -> FlatFeed:
    """Take a table as this kind of feed; raises RefusedDocument when its header does not allow it."""
    names, problems = _known_names(layout, table)
    line = str(table.header_line)
    missing = [column for column in layout.needed if column not in names]
    if missing:
        raise RefusedDocument(Problem(Code.MISSING_COLUMNS, value=", ".join(missing), other=line))
    known = {*layout.needed, *layout.optional, *layout.aliases}
    twice = sorted(table.repeated & known)
    if twice:
        raise RefusedDocument(Problem(Code.REPEATED_COLUMNS, value=", ".join(twice), other=line))
    if table.width > MAX_COLUMNS:
        raise RefusedDocument(Problem(Code.TOO_MANY_COLUMNS, value=str(table.width), other=str(MAX_COLUMNS)))
    problems += _template_row_problems(layout, table)
    if isinstance(table, Table) and table.delimiter != "\t":
        problems.append(Problem(Code.OTHER_DELIMITER, value=table.delimiter))
    return FlatFeed(layout.kind, layout, replace(table, columns=names), problems)


def reason_of(field: str, written: str, vocabulary: Vocabulary, problems: list[Problem]) -> Reason | None:
    """Find our reason for a foreign code; notes what is unknown or spelled otherwise."""
    if not written:
        return None
    found = vocabulary.find(written)
    if found is None:
        problems.append(Problem(Code.UNKNOWN_REASON, field, written, ", ".join(vocabulary.codes)))
        return None
    reason, code = found
    if code != written:
        problems.append(Problem(Code.SPELLING, field, written, code))
    return reason


def quantity_of(field: str, written: str, problems: list[Problem]) -> int | None:
    """Read a number of units, at least 1; notes what is none."""
    try:
        quantity = read_quantity(written)
    except ValueError:
        quantity = 0
    if quantity < 1:
        problems.append(Problem(Code.BAD_QUANTITY, field, written))
        return None
    return quantity


def unreadable(refusal: UnreadableFile) -> RefusedDocument:
    """Say as a problem why a table cannot be read at all."""
    return RefusedDocument(Problem(Code.UNREADABLE_FILE, value=refusal.what, other=refusal.how_to_mend))


def _known_names(layout: FlatLayout, table: AnyTable) -> tuple[dict[str, int], list[Problem]]:
    names: dict[str, int] = {}
    similar: list[str] = []
    strange: list[str] = []
    known = {*layout.needed, *layout.optional}
    for name, index in sorted(table.columns.items(), key=lambda column: column[1]):
        meant = layout.aliases.get(name, "")
        if name in known:
            names[name] = index
        elif meant and meant not in table.columns and meant not in names:
            names[meant] = index
            similar.append(name)
        else:
            strange.append(name)
    problems = [Problem(Code.HEADER_VARIANT, value=", ".join(similar))] if similar else []
    problems += [Problem(Code.UNKNOWN_COLUMN, value=", ".join(strange))] if strange else []
    return names, problems


def _template_row_problems(layout: FlatLayout, table: AnyTable) -> list[Problem]:
    found = TEMPLATE_ROW.match(table.preamble)
    if found is None:
        return [Problem(Code.TEMPLATE_ROW_MISSING)] if layout.has_template_row else []
    if layout.has_template_row and found.group(1).casefold() != layout.template.casefold():
        said = f"TemplateType={found.group(1)}"
        raise RefusedDocument(Problem(Code.UNKNOWN_TYPE, value=said, other=accepted()))
    delimiter = table.delimiter if isinstance(table, Table) else "\t"
    return [] if delimiter in table.preamble else [Problem(Code.TEMPLATE_ROW_SPACES)]


def _ends_open(row: Row) -> bool:
    """Say whether a quotation mark before the row's last value is still open at its end."""
    written = [cell for cell in row.cells if cell] if row.short else row.cells[-1:]
    last = written[-1] if written else ""
    return last.startswith('"') and last.count('"') % 2 == 1


def _may_be_cut(cells: FlatCells) -> bool:
    # A last line without its end that lost its last value looks as if more were asked for.
    return any(problem.code is Code.REASON_FOR_WHOLE_ORDER for problem in cells.problems)

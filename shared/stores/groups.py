"""Gather the rows of each order while they stream by, and find orders whose rows stand apart."""

from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from shared.rendering import gettext as _
from shared.stores.cells import number_fault
from shared.stores.troubles import BadRow, bad_row
from shared.tables.table import Progress, Row, Table
from shared.tables.troubles import Fault, RowFault, UnreadableFile, shown

MAX_LINES = 5_000
MAX_APART = 10_000
_PARTS = 8
_BITS = (1 << 63) - 1

LineKey = Callable[[Row], tuple[str, ...]]


@dataclass(slots=True)
class Group:
    """The rows of one order that stand together, and the nameless rows beside them."""

    number: str
    first_line: int
    rows: list[Row] = field(default_factory=list)
    nameless_lines: list[int] = field(default_factory=list)
    too_many: bool = False

    def add(self, row: Row) -> None:
        """Add a row, as long as they are not too many for one order."""
        if len(self.rows) < MAX_LINES:
            self.rows.append(row)
        else:
            self.too_many = True


@dataclass(frozen=True, slots=True)
class Apart:
    """Orders whose rows stand in several places: the first line of each place, by the number's hash."""

    lines: dict[int, list[int]]

    def places(self, number: str) -> list[int]:
        """List the lines where rows of the order begin; empty when they stand together."""
        return self.lines.get(_hash(number), [])


def groups(table: Table, column: str, progress: Progress | None = None) -> Iterator[Group | BadRow]:
    """Gather consecutive rows of the same order; rows without an order number are reported at once."""
    current: Group | None = None
    nameless: int | None = None
    for row in table.rows(progress):
        number = row.value(column)
        if not number:
            nameless = row.line
            if current is not None:
                current.nameless_lines.append(row.line)
            yield bad_row(row.line, "", row.fault or _no_number(column))
            continue
        if current is None or current.number != number:
            if current is not None:
                yield current
            current = Group(number, row.line)
            if nameless is not None:
                current.nameless_lines.append(nameless)
        nameless = None
        current.add(row)
    if current is not None:
        yield current


def find_apart(table: Table, column: str, key: LineKey, progress: Progress | None = None) -> Apart:
    """Read through the table once and find orders whose rows stand apart.

    An order that stands there twice with the same lines is no such case. Needs 24 bytes an order.
    Raises UnreadableFile when there are so many that the file must be sorted first.
    """
    numbers, contents, lines = array("q"), array("q"), array("q")
    for group in groups(table, column, progress):
        if isinstance(group, Group):
            numbers.append(_hash(group.number))
            contents.append(hash(tuple(key(row) for row in group.rows)))
            lines.append(group.first_line)
    apart: dict[int, list[int]] = {}
    for part in range(_PARTS):
        apart.update(_apart_in_part(part, numbers, contents, lines))
        if len(apart) > MAX_APART:
            raise _unsorted(column)
    return Apart(apart)


def group_faults(group: Group, column: str, apart: Apart) -> list[BadRow]:
    """List what is wrong with a group before its values are read."""
    faults = [bad_row(row.line, shown(group.number), row.fault) for row in group.rows if row.fault]
    whole = number_fault(column, group.number)
    if whole is not None:
        faults.append(bad_row(group.first_line, shown(group.number), whole))
    places = apart.places(group.number)
    if places:
        faults.append(bad_row(group.first_line, group.number, _apart(column, group, places)))
    if group.nameless_lines:
        faults.append(bad_row(group.first_line, group.number, _beside(group.nameless_lines[0])))
    if group.too_many:
        faults.append(bad_row(group.first_line, group.number, too_many_lines()))
    return faults


def _apart_in_part(
    part: int, numbers: "array[int]", contents: "array[int]", lines: "array[int]"
) -> dict[int, list[int]]:
    # A set of all orders at once would take ten times the memory of the arrays.
    first: dict[int, int] = {}
    apart: dict[int, list[int]] = {}
    for index, number in enumerate(numbers):
        if number % _PARTS != part:
            continue
        earlier = first.setdefault(number, index)
        if earlier != index and (number in apart or contents[earlier] != contents[index]):
            apart.setdefault(number, [lines[earlier]]).append(lines[index])
    return apart


def _hash(number: str) -> int:
    return hash(number) & _BITS


def _no_number(column: str) -> Fault:
    return Fault(
        RowFault.NO_ORDER_NUMBER,
        _("“%(column)s” is empty, so the row belongs to no order.") % {"column": column},
        _("Fill in the order number, or delete the row if it is a remark or a sum."),
    )


def _beside(line: int) -> Fault:
    return Fault(
        RowFault.BESIDE_NAMELESS_ROW,
        _("line %(line)d beside this order has no order number and may belong to it.") % {"line": line},
        _("Mend line %(line)d and import the file again.") % {"line": line},
    )


def _apart(column: str, group: Group, places: list[int]) -> Fault:
    others = ", ".join(str(line) for line in places[:10] if line != group.first_line)
    return Fault(
        RowFault.ROWS_APART,
        _("the rows of this order do not stand together: others begin at line %(lines)s.")
        % {"lines": others},
        _("Sort the file by “%(column)s” and import it again.") % {"column": column},
    )


def too_many_lines() -> Fault:
    """Say that an order has more lines than any has."""
    return Fault(
        RowFault.TOO_MANY_LINES,
        _("the order has more than %(limit)d lines.") % {"limit": MAX_LINES},
        _("Check whether the order numbers of the file are right."),
    )


def _unsorted(column: str) -> UnreadableFile:
    return UnreadableFile(
        _("The rows of more than %(count)d orders do not stand together.") % {"count": MAX_APART},
        _("Sort the file by “%(column)s” and import it again.") % {"column": column},
    )

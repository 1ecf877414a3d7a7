"""Read the orders of a recognized file one by one: an order comes in whole, or its bad rows are named."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from shared.domain.intake import IncomingOrder
from shared.domain.order_reports import Report
from shared.rendering import gettext as _
from shared.stores.cells import Cells
from shared.stores.groups import Group, find_apart, group_faults, groups
from shared.stores.nodes import Node
from shared.stores.troubles import BadRow, Notice
from shared.tables.encodings import Encoding
from shared.tables.table import Progress, Row, Table
from shared.tables.troubles import Fault, RowFault

Reading = IncomingOrder | Report | BadRow | Notice
TaxInside = Callable[[str], bool]


@dataclass(slots=True)
class OrderRows:
    """The rows of one order while they are read; `cells` has at least one row."""

    number: str
    cells: list[Cells]
    prices_include_tax: TaxInside
    notices: list[Notice] = field(default_factory=list)

    @property
    def head(self) -> Cells:
        """The first row."""
        return self.cells[0]

    @property
    def faults(self) -> list[BadRow]:
        """What is wrong so far, by line."""
        return [fault for cells in self.cells for fault in cells.faults]

    def shared(self, column: str) -> Cells:
        """Give the first row that fills a column all rows share; rows that say otherwise are refused."""
        holder, said = self.head, ""
        for cells in self.cells:
            value = cells.raw(column)
            if not value or value == said:
                continue
            if said:
                cells.refuse(_contradiction(column, holder.line))
            else:
                holder, said = cells, value
        return holder

    def below(self, node: Node) -> Cells:
        """Read an object of the order's document; what is wrong with it is wrong with the order."""
        cells = Cells(node, self.number)
        self.cells.append(cells)
        return cells

    def note(self, line: int, what: str) -> None:
        """Remember something a reader should know."""
        self.notices.append(Notice(line, self.number, what))


class Layout(Protocol):
    """A kind of file that orders come in."""

    @property
    def name(self) -> str:
        """The file's name in words."""

    @property
    def number_column(self) -> str:
        """The column that holds the order number."""

    @property
    def columns(self) -> frozenset[str]:
        """The columns without which it is not this kind."""

    def line_key(self, row: Row) -> tuple[str, ...]:
        """Tell what makes a row the same line of its order."""

    def order(self, rows: OrderRows) -> IncomingOrder | Report | None:
        """Read one order; None, or faults on its rows, when it cannot be taken in."""


@dataclass(frozen=True, slots=True)
class OrderFile:
    """A file of orders that was opened and recognized."""

    table: Table
    layout: Layout

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self.table.path

    @property
    def kind(self) -> str:
        """The file's name in words."""
        return self.layout.name

    @property
    def size(self) -> int:
        """How many bytes the file has."""
        return self.table.size

    @property
    def encoding(self) -> Encoding:
        """How its text is encoded."""
        return self.table.encoding

    @property
    def delimiter(self) -> str:
        """What separates its columns."""
        return self.table.delimiter

    def readings(
        self,
        prices_include_tax: TaxInside,
        *,
        checking: Progress | None = None,
        progress: Progress | None = None,
    ) -> Iterator[Reading]:
        """Stream orders, bad rows and notices; the file is read through once before, to check its order.

        Raises UnreadableFile when the file as a whole turns out not to be readable.
        """
        column = self.layout.number_column
        apart = find_apart(self.table, column, self.layout.line_key, checking)
        for group in groups(self.table, column, progress):
            if isinstance(group, BadRow):
                yield group
                continue
            faults = group_faults(group, column, apart)
            yield from faults or self._order(group, prices_include_tax)

    def _order(self, group: Group, prices_include_tax: TaxInside) -> Iterator[Reading]:
        rows = OrderRows(group.number, [Cells(row, group.number) for row in group.rows], prices_include_tax)
        order = self.layout.order(rows)
        if order is None or rows.faults:
            yield from rows.faults
            return
        yield from rows.notices
        yield order


def _contradiction(column: str, line: int) -> Fault:
    return Fault(
        RowFault.CONTRADICTION,
        _("“%(column)s” says something else than line %(line)d of the same order.")
        % {"column": column, "line": line},
        _("Make both the same, or leave the later one empty."),
    )

"""What a file of orders tells beside its orders: rows that cannot be taken in, and things worth knowing."""

from dataclasses import dataclass

from shared.tables.troubles import Fault, RowFault


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be taken in; `line` is the file's, `order_number` is "" where it cannot be read.

    Its order is left out as a whole. A document without lines has 0 there, and `place` says where in it.
    """

    line: int
    order_number: str
    what: str
    how_to_mend: str
    code: RowFault
    place: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a reader should know about an order that was understood all the same."""

    line: int
    order_number: str
    what: str


def bad_row(line: int, order_number: str, fault: Fault, *, place: str = "") -> BadRow:
    """Say where a fault is."""
    return BadRow(line, order_number, fault.what, fault.how_to_mend, fault.code, place)

"""What can be wrong with a table: with all of it, or with one row; each says how to mend it."""

from dataclasses import dataclass
from enum import StrEnum

_SHOWN = 60


class RowFault(StrEnum):
    """What is wrong with a row. The values are public: scripts read them from the JSON summary."""

    AMOUNTS_DO_NOT_ADD_UP = "amounts_do_not_add_up"
    BAD_AMOUNT = "bad_amount"
    BAD_EMAIL = "bad_email"
    BAD_INSTANT = "bad_instant"
    BAD_ORDER_NUMBER = "bad_order_number"
    BAD_QUANTITY = "bad_quantity"
    BESIDE_NAMELESS_ROW = "beside_nameless_row"
    BROKEN_QUOTATION = "broken_quotation"
    CONTRADICTION = "contradiction"
    CONTROL_CHARACTER = "control_character"
    DAMAGED_BY_SPREADSHEET = "damaged_by_spreadsheet"
    DUPLICATE_LINE = "duplicate_line"
    MISSING_VALUE = "missing_value"
    NOT_AN_ORDER = "not_an_order"
    NO_ORDER_NUMBER = "no_order_number"
    ROWS_APART = "rows_apart"
    TOO_LONG = "too_long"
    TOO_MANY_LINES = "too_many_lines"
    TOO_MANY_VALUES = "too_many_values"
    UNCLEAR_PAYMENT = "unclear_payment"
    UNCLEAR_SHIPMENT = "unclear_shipment"
    UNKNOWN_CURRENCY = "unknown_currency"
    UNKNOWN_STATUS = "unknown_status"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong, before it is known where: what, how to mend it, and a stable code."""

    code: RowFault
    what: str
    how_to_mend: str


class UnreadableFile(Exception):
    """The file as a whole cannot be read: what it looks like, and what to do."""

    def __init__(self, what: str, how_to_mend: str) -> None:
        super().__init__(f"{what} {how_to_mend}")
        self.what = what
        self.how_to_mend = how_to_mend


def shown(value: str) -> str:
    """Shorten a value for a message."""
    plain = "".join(mark if mark.isprintable() else "\ufffd" for mark in value[: _SHOWN + 1])
    return plain if len(plain) <= _SHOWN else plain[:_SHOWN] + "…"

"""Read the values of one row as what they should be, and collect what is wrong with them."""

import re
from datetime import UTC, datetime

from shared.domain.money import to_minor
from shared.domain.text import BadText, TooLong, clean, read_quantity
from shared.rendering import gettext as _
from shared.stores.nodes import Node
from shared.stores.troubles import BadRow, bad_row
from shared.tables import damage
from shared.tables.amounts import exponent_of
from shared.tables.table import Row
from shared.tables.troubles import Fault, RowFault, shown

MAX_FIELD = 500
MAX_NUMBER = 64
MAX_QUANTITY = 999_999
_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)"
    r"(?: ?(Z|UTC|[+-][0-9]{2}:?[0-9]{2}))?"
)
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_EMAIL = re.compile(rf"[^\s@<>()\[\]\\,;:\"]{{1,64}}@(?:{_LABEL}\.)+{_LABEL}")
_MAX_EMAIL = 254


class Cells:
    """The values of one row. What cannot be read gives a harmless value and a fault."""

    def __init__(self, row: Row | Node, order_number: str) -> None:
        self._row = row
        self.raw = row.value
        self._order_number = order_number
        self.faults: list[BadRow] = []

    @property
    def line(self) -> int:
        """The line of the row."""
        return self._row.line

    @property
    def place(self) -> str:
        """Where the row stands, in words for a message."""
        return self._row.place

    def refuse(self, fault: Fault) -> None:
        """Note a fault of this row."""
        found = bad_row(self.line, self._order_number, fault, place="" if self.line else self.place)
        if found not in self.faults:
            self.faults.append(found)

    def text(self, column: str, limit: int = MAX_FIELD) -> str:
        """Read text on one line; line ends and runs of spaces become one space."""
        value = self.raw(column)
        if not value:
            return ""
        if value[0] == "#":
            value = self._undamaged(column)
        if value.isascii() and value.isprintable() and "  " not in value and len(value) <= limit:
            return value
        try:
            return clean(" ".join(value.split()), limit=limit)
        except BadText:
            self.refuse(_invisible(column))
        except TooLong:
            self.refuse(_too_long(column, len(value), limit))
        return ""

    def needed(self, column: str) -> str:
        """Read text that must be there."""
        value = self.text(column)
        if not value and not self.raw(column):
            self.refuse(_missing(column))
        return value

    def identifier(self, column: str, *, needed: bool = False) -> str:
        """Read an id or SKU, which spreadsheets like to shorten."""
        value = self.needed(column) if needed else self.text(column)
        fault = damage.power_of_ten(column, value)
        if fault is None:
            return value
        self.refuse(fault)
        return ""

    def quantity(self, column: str) -> int:
        """Read a whole number of units, at least 1."""
        value = self._undamaged(column)
        try:
            quantity = read_quantity(value)
        except ValueError:
            quantity = 0
        if quantity < 1:
            self.refuse(_missing(column) if not self.raw(column) else _bad_quantity(column, value))
            return 1
        return quantity

    def count(self, column: str) -> int:
        """Read a whole number of units, 0 where the cell is empty."""
        return 0 if self.raw(column) in {"", "0"} else self.quantity(column)

    def currency(self, column: str) -> str:
        """Read an ISO 4217 code; "" when there is no such currency."""
        code = self.needed(column)
        if code and exponent_of(code) is None:
            self.refuse(_unknown_currency(column, code))
            return ""
        return code

    def amount(self, column: str, currency: str) -> int | None:
        """Read an amount that is not negative into minor units; None when the cell is empty."""
        return self.signed_amount(column, currency, negative=False)

    def signed_amount(self, column: str, currency: str, *, negative: bool = True) -> int | None:
        """Read an amount into minor units; None when the cell is empty or the currency unknown."""
        value = self.raw(column) and self._undamaged(column)
        if not value:
            return None
        exponent = exponent_of(currency) if currency else None
        if exponent is None:
            return None
        try:
            minor = to_minor(value, exponent)
        except ValueError:
            self.refuse(_bad_amount(column, value, currency, exponent))
            return None
        if minor < 0 and not negative:
            self.refuse(_negative(column, value))
            return None
        return minor

    def must_hold(self, column: str) -> None:
        """Refuse the row when a cell is empty."""
        if not self.raw(column):
            self.refuse(_missing(column))

    def needed_amount(self, column: str, currency: str) -> int:
        """Read an amount that must be there and is not negative."""
        self.must_hold(column)
        return self.amount(column, currency) or 0

    def instant(self, column: str, *, offset: str = "") -> datetime | None:
        """Read an instant into UTC; None when the cell is empty.

        It names its own offset, unless the system has one for all and it is given here.
        """
        value = self._undamaged(column)
        if not value:
            return None
        found = _INSTANT.fullmatch(value)
        if found is None:
            self.refuse(_bad_instant(column, value))
            return None
        day, clock, own = found.groups()
        offset = own or offset
        if not offset:
            self.refuse(_no_offset(column, value))
            return None
        try:
            return datetime.fromisoformat(f"{day}T{clock}{offset.replace('UTC', 'Z')}").astimezone(UTC)
        except (ValueError, OverflowError):
            self.refuse(_bad_instant(column, value))
            return None

    def email(self, column: str) -> str:
        """Read an e-mail address, checked by its form only."""
        value = self.needed(column)
        if value and (len(value) > _MAX_EMAIL or _EMAIL.fullmatch(value) is None):
            self.refuse(_bad_email(column, value))
        return value

    def _undamaged(self, column: str) -> str:
        value = self.raw(column)
        if value[:1] != "#":
            return value
        fault = damage.error_value(column, value)
        if fault is None:
            return value
        self.refuse(fault)
        return ""


def number_fault(column: str, number: str) -> Fault | None:
    """Say what is wrong with an order number."""
    if len(number) > MAX_NUMBER:
        return _bad_number(column, _("has %(count)d characters") % {"count": len(number)})
    if "/" in number:
        return _bad_number(column, _("“%(value)s” holds a slash") % {"value": number})
    if not number.isprintable():
        return _bad_number(column, _("holds invisible characters"))
    return damage.power_of_ten(column, number) or damage.error_value(column, number)


def _missing(column: str) -> Fault:
    return Fault(
        RowFault.MISSING_VALUE,
        _("“%(column)s” is empty.") % {"column": column},
        _("Fill it in, or export the file again with this column."),
    )


def _invisible(column: str) -> Fault:
    return Fault(
        RowFault.CONTROL_CHARACTER,
        _("“%(column)s” holds invisible control characters.") % {"column": column},
        _("Type the value anew."),
    )


def _too_long(column: str, length: int, limit: int) -> Fault:
    return Fault(
        RowFault.TOO_LONG,
        _("“%(column)s” has %(length)d characters; at most %(limit)d are accepted.")
        % {"column": column, "length": length, "limit": limit},
        _("Shorten it; if it holds the values of other columns, a separator is missing."),
    )


def _bad_quantity(column: str, value: str) -> Fault:
    return Fault(
        RowFault.BAD_QUANTITY,
        _("“%(column)s” says “%(value)s”.") % {"column": column, "value": shown(value)},
        _("Write a whole number from 1 to %(limit)d in plain digits.") % {"limit": MAX_QUANTITY},
    )


def _unknown_currency(column: str, code: str) -> Fault:
    return Fault(
        RowFault.UNKNOWN_CURRENCY,
        _("“%(column)s” says “%(value)s”, which is no currency.") % {"column": column, "value": shown(code)},
        _("Write the three capital letters of the currency, such as USD or EUR."),
    )


def _bad_amount(column: str, value: str, currency: str, exponent: int) -> Fault:
    return Fault(
        RowFault.BAD_AMOUNT,
        _("“%(column)s” says “%(value)s”, which is no plain amount in %(currency)s.")
        % {"column": column, "value": shown(value), "currency": currency},
        _(
            "Write digits alone, with a point and at most %(count)d decimals:"
            " no currency sign, no thousands mark, no decimal comma."
        )
        % {"count": exponent}
        if exponent
        else _("Write digits alone: this currency has no decimals; no currency sign, no thousands mark."),
    )


def _negative(column: str, value: str) -> Fault:
    return Fault(
        RowFault.BAD_AMOUNT,
        _("“%(column)s” says “%(value)s”, which is less than zero.")
        % {"column": column, "value": shown(value)},
        _("Leave refunds and corrections out of the file; a price is zero or more."),
    )


def _bad_instant(column: str, value: str) -> Fault:
    return Fault(
        RowFault.BAD_INSTANT,
        _("“%(column)s” says “%(value)s”, which is no date and time as the export writes them.")
        % {"column": column, "value": shown(value)},
        _(
            "Write it like 2026-03-31T14:05:00+00:00."
            " If a spreadsheet has rewritten the dates, export the file again."
        ),
    )


def _no_offset(column: str, value: str) -> Fault:
    return Fault(
        RowFault.BAD_INSTANT,
        _("“%(column)s” says “%(value)s” without an offset from UTC, so the moment is unknown.")
        % {"column": column, "value": shown(value)},
        _("Add the offset, such as +00:00 or -08:00, or export the file again."),
    )


def _bad_email(column: str, value: str) -> Fault:
    return Fault(
        RowFault.BAD_EMAIL,
        _("“%(column)s” says “%(value)s”, which is no e-mail address.")
        % {"column": column, "value": shown(value)},
        _("Write one address, such as name@example.com."),
    )


def _bad_number(column: str, what: str) -> Fault:
    return Fault(
        RowFault.BAD_ORDER_NUMBER,
        _("the order number in “%(column)s” %(what)s.") % {"column": column, "what": what},
        _("An order number has 1 to %(limit)d characters, no slash and nothing invisible.")
        % {"limit": MAX_NUMBER},
    )

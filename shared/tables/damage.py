"""Recognize what spreadsheets do to values: an id in powers of ten, an error instead of a value."""

import re

from shared.rendering import gettext as _
from shared.tables.troubles import Fault, RowFault

_POWER_OF_TEN = re.compile(r"[0-9](?:[.,][0-9]+)?E\+[0-9]{1,3}", re.IGNORECASE)
_ERROR = re.compile(
    r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!|DATE!|FORMULA!)|#{3,}", re.IGNORECASE
)
_AMAZON_NUMBER = re.compile(r"[0-9]{3}-[0-9]{7}-[0-9]{7}")
_SHORTENED_ITEM = re.compile(r"[0-9]{10,12}")


def power_of_ten(column: str, value: str) -> Fault | None:
    """Name an id that a spreadsheet has written as 1.23E+13; its digits are lost."""
    if "+" not in value or _POWER_OF_TEN.fullmatch(value) is None:
        return None
    return Fault(
        RowFault.DAMAGED_BY_SPREADSHEET,
        _("“%(column)s” says “%(value)s”: a spreadsheet has shortened the number, and its digits are lost.")
        % {"column": column, "value": value},
        _("Download the file again and import it as it is, without opening and saving it in a spreadsheet."),
    )


def error_value(column: str, value: str) -> Fault | None:
    """Name a value that a spreadsheet has replaced by an error or by a row of hashes."""
    if _ERROR.fullmatch(value) is None:
        return None
    return Fault(
        RowFault.DAMAGED_BY_SPREADSHEET,
        _("“%(column)s” says “%(value)s”: a spreadsheet wrote this in place of the value.")
        % {"column": column, "value": value},
        _("Download the file again and import it as it is, without opening and saving it in a spreadsheet."),
    )


def lost_zeros(number: str, column: str, value: str) -> Fault | None:
    """Name an item id of an Amazon order that has too few digits; they have 13 to 15."""
    if _SHORTENED_ITEM.fullmatch(value) is None or _AMAZON_NUMBER.fullmatch(number) is None:
        return None
    return Fault(
        RowFault.DAMAGED_BY_SPREADSHEET,
        _(
            "“%(column)s” says “%(value)s”, which has only %(count)d digits:"
            " a spreadsheet has probably dropped zeros at its beginning."
        )
        % {"column": column, "value": value, "count": len(value)},
        _("Download the file again and import it as it is, without opening and saving it in a spreadsheet."),
    )

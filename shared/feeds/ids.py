"""Judge the ids of a feed by their form; what spreadsheets did to them is named, never guessed at."""

import re

from shared.feeds.codes import Code, Problem
from shared.rendering import gettext as _
from shared.tables import damage
from shared.tables.sheets import DATE_CELL

MAX_FIELD = 500
MAX_ORDER_ID = 64
MAX_ITEM_ID = 64
_BY_THE_BOOK = re.compile(r"(?!000-0000000-0000000)[0-9]{3}-[0-9]{7}-[0-9]{7}", re.ASCII)
_ITEM_BY_THE_BOOK = re.compile(r"(?!0+$)[0-9]{13,15}", re.ASCII)
_NEARLY = re.compile(r"[0-9]{1,4}-[0-9]{4,8}-[0-9]{4,8}", re.ASCII)
_DATE = re.compile(
    r"[0-9]{1,4}[/.][0-9]{1,2}[/.][0-9]{1,4}(?: .*)?"
    r"|(?:[0-9]{1,2}[- ])?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[- ][0-9]{1,4}",
    re.ASCII | re.IGNORECASE,
)
_DECIMALS = re.compile(r"[0-9]{10,}[.,]0*", re.ASCII)
_PLACEHOLDER = re.compile(
    r"[xX?*#._0-]+|[xX]{3}-[xX]{7}-[xX]{7}|[xX]{6,}|\{\{?.*\}\}?|\[.*\]|<.*>|\$\{.*\}|%[a-z_ -]+%"
    r"|null|none|nil|undefined|nan|n\.?a\.?|tbd|string|placeholder"
    r"|(?:your|my|the|amazon|merchant)?[ _-]*order[ _-]*(?:item)?[ _-]*(?:id|number|code)",
    re.ASCII | re.IGNORECASE,
)


def order_id_problem(field: str, value: str) -> Problem | None:
    """Say what is wrong with an order id; our own order numbers are as good as those with hyphens."""
    if _BY_THE_BOOK.fullmatch(value):
        return None
    if not value:
        return Problem(Code.MISSING_VALUE, field)
    return _damage(field, value) or _placeholder(field, value) or _invalid(field, value)


def item_id_problem(field: str, value: str, order_id: str) -> Problem | None:
    """Say what is wrong with the id of an item; "" is none of its business."""
    if not value or _ITEM_BY_THE_BOOK.fullmatch(value):
        return None
    if len(value) > MAX_ITEM_ID:
        return Problem(Code.TOO_LONG, field, other=str(MAX_ITEM_ID))
    if damage.lost_zeros(order_id, field, value):
        return Problem(Code.DAMAGED_BY_SPREADSHEET, field, value, _("zeros at its beginning are lost"))
    if value == "0" * len(value) and len(value) > 1:
        return Problem(Code.PLACEHOLDER, field, value)
    return _damage(field, value) or (None if value.isdigit() else _placeholder(field, value))


def cell_damage(field: str, value: str) -> Problem | None:
    """Say what a spreadsheet did to a value of any column."""
    if value == DATE_CELL:
        return Problem(Code.DAMAGED_BY_SPREADSHEET, field, value, _("taken for a date"))
    if value[:1] == "#" and damage.error_value(field, value):
        return Problem(Code.DAMAGED_BY_SPREADSHEET, field, value, _("an error in place of the value"))
    return None


def _damage(field: str, value: str) -> Problem | None:
    if damage.power_of_ten(field, value):
        return Problem(Code.DAMAGED_BY_SPREADSHEET, field, value, _("the number's digits are lost"))
    if _DATE.fullmatch(value):
        return Problem(Code.DAMAGED_BY_SPREADSHEET, field, value, _("taken for a date"))
    if _DECIMALS.fullmatch(value):
        return Problem(Code.DAMAGED_BY_SPREADSHEET, field, value, _("decimals were added"))
    return None


def _placeholder(field: str, value: str) -> Problem | None:
    if value != "0" and _PLACEHOLDER.fullmatch(value):
        return Problem(Code.PLACEHOLDER, field, value)
    return None


def _invalid(field: str, value: str) -> Problem | None:
    if len(value) > MAX_ORDER_ID:
        why = _("it has more than %(limit)d characters") % {"limit": MAX_ORDER_ID}
    elif "/" in value:
        why = _("it holds a slash")
    elif _NEARLY.fullmatch(value):
        why = _("ids of this form have 3, 7 and 7 digits")
    else:
        return None
    return Problem(Code.INVALID_ORDER_ID, field, value, why)

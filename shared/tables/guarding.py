"""Keep values from acting as formulas when a table is opened in a spreadsheet, and take that away again."""

import csv
import io
import re
from collections.abc import Iterable

# The last four are the full-width forms of the first four.
_MARKS = "=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20"
_PLACES = r"(?:^|(?<=[,;|\t\r\n]))"
_ACTS = re.compile(rf"{_PLACES}(?='*[{_MARKS}])")
_GUARDED = re.compile(rf"{_PLACES}'(?='*[{_MARKS}])")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?", re.ASCII)


def guard(value: str) -> str:
    """Put a ' before whatever a spreadsheet would take for a formula; plain numbers stay numbers."""
    return value if _NUMBER.fullmatch(value) else _ACTS.sub("'", value)


def unguard(value: str) -> str:
    """Take exactly one such ' away, so that what was written comes back as it was."""
    return _GUARDED.sub("", value)


def csv_line(cells: Iterable[str]) -> str:
    """Write a line of comma-separated values, each of them guarded."""
    line = io.StringIO()
    csv.writer(line).writerow([guard(cell) for cell in cells])
    return line.getvalue()

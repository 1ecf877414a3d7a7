"""Text and quantities as people type them: one cleaner and one number reader for pages, API and feeds."""

import re
import unicodedata

QUANTITY = re.compile(r"(0|[1-9][0-9]{0,5})", re.ASCII)
NAME_LIMIT = 200
REASON_LIMIT = 500
MEMO_LIMIT = 2_000

# Embeddings, overrides and isolates turn the reading order around; the plain marks are part of ordinary text.
_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LINE_MARKS = frozenset("\n\t")
_REFUSED_CATEGORIES = frozenset({"Cc", "Cs"})


class BadText(ValueError):
    """The text holds a character that is never part of what people write."""


class TooLong(ValueError):
    """The text is longer than its field; `limit` is in characters."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"longer than {limit} characters")
        self.limit = limit


def clean(value: str, *, limit: int, lines: bool = False) -> str:
    """Compose (NFC), unify line ends and trim; only `lines` lets them stay. Raises BadText or TooLong."""
    unified = value.replace("\r\n", "\n").replace("\r", "\n").strip()
    allowed = _LINE_MARKS if lines else frozenset()
    if any(_is_refused(mark) and mark not in allowed for mark in unified):
        raise BadText("control character")
    composed = unicodedata.normalize("NFC", unified)
    if len(composed) > limit:
        raise TooLong(limit)
    return composed


def read_quantity(value: str) -> int:
    """Read a number of units in plain digits; raises ValueError for all else that int() would take."""
    if QUANTITY.fullmatch(value) is None:
        raise ValueError("not a quantity")
    return int(value)


def _is_refused(mark: str) -> bool:
    return mark in _BIDI_CONTROLS or unicodedata.category(mark) in _REFUSED_CATEGORIES

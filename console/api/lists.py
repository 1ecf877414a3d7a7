"""What every list of the API takes beside its own parameters: a cursor, and how long a page is."""

import re
from collections.abc import Collection

from flask import request

from shared.domain.errors import InvalidContent

_PAGE = 50
_LARGEST_PAGE = 200
_LIMIT = re.compile(r"[1-9][0-9]{0,2}", re.ASCII)
_FIELDS = frozenset({"cursor", "limit"})


def refuse_others(own: Collection[str]) -> None:
    """Refuse parameters that the list does not know. Raises InvalidContent."""
    unknown = set(request.args) - _FIELDS - set(own)
    if unknown:
        raise InvalidContent(f"{min(unknown)}: there is no such parameter")


def cursor() -> str | None:
    """Return the cursor, None for the first page."""
    return request.args.get("cursor")


def limit() -> int:
    """Return how many a page holds. Raises InvalidContent."""
    text = request.args.get("limit", str(_PAGE))
    if not _LIMIT.fullmatch(text) or int(text) > _LARGEST_PAGE:
        raise InvalidContent(f"limit: is a number from 1 to {_LARGEST_PAGE}")
    return int(text)

"""Where a page of the list begins: the last order of the page before, by what the list is sorted by."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import InstrumentedAttribute

from shared.domain.errors import InvalidContent
from shared.domain.lists import OrderSort
from shared.storage.records import OrderRecord

# Each list of columns has an index, and ends with one that no two orders share.
COLUMNS: Mapping[str, tuple[InstrumentedAttribute[Any], ...]] = {
    "date": (OrderRecord.placed_at, OrderRecord.id),
    "amount": (OrderRecord.currency, OrderRecord.total_minor, OrderRecord.id),
    "number": (OrderRecord.number,),
}
_READERS: Mapping[str, tuple[Callable[[str], object], ...]] = {
    "date": (datetime.fromisoformat, UUID),
    "amount": (str, int, UUID),
    "number": (str,),
}


@dataclass(frozen=True, slots=True)
class Place:
    """The order next to a page: the values of its columns, None for the first page."""

    backward: bool = False
    key: tuple[object, ...] | None = None


def make_cursor(sort: OrderSort, order: OrderRecord, *, backward: bool) -> str:
    """Write down an order's place."""
    values = [getattr(order, column.key) for column in COLUMNS[sort.by]]
    told = [value.isoformat() if isinstance(value, datetime) else str(value) for value in values]
    place = json.dumps([sort.value, "p" if backward else "n", *told], separators=(",", ":"))
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def read_cursor(cursor: str | None, sort: OrderSort) -> Place:
    """Read a place. Raises InvalidContent for one that is none of ours, or is of a list sorted otherwise."""
    if cursor is None:
        return Place()
    try:
        return _read(cursor, sort)
    except (ValueError, TypeError, AttributeError, RecursionError, binascii.Error) as error:
        raise InvalidContent("This page of the list does not exist; begin at the first one.") from error


def _read(cursor: str, sort: OrderSort) -> Place:
    padded = cursor + "=" * (-len(cursor) % 4)
    of_sort, direction, *told = json.loads(base64.urlsafe_b64decode(padded))
    if of_sort != sort or direction not in {"n", "p"} or not all(isinstance(part, str) for part in told):
        raise ValueError(cursor)
    key = tuple(reader(value) for reader, value in zip(_READERS[sort.by], told, strict=True))
    return Place(direction == "p", key)

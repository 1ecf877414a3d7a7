"""Which orders a list of the API is asked for: by status, and by when they were placed."""

import re
from datetime import UTC, datetime, timedelta

from flask import request
from pydantic import TypeAdapter, ValidationError

from console.api import lists
from shared.domain.errors import InvalidContent
from shared.domain.orders import ItemStatus, OrderStatus, spelled
from shared.queries.list_values import OrderFilter
from shared.web.payload_types import Instant

_FIELDS = frozenset({"status", "from", "to"})
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)
_STATUSES = {spelled(status): status for status in OrderStatus}
_REQUESTED = spelled(ItemStatus.CANCELLATION_REQUESTED)


def wanted_orders() -> OrderFilter:
    """Read which orders are wanted: statuses as answers spell them, `from` and `to` included; a day is UTC's.

    Raises InvalidContent.
    """
    lists.refuse_others(_FIELDS)
    status = request.args.get("status")
    if status not in {None, _REQUESTED, *_STATUSES}:
        raise InvalidContent(f"status: is one of {', '.join([*_STATUSES, _REQUESTED])}")
    return OrderFilter(
        status=_STATUSES.get(status or ""),
        item_status=ItemStatus.CANCELLATION_REQUESTED if status == _REQUESTED else None,
        placed_from=_bound("from", last=False),
        placed_before=_bound("to", last=True),
    )


def _bound(name: str, *, last: bool) -> datetime | None:
    text = request.args.get(name)
    if text is None:
        return None
    is_day = _DAY.fullmatch(text) is not None
    try:
        at = _INSTANT.validate_python(f"{text}T00:00:00Z" if is_day else text)
    except ValidationError:
        raise InvalidContent(
            f"{name}: is a day or an instant with an offset, such as 2026-03-31T14:05:00Z"
        ) from None
    # What comes after the last instant that counts: databases keep microseconds.
    width = timedelta(days=1) if is_day else timedelta(microseconds=1)
    return (at + width if last else at).astimezone(UTC)

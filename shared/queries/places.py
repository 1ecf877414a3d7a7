"""Where a page of a list begins: an instant and the id beside it, as an opaque text in an address."""

import base64
import binascii
from datetime import UTC, datetime
from uuid import UUID

from shared.domain.errors import InvalidContent


def make_cursor(at: datetime, row_id: UUID) -> str:
    """Write a place in a list into an address."""
    return base64.urlsafe_b64encode(f"{at.isoformat()} {row_id}".encode()).decode().rstrip("=")


def read_cursor(cursor: str | None) -> tuple[datetime, UUID] | None:
    """Read a place in a list back (UTC); None is its beginning. Raises InvalidContent."""
    if cursor is None or cursor == "":
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        at, row_id = base64.urlsafe_b64decode(padded).decode("ascii").split(" ")
        return datetime.fromisoformat(at).astimezone(UTC), UUID(row_id)
    except (ValueError, OverflowError, binascii.Error) as error:
        raise InvalidContent("This page of the list does not exist; begin at the first one.") from error

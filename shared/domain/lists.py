"""What people choose about the list of orders, and take along of it."""

from dataclasses import dataclass
from enum import StrEnum


class OrderSort(StrEnum):
    """What the list is sorted by; amounts stand together by their currency."""

    NEWEST = "-date"
    OLDEST = "date"
    HIGHEST = "-amount"
    LOWEST = "amount"
    LAST_NUMBER = "-number"
    FIRST_NUMBER = "number"

    @property
    def falls(self) -> bool:
        """What is greatest comes first."""
        return self.value.startswith("-")

    @property
    def by(self) -> str:
        """Name the column, in either direction."""
        return self.value.removeprefix("-")


class Column(StrEnum):
    """A column that a member may hide; order and action always show."""

    DATE = "date"
    CUSTOMER = "customer"
    ITEMS = "items"
    ITEM_STATUS = "item_status"
    PAYMENT_STATUS = "payment_status"
    AMOUNT = "amount"


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """A filter that a member has given a name; `query` is the list's address behind the question mark."""

    name: str
    query: str
    is_default: bool


class ExportState(StrEnum):
    """How far a file of orders is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    EXPIRED = "expired"

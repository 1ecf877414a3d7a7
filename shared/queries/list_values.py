"""What the dashboard is asked for and shows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from shared.domain.ids import OrderId
from shared.domain.lists import Column, OrderSort, SavedFilter
from shared.domain.orders import ItemStatus, OrderStatus, PaymentStatus
from shared.queries.request_values import RequestView


@dataclass(frozen=True, slots=True)
class OrderView:
    """What a member has chosen for the list: which columns show, how dense it is, filters by name."""

    columns: frozenset[Column] = frozenset(Column)
    is_dense: bool = False
    filters: tuple[SavedFilter, ...] = ()

    @property
    def default(self) -> SavedFilter | None:
        """The filter that the list begins with, if the member has chosen one."""
        return next((saved for saved in self.filters if saved.is_default), None)


@dataclass(frozen=True, slots=True)
class OrderCounts:
    """How many orders there are in all, by status, and with an open request."""

    by_status: Mapping[OrderStatus, int]
    requested: int

    @property
    def all(self) -> int:
        """Every order has one status."""
        return sum(self.by_status.values())


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order on the dashboard. `items_label` names the first line, `more_items` counts the others."""

    id: OrderId
    number: str
    placed_at: datetime
    buyer_name: str
    items_label: str
    more_items: int
    status: OrderStatus
    badge: ItemStatus
    payment_status: PaymentStatus
    total_minor: int
    currency: str
    can_cancel: bool
    request: RequestView | None
    version: int
    priced: bool = True

    @property
    def has_failed_refund(self) -> bool:
        """Money that should have gone back has not: somebody has to look at it."""
        return self.payment_status is PaymentStatus.REFUND_FAILED


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """What the dashboard is asked for; dates are the merchant's days, both included; None is no limit."""

    search: str = ""
    status: OrderStatus | None = None
    item_status: ItemStatus | None = None
    payment_status: PaymentStatus | None = None
    placed_from: datetime | None = None
    placed_before: datetime | None = None
    sort: OrderSort = OrderSort.NEWEST

    @property
    def narrows(self) -> bool:
        """Whether it leaves any order out."""
        return replace(self, sort=OrderSort.NEWEST) != OrderFilter()


@dataclass(frozen=True, slots=True)
class OrderList:
    """One page of the dashboard; the cursors are opaque and None at an end."""

    rows: tuple[OrderRow, ...]
    next_cursor: str | None
    previous_cursor: str | None


@dataclass(frozen=True, slots=True)
class Dashboard:
    """One page of the list with what stands around it."""

    found: OrderList
    counts: OrderCounts
    view: OrderView

"""What stands around the list of orders: tabs by status, periods, heads to sort by, filters by name."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import url_for

from console.order_forms import OrderFilterForm, Period
from console.tabs import Tab
from shared import wording
from shared.domain.lists import Column, OrderSort
from shared.domain.orders import ItemStatus, OrderStatus, PaymentStatus
from shared.queries.list_values import OrderCounts, OrderView
from shared.rendering import count, on_day
from shared.rendering import gettext as _
from shared.web.forms import ChoiceField

# The places of the columns whose rows can be sorted by them, the first time downwards.
_SORTS = {Column.DATE: "date", Column.AMOUNT: "amount"}
_NUMBER = "number"
_STATUSES = (
    OrderStatus.PENDING,
    OrderStatus.UNSHIPPED,
    OrderStatus.PARTIALLY_SHIPPED,
    OrderStatus.SHIPPED,
    OrderStatus.CANCELED,
)


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column: `href` sorts by it, `direction` says how it is sorted now; "" where it is not."""

    code: str
    words: str
    href: str = ""
    direction: str = ""


def status_tabs(form: OrderFilterForm, counts: OrderCounts) -> tuple[Tab, ...]:
    """Make the tabs: all orders, those with an open request, and one tab for each status."""
    order_status, item_status = form.order_status.data or "", form.item_status.data or ""
    requested = ItemStatus.CANCELLATION_REQUESTED
    by_status = [
        Tab(
            words=wording.order_status(status).words,
            href=_list_url(form, order_status=status.value),
            count=count(counts.by_status[status]),
            is_here=order_status == status and not item_status,
            is_quiet=True,
        )
        for status in _STATUSES
    ]
    return (
        Tab(_("All"), _list_url(form), count(counts.all), not (order_status or item_status), is_quiet=True),
        Tab(
            words=wording.item_status(requested).words,
            href=_list_url(form, item_status=requested.value),
            count=count(counts.requested),
            is_here=item_status == requested and not order_status,
            is_quiet=not counts.requested,
        ),
        *by_status,
    )


def periods(form: OrderFilterForm) -> tuple[Tab, ...]:
    """Make the links to the days that are asked for often; what else is asked for stays."""
    words = {
        Period.TODAY: _("Today"),
        Period.YESTERDAY: _("Yesterday"),
        Period.WEEK: _("7 days"),
        Period.DAYS_30: _("30 days"),
        Period.MONTH: _("This month"),
        Period.ALL: _("All time"),
    }
    here = form.period.data or ("" if form.placed_from.data or form.placed_to.data else Period.ALL.value)
    return tuple(
        Tab(
            words[period],
            f"{url_for('console.orders')}?{form.query(period=period.value)}",
            "",
            here == period,
        )
        for period in Period
    )


def saved_filters(form: OrderFilterForm, view: OrderView) -> tuple[Tab, ...]:
    """Make the links to the filters that the member has given names."""
    here = form.query()
    return tuple(
        Tab(saved.name, f"{url_for('console.orders')}?{saved.query}", "", saved.query == here)
        for saved in view.filters
    )


def heads(form: OrderFilterForm, view: OrderView) -> tuple[Head, ...]:
    """Make the heads of the columns that show."""
    shown = [column for column in Column if column in view.columns]
    return (
        _head(form, "order", _("Order"), _NUMBER),
        *(_head(form, column.value, wording.column(column), _SORTS.get(column, "")) for column in shown),
    )


def described(form: OrderFilterForm) -> tuple[tuple[str, str], ...]:
    """Tell what the list is asked for, as pairs of a name and its value; what is not narrowed is left out."""
    badges: tuple[tuple[ChoiceField, Callable[[str], wording.Badge]], ...] = (
        (form.order_status, lambda code: wording.order_status(OrderStatus(code))),
        (form.item_status, lambda code: wording.item_status(ItemStatus(code))),
        (form.payment_status, lambda code: wording.payment_status(PaymentStatus(code))),
    )
    words = [(field.label.text, say(field.data).words) for field, say in badges if field.data]
    days = [
        (field.label.text, on_day(field.data)) for field in (form.placed_from, form.placed_to) if field.data
    ]
    search = [(form.search.label.text, form.search.data)] if form.search.data else []
    return (*search, *words, *days)


def _head(form: OrderFilterForm, code: str, words: str, sorts: str) -> Head:
    if not sorts:
        return Head(code, words)
    falls, rises = OrderSort(f"-{sorts}"), OrderSort(sorts)
    if form.sort.data not in {falls, rises}:
        return Head(code, words, _sort_url(form, falls))
    if form.sort.data == falls:
        return Head(code, words, _sort_url(form, rises), "descending")
    return Head(code, words, _sort_url(form, falls), "ascending")


def _sort_url(form: OrderFilterForm, sort: OrderSort) -> str:
    value = "" if sort is OrderSort.NEWEST else sort.value
    return f"{url_for('console.orders')}?{form.query(sort=value)}"


def _list_url(
    form: OrderFilterForm, *, order_status: str | None = None, item_status: str | None = None
) -> str:
    """Address all orders of a status, of any day: a tab's count is of all of them."""
    sort = form.sort.data if form.sort.data != OrderSort.NEWEST else None
    return url_for(
        "console.orders",
        period=Period.ALL.value,
        order_status=order_status,
        item_status=item_status,
        sort=sort,
    )

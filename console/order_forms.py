"""The forms of the list of orders: what it is asked for, what a member chooses to see, filters by name."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Self
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import request
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, DateField, Field
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # missing in the stubs only

from shared import wording
from shared.domain.lists import Column, OrderSort
from shared.domain.orders import ItemStatus, OrderStatus, PaymentStatus
from shared.queries.list_values import OrderFilter, OrderView
from shared.rendering import gettext as _
from shared.web.forms import ChoiceField, PageForm, TextField, TokenField, filled_in

_NAME_LIMIT = 60
_SHOW = "show_"


class Period(StrEnum):
    """Days that are asked for often, as of today."""

    TODAY = "today"
    YESTERDAY = "yesterday"
    WEEK = "7"
    DAYS_30 = "30"
    MONTH = "month"
    ALL = "all"

    def days(self, today: date) -> tuple[date | None, date | None]:
        """Tell its first and its last day; None is no limit."""
        return {
            Period.TODAY: (today, today),
            Period.YESTERDAY: (today - timedelta(days=1), today - timedelta(days=1)),
            Period.WEEK: (today - timedelta(days=6), today),
            Period.DAYS_30: (today - timedelta(days=29), today),
            Period.MONTH: (today.replace(day=1), today),
            Period.ALL: (None, None),
        }[self]


FIRST_PERIOD = Period.DAYS_30


class QueryField(TokenField):
    """The list's address behind the question mark, which the page sends back."""

    limit = 2_000


class DayField(DateField):
    """A day as browsers send it; an empty one is no limit."""

    data: date | None

    def process_formdata(self, valuelist: list[Any]) -> None:
        typed = str(valuelist[0]).strip() if valuelist else ""
        self.data = None
        try:
            self.data = date.fromisoformat(typed) if typed else None
        except ValueError:
            raise ValueError(_("Enter a day like 2026-11-21.")) from None


class OrderFilterForm(PageForm):
    """What the dashboard is asked for, all of it in the address; a `period` stands for days as of today."""

    search = TextField()
    order_status = ChoiceField()
    item_status = ChoiceField()
    payment_status = ChoiceField()
    placed_from = DayField()
    placed_to = DayField()
    period = ChoiceField()
    sort = ChoiceField()
    is_first_visit: bool = True

    @classmethod
    def read(cls, today: date, asked: MultiDict[str, str] | None = None) -> Self:
        """Read the address, or what is `asked` instead of it; a first visit asks for the last days."""
        given = request.args if asked is None else asked
        form = cls(given, meta={"csrf": False})
        form.is_first_visit = not any(name in given for name in form._fields)
        form.search.label.text = _("Search orders")
        form.placed_from.label.text = _("From")
        form.placed_to.label.text = _("To")
        form.order_status.label.text = _("Order status")
        form.item_status.label.text = _("Item status")
        form.payment_status.label.text = _("Payment status")
        form.sort.label.text = _("Sort by")
        _offer_any(
            form.order_status, ((code.value, wording.order_status(code).words) for code in OrderStatus)
        )
        _offer_any(form.item_status, ((code.value, wording.item_status(code).words) for code in ItemStatus))
        _offer_any(
            form.payment_status, ((code.value, wording.payment_status(code).words) for code in PaymentStatus)
        )
        form.period.offer((period.value, period.value) for period in Period)
        form.sort.offer((code.value, wording.order_sort(code)) for code in OrderSort)
        form.sort.choices = [SelectChoice(code.value, wording.order_sort(code)) for code in OrderSort]
        form._fill_in(given, today)
        return form

    def _fill_in(self, given: MultiDict[str, str], today: date) -> None:
        """Put in what was not asked for: the first order of rows, and the days of a period."""
        self.sort.data = given.get("sort") or OrderSort.NEWEST.value
        self.period.data = FIRST_PERIOD.value if self.is_first_visit else given.get("period", "")
        if self.period.data in {period.value for period in Period}:
            self.placed_from.data, self.placed_to.data = Period(self.period.data).days(today)

    @property
    def narrows(self) -> bool:
        """More was asked for than words to search, so the folded filters stand open."""
        fields: list[Field] = [self.order_status, self.item_status, self.payment_status]
        if not self.period.data:
            fields += [self.placed_from, self.placed_to]
        return any(field.data or field.errors for field in fields)

    @property
    def sorting(self) -> OrderSort:
        """What a form that is in order asks to be sorted by."""
        return OrderSort(self.sort.data)

    def wanted(self, time_zone: str) -> OrderFilter:
        """Put it into the core's terms: the merchant's days become instants, the last day included."""
        zone = ZoneInfo(time_zone)
        last = self.placed_to.data
        return OrderFilter(
            search=self.search.data or "",
            status=OrderStatus(self.order_status.data) if self.order_status.data else None,
            item_status=ItemStatus(self.item_status.data) if self.item_status.data else None,
            payment_status=PaymentStatus(self.payment_status.data) if self.payment_status.data else None,
            placed_from=_begins(self.placed_from.data, zone),
            placed_before=_begins(last + timedelta(days=1) if last and last < date.max else None, zone),
            sort=self.sorting,
        )

    def address(self) -> dict[str, str]:
        """Write what is asked for as the parameters of an address, so that its pages stay where they are."""
        asked = {
            "search": self.search.data,
            "order_status": self.order_status.data,
            "item_status": self.item_status.data,
            "payment_status": self.payment_status.data,
            "sort": self.sort.data if self.sort.data != OrderSort.NEWEST else "",
        }
        return {**self._days(), **{name: value for name, value in asked.items() if value}}

    def query(self, **changes: str) -> str:
        """Write the address behind the question mark; a change to "" leaves a parameter out."""
        asked = {**self.address(), **changes}
        if "period" in changes:
            asked = {name: value for name, value in asked.items() if name not in {"placed_from", "placed_to"}}
        return urlencode({name: value for name, value in asked.items() if value or name == "placed_from"})

    def _days(self) -> dict[str, str]:
        if self.period.data:
            return {"period": self.period.data}
        first, last = self.placed_from.data, self.placed_to.data
        # An empty first day stays in the address: without any parameter it would be a first visit again.
        return {
            "placed_from": first.isoformat() if first else "",
            **({"placed_to": last.isoformat()} if last else {}),
        }


class OrderViewForm(PageForm):
    """Which columns show, and how dense the list is; `back` is the address of the list it was sent from."""

    show_date = BooleanField()
    show_customer = BooleanField()
    show_items = BooleanField()
    show_item_status = BooleanField()
    show_payment_status = BooleanField()
    show_amount = BooleanField()
    is_dense = BooleanField()
    back = QueryField()

    @classmethod
    def made(cls, view: OrderView, back: str) -> Self:
        """Make the form as the member has chosen before."""
        chosen = {_SHOW + column.value: column in view.columns for column in Column}
        form = cls(data={**chosen, "is_dense": view.is_dense, "back": back})
        for column in Column:
            form[_SHOW + column.value].label.text = wording.column_choice(column)
        form.is_dense.label.text = _("Compact rows")
        return form

    @property
    def columns(self) -> list[BooleanField]:
        """Return the fields of the columns, in their order."""
        return [self[_SHOW + column.value] for column in Column]

    def chosen(self) -> list[Column]:
        """Read which columns are to show."""
        return [column for column in Column if self[_SHOW + column.value].data]


class ExportForm(PageForm):
    """Which orders are taken along: the list's address."""

    query = QueryField()

    @classmethod
    def made(cls, query: str) -> Self:
        """Make the form for an address of the list."""
        return cls(data={"query": query})


class SaveFilterForm(PageForm):
    """A name for what the list shows, and whether it begins with it from now on."""

    name = TextField(limit=_NAME_LIMIT)
    is_default = BooleanField()
    query = QueryField()

    @classmethod
    def made(cls, query: str) -> Self:
        """Make the form for an address of the list."""
        form = cls(data={"query": query})
        form.name.label.text = _("Name")
        form.name.validators = [filled_in(_("Enter a name."))]
        form.is_default.label.text = _("Begin with it when I open Orders")
        return form


def _offer_any(field: ChoiceField, choices: Iterable[tuple[str, str]]) -> None:
    field.offer(choices, empty=_("Any"))


def _begins(day: date | None, zone: ZoneInfo) -> datetime | None:
    return datetime.combine(day, time.min, zone).astimezone(UTC) if day else None

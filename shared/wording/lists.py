"""The words for the columns of the list of orders, and for what it is sorted by."""

from shared.domain.lists import Column, OrderSort
from shared.rendering import gettext as _


def column(code: Column) -> str:
    """Name a column as its head does."""
    return {
        Column.DATE: _("Date"),
        Column.CUSTOMER: _("Customer"),
        Column.ITEMS: _("Items"),
        Column.ITEM_STATUS: _("Item status"),
        Column.PAYMENT_STATUS: _("Payment status"),
        Column.AMOUNT: _("Amount"),
    }[code]


def order_sort(code: OrderSort) -> str:
    """Say what comes first."""
    return {
        OrderSort.NEWEST: _("Newest first"),
        OrderSort.OLDEST: _("Oldest first"),
        OrderSort.HIGHEST: _("Highest amount first"),
        OrderSort.LOWEST: _("Lowest amount first"),
        OrderSort.FIRST_NUMBER: _("By number, upwards"),
        OrderSort.LAST_NUMBER: _("By number, downwards"),
    }[code]

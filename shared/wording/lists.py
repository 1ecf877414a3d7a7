"""The words for the columns of the list of orders, for what it is sorted by, and for its exports."""

from shared.domain.lists import Column, ExportState, OrderSort
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


def column_choice(code: Column) -> str:
    """Name a column where it is shown or hidden; the page's filters have the names of two columns already."""
    choices = {Column.ITEM_STATUS: _("Status of items"), Column.PAYMENT_STATUS: _("Status of payment")}
    return choices.get(code) or column(code)


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


def export_state(code: ExportState) -> str:
    """Say how far a file of orders is."""
    return {
        ExportState.WAITING: _("Waiting to be written"),
        ExportState.RUNNING: _("Being written"),
        ExportState.DONE: _("Ready"),
        ExportState.FAILED: _("Could not be written; start it again"),
        ExportState.EXPIRED: _("Expired"),
    }[code]

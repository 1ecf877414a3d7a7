"""Recognize by its header which kind of file orders come in."""

from contextlib import closing
from pathlib import Path

from shared.rendering import gettext as _
from shared.stores.amazon import NewOrdersReport
from shared.stores.amazon_all_orders import AllOrdersReport
from shared.stores.amazon_unshipped import UnshippedReport
from shared.stores.json_orders import JsonOrders, open_json
from shared.stores.reading import Layout, OrderFile
from shared.stores.shopify import OrdersExport
from shared.tables.sniffing import first_bytes, is_json
from shared.tables.table import Table, open_table
from shared.tables.troubles import UnreadableFile

LAYOUTS: tuple[Layout, ...] = (NewOrdersReport(), UnshippedReport(), AllOrdersReport(), OrdersExport())
_NEARLY = 0.5


def accepted() -> str:
    """Say in one sentence what is accepted."""
    return _(
        "Accepted are Amazon's new orders, unshipped orders and all orders reports (tab-delimited), Shopify's"
        " orders export (CSV), and orders of the Selling Partner API, Shopify or WooCommerce as JSON."
    )


def open_orders(path: Path) -> OrderFile | JsonOrders:
    """Open a file of orders; raises UnreadableFile when it is none, saying what it looks like."""
    if is_json(first_bytes(path, accepted())):
        return open_json(path, accepted())
    table = open_table(path, accepted())
    names = table.columns.keys()
    for layout in LAYOUTS:
        if layout.columns <= names:
            _refuse_repeated(table, layout)
            _refuse_without_rows(table)
            return OrderFile(table, layout)
    raise _unknown(table)


def _unknown(table: Table) -> UnreadableFile:
    names = table.columns.keys()
    known = _known_stranger(table)
    if known:
        return UnreadableFile(known, accepted())
    nearest = max(LAYOUTS, key=lambda layout: len(layout.columns & names) / len(layout.columns))
    missing = sorted(nearest.columns - names)
    if len(missing) <= len(nearest.columns) * _NEARLY:
        return UnreadableFile(
            _("The file looks like the %(name)s, but lacks these columns: %(columns)s.")
            % {"name": nearest.name, "columns": ", ".join(missing)},
            _("Export it again with all columns; their names are looked for in line %(line)d.")
            % {"line": table.header_line},
        )
    return UnreadableFile(
        _("The first line is not the header of a file of orders that is known here."), accepted()
    )


def _known_stranger(table: Table) -> str:
    names = table.columns.keys()
    if any(name.startswith("templatetype=") for name in names) or "cancellation-reason-code" in names:
        return _("The file looks like an order cancellation file, not like orders.")
    return ""


def _refuse_repeated(table: Table, layout: Layout) -> None:
    twice = sorted(layout.columns & table.repeated)
    if twice:
        raise UnreadableFile(
            _("The header names these columns twice: %(columns)s.") % {"columns": ", ".join(twice)},
            _("Remove the columns that do not belong, or export the file again."),
        )


def _refuse_without_rows(table: Table) -> None:
    with closing(table.rows()) as rows:
        found = next(rows, None)
    if found is None:
        raise UnreadableFile(
            _("The file has a header, but no rows below it."),
            _("Export it again for a period in which there are orders."),
        )

"""Orders in a JSON file of any system that is known here, told apart object by object."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Protocol

from shared.domain.order_reports import Report
from shared.rendering import gettext as _
from shared.stores.cells import Cells, number_fault
from shared.stores.documents import Document, open_document
from shared.stores.groups import MAX_LINES, too_many_lines
from shared.stores.nodes import Node
from shared.stores.reading import OrderRows, Reading, TaxInside
from shared.stores.selling_partner import OrderChange, OrdersV0
from shared.stores.selling_partner_2026 import Orders2026
from shared.stores.shopify_rest import ShopifyOrders
from shared.stores.troubles import bad_row
from shared.stores.woocommerce import WooOrders
from shared.tables.encodings import Encoding
from shared.tables.table import Progress
from shared.tables.troubles import Fault, RowFault, UnreadableFile, shown

_WRAPS = ("data", "payload", "order")
_LOOKED_AT = 100


class Dialect(Protocol):
    """How a system writes an order in JSON."""

    @property
    def name(self) -> str:
        """The document's name in words."""

    def fits(self, node: Node) -> bool:
        """Say whether the object is one of these."""

    def number(self, node: Node) -> str:
        """Tell the order's number."""

    def report(self, rows: OrderRows, node: Node) -> Report | None:
        """Read one order; None, or faults on its rows, when it cannot be taken in."""


_DIALECTS: tuple[Dialect, ...] = (OrderChange(), OrdersV0(), Orders2026(), ShopifyOrders(), WooOrders())


@dataclass(frozen=True, slots=True)
class JsonOrders:
    """A JSON file of orders that was opened and recognized by the first order in it."""

    document: Document
    kind: str

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self.document.path

    @property
    def size(self) -> int:
        """How many bytes the file has."""
        return self.document.size

    @property
    def encoding(self) -> Encoding:
        """How its text is encoded."""
        return self.document.encoding

    @property
    def delimiter(self) -> str:
        """Nothing separates columns where there are none."""
        return ""

    def readings(
        self,
        prices_include_tax: TaxInside,
        *,
        checking: Progress | None = None,  # noqa: ARG002 - a document need not be looked through before
        progress: Progress | None = None,
    ) -> Iterator[Reading]:
        """Stream reports, objects that cannot be taken in, and notices.

        Raises UnreadableFile where the text stops being JSON.
        """
        for found in self.document.nodes(progress):
            yield from _read(_unwrapped(found), prices_include_tax)


def open_json(path: Path, accepted: str) -> JsonOrders:
    """Open a JSON file of orders; raises UnreadableFile when there is none in it that is known here."""
    document = open_document(path)
    for found in islice(document.nodes(), _LOOKED_AT):
        dialect = _dialect(_unwrapped(found))
        if dialect is not None:
            return JsonOrders(document, dialect.name)
    raise UnreadableFile(_("The file is JSON, but no order is found in it."), accepted)


def _unwrapped(node: Node) -> Node:
    """Take an order out of the one object that some exports put around it."""
    for name in _WRAPS:
        inner = node.child(name)
        if inner.data and _dialect(node) is None:
            return _unwrapped(inner)
    return node


def _dialect(node: Node) -> Dialect | None:
    return next((dialect for dialect in _DIALECTS if dialect.fits(node)), None)


def _read(node: Node, prices_include_tax: TaxInside) -> Iterator[Reading]:
    dialect = _dialect(node)
    if dialect is None:
        if not _is_empty_page(node):
            yield bad_row(0, "", _stranger(node), place=node.place)
        return
    number = dialect.number(node)
    fault = number_fault(_("order number"), number) if number else _no_number()
    if fault is None and _lines(node) > MAX_LINES:
        fault = too_many_lines()
    if fault is not None:
        yield bad_row(0, shown(number), fault, place=node.place)
        return
    rows = OrderRows(number, [Cells(node, number)], prices_include_tax)
    report = dialect.report(rows, node)
    yield from rows.faults or rows.notices
    if report is not None and not rows.faults:
        yield report


def _is_empty_page(node: Node) -> bool:
    """A page of a list whose orders stood elsewhere, or that holds none."""
    lists = [value for value in node.data.values() if isinstance(value, list)]
    inner = node.child("payload").data or node.child("data").data
    return not any(lists) and (bool(lists) or any(isinstance(value, list) for value in inner.values()))


def _lines(node: Node) -> int:
    lists = (node.data.get(name) for name in ("OrderItems", "orderItems", "line_items"))
    return max((len(found) for found in lists if isinstance(found, list)), default=0)


def _stranger(node: Node) -> Fault:
    names = ", ".join(list(node.data)[:6])
    return Fault(
        RowFault.NOT_AN_ORDER,
        _("this is no order that is known here; it has the names: %(names)s.") % {"names": shown(names)},
        _("Take it out, or export the orders again."),
    )


def _no_number() -> Fault:
    return Fault(
        RowFault.NO_ORDER_NUMBER,
        _("the order has no number."),
        _("Export the order again as it is."),
    )

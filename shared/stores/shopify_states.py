"""Translate Shopify's words for payment and fulfillment; what they leave open is refused."""

from shared.domain.intake import IncomingPayment
from shared.domain.orders import Gateway
from shared.rendering import gettext as _
from shared.stores.cells import Cells
from shared.stores.reading import OrderRows
from shared.tables.troubles import Fault, RowFault, shown

CHARGED = frozenset({"paid", "refunded", "partially_refunded"})
NOT_PAID = frozenset({"pending", "voided", "expired", "unpaid"})
_SHIPPED = frozenset({"fulfilled"})
_PARTLY = frozenset({"partial", "partially_fulfilled"})
_RESTOCKED = frozenset({"restocked"})
_NOT_SHIPPED = frozenset(
    {"", "pending", "unfulfilled", "open", "in_progress", "scheduled", "on_hold", "not_eligible", "unshipped"}
)
_GIFT_CARD = frozenset({"gift_card", "giftcard"})


def units(rows: OrderRows, cells: Cells, quantity: int) -> tuple[int, int]:
    """Tell how many units of a line are shipped and how many canceled."""
    status = _word(cells.raw("lineitem-fulfillment-status")) or _word(rows.head.raw("fulfillment-status"))
    if status in _PARTLY:
        cells.refuse(_partly_shipped())
    elif status not in _SHIPPED | _RESTOCKED | _NOT_SHIPPED:
        cells.refuse(unknown_status("lineitem-fulfillment-status", status))
    shipped = quantity if status in _SHIPPED else 0
    gone = status in _RESTOCKED or rows.head.raw("cancelled-at")
    return shipped, quantity - shipped if gone else 0


def payments(rows: OrderRows, currency: str, total: int) -> tuple[IncomingPayment, ...]:
    """Tell what was authorized, captured and refunded of an order's total in minor units."""
    head = rows.head
    head.instant("cancelled-at")
    authorized, captured = _charged(head, currency, total)
    refunded = _refunded(head, currency, captured)
    if refunded > captured:
        head.refuse(too_much_refunded("refunded-amount"))
        return ()
    if authorized <= 0:
        return ()
    gateway = Gateway.GIFT_CARD if _word(head.raw("payment-method")) in _GIFT_CARD else Gateway.MANUAL
    reference = head.text("payment-reference") or head.text("payment-method")
    return (IncomingPayment(gateway, authorized, captured, reference, refunded),)


def _charged(head: Cells, currency: str, total: int) -> tuple[int, int]:
    """Tell what was authorized and what captured; the first includes the second."""
    status = _word(head.raw("financial-status"))
    if total == 0 or status in NOT_PAID:
        return 0, 0
    if status in CHARGED:
        return total, total
    if status == "authorized":
        return total, 0
    if status == "partially_paid":
        return _partly_paid(head, currency, total)
    head.needed("financial-status")
    if status:
        head.refuse(unknown_status("financial-status", status))
    return 0, 0


def _partly_paid(head: Cells, currency: str, total: int) -> tuple[int, int]:
    outstanding = head.amount("outstanding-balance", currency)
    if outstanding is None or outstanding > total:
        head.refuse(_paid_in_part())
        return 0, 0
    return total - outstanding, total - outstanding


def _refunded(head: Cells, currency: str, captured: int) -> int:
    amount = head.amount("refunded-amount", currency)
    status = _word(head.raw("financial-status"))
    if amount is None and status == "partially_refunded":
        head.needed("refunded-amount")
    if amount is None and status == "refunded":
        return captured
    return amount or 0


def _word(status: str) -> str:
    return status.casefold().replace(" ", "_")


def _partly_shipped() -> Fault:
    return Fault(
        RowFault.UNCLEAR_SHIPMENT,
        _("the line is partly shipped, and the file does not say how many units."),
        _("Import the order again once the line is wholly shipped, or send it through the API."),
    )


def unknown_status(column: str, status: str) -> Fault:
    """Say that a status is none that is known."""
    return Fault(
        RowFault.UNKNOWN_STATUS,
        _("“%(column)s” says “%(value)s”, which is not known here.")
        % {"column": column, "value": shown(status)},
        _("Write it as Shopify does in English, or export the file again."),
    )


def _paid_in_part() -> Fault:
    return Fault(
        RowFault.UNCLEAR_PAYMENT,
        _("the order is paid in part, and the file does not say how much."),
        _("Export it again with the column “Outstanding Balance”."),
    )


def too_much_refunded(column: str) -> Fault:
    """Say that more went back than was paid."""
    return Fault(
        RowFault.UNCLEAR_PAYMENT,
        _("“%(column)s” is larger than what was paid.") % {"column": column},
        _("Correct the amount, or export the file again."),
    )

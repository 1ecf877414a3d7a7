"""The words and looks for the status of an item, an order, a payment, a refund."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.domain.orders import ItemStatus, OrderStatus, PaymentStatus
from shared.domain.refunds import RefundState
from shared.rendering import N_
from shared.rendering import gettext as _


@dataclass(frozen=True, slots=True)
class Badge:
    """A status as people see it: its words, the class that shapes it, the drawing beside it."""

    words: str
    css: str
    icon: str


_ITEM_STATUSES: Mapping[ItemStatus, Badge] = {
    ItemStatus.PENDING: Badge(N_("Pending"), "s-pending", "hourglass"),
    ItemStatus.UNSHIPPED: Badge(N_("Unshipped"), "s-unshipped", "box-seam"),
    ItemStatus.CANCELLATION_REQUESTED: Badge(N_("Cancellation requested"), "s-requested", "question-circle"),
    ItemStatus.PARTIALLY_SHIPPED: Badge(N_("Partially shipped"), "s-partly-shipped", "circle-half"),
    ItemStatus.SHIPPED: Badge(N_("Shipped"), "s-shipped", "truck"),
    ItemStatus.PARTIALLY_CANCELED: Badge(N_("Partially canceled"), "s-partly-canceled", "dash-circle"),
    ItemStatus.CANCELED: Badge(N_("Canceled"), "s-canceled", "x-circle"),
}
_ORDER_STATUSES: Mapping[OrderStatus, Badge] = {
    OrderStatus.PENDING: _ITEM_STATUSES[ItemStatus.PENDING],
    OrderStatus.UNSHIPPED: _ITEM_STATUSES[ItemStatus.UNSHIPPED],
    OrderStatus.PARTIALLY_SHIPPED: _ITEM_STATUSES[ItemStatus.PARTIALLY_SHIPPED],
    OrderStatus.SHIPPED: _ITEM_STATUSES[ItemStatus.SHIPPED],
    OrderStatus.CANCELED: _ITEM_STATUSES[ItemStatus.CANCELED],
}
_PAYMENT_STATUSES: Mapping[PaymentStatus, Badge] = {
    PaymentStatus.AWAITING: Badge(N_("Awaiting payment"), "", "hourglass"),
    PaymentStatus.AUTHORIZED: Badge(N_("Authorized"), "", "lock"),
    PaymentStatus.PARTIALLY_PAID: Badge(N_("Partially paid"), "", "circle-half"),
    PaymentStatus.PAID: Badge(N_("Paid"), "", "check2"),
    PaymentStatus.PARTIALLY_REFUNDED: Badge(N_("Partially refunded"), "", "arrow-counterclockwise"),
    PaymentStatus.REFUNDED: Badge(N_("Refunded"), "", "arrow-counterclockwise"),
    PaymentStatus.REFUND_FAILED: Badge(N_("Refund failed"), "bad", "exclamation-triangle"),
    PaymentStatus.VOIDED: Badge(N_("Voided"), "", "x-circle"),
    PaymentStatus.NOTHING_DUE: Badge(N_("Nothing due"), "", "check2"),
}
_REFUND_STATES: Mapping[RefundState, Badge] = {
    RefundState.PENDING: Badge(N_("On its way"), "", "clock"),
    RefundState.SENT: Badge(N_("Sent"), "", "send"),
    RefundState.SUCCEEDED: Badge(N_("Sent"), "", "check2"),
    RefundState.FAILED: Badge(N_("Failed"), "bad", "exclamation-triangle"),
    RefundState.MANUAL: Badge(N_("To be paid by hand"), "", "clock"),
    RefundState.EXTERNAL: Badge(N_("Made elsewhere"), "", "check2"),
}
_WAITING_REFUND = Badge(N_("Waiting to be sent"), "", "clock")
_VOID_STATES: Mapping[RefundState, Badge] = {
    **_REFUND_STATES,
    RefundState.PENDING: Badge(N_("Being released"), "", "clock"),
    RefundState.SENT: Badge(N_("Being released"), "", "clock"),
    RefundState.SUCCEEDED: Badge(N_("Released"), "", "check2"),
    RefundState.MANUAL: Badge(N_("To be released by hand"), "", "clock"),
}
_MERCHANTS_AFFAIR = frozenset({RefundState.MANUAL, RefundState.FAILED})


def item_status(status: ItemStatus) -> Badge:
    """Show an item's status."""
    return _said(_ITEM_STATUSES[status])


def order_status(status: OrderStatus) -> Badge:
    """Show an order's status."""
    return _said(_ORDER_STATUSES[status])


def payment_status(status: PaymentStatus) -> Badge:
    """Show where an order's money is."""
    return _said(_PAYMENT_STATUSES[status])


def refund_state(state: RefundState) -> Badge:
    """Show where a refund is."""
    return _said(_REFUND_STATES[state])


def void_state(state: RefundState) -> Badge:
    """Show where the release of an authorization is."""
    return _said(_VOID_STATES[state])


def refund_state_for_buyer(state: RefundState) -> Badge:
    """Show a buyer where a refund is; who still has to do what is the merchant's affair."""
    return _said(_WAITING_REFUND) if state in _MERCHANTS_AFFAIR else refund_state(state)


def _said(badge: Badge) -> Badge:
    return Badge(_(badge.words), badge.css, badge.icon)

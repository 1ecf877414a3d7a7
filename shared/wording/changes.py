"""The words for the parts of an order that a store tells anew."""

from collections.abc import Mapping

from shared.domain.changes import OrderPart
from shared.rendering import N_
from shared.rendering import gettext as _

_ORDER_PARTS: Mapping[OrderPart, str] = {
    OrderPart.PAYMENTS: N_("payments"),
    OrderPart.HOLD: N_("hold"),
    OrderPart.DISPUTED: N_("payment dispute"),
    OrderPart.IN_FULFILLMENT: N_("fulfillment"),
    OrderPart.FULFILLED_BY_OTHER: N_("who ships it"),
    OrderPart.EMAIL: N_("e-mail address"),
    OrderPart.NAME: N_("customer’s name"),
    OrderPart.ADDRESS: N_("delivery address"),
    OrderPart.CANCELED: N_("canceled in the shop itself"),
}


def order_part(part: OrderPart) -> str:
    """Name a part of an order that changed, within a sentence."""
    return _(_ORDER_PARTS[part])

"""What of an order may be told anew after it came in."""

from enum import StrEnum


class OrderPart(StrEnum):
    """A part of an order that changed, as its timeline names it."""

    PAYMENTS = "payments"
    HOLD = "hold"
    DISPUTED = "disputed"
    IN_FULFILLMENT = "in_fulfillment"
    FULFILLED_BY_OTHER = "fulfilled_by_other"
    EMAIL = "email"
    NAME = "name"
    ADDRESS = "address"
    CANCELED = "canceled"

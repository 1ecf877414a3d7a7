"""What a feed says, row by row, before anybody has looked whether its orders exist."""

from dataclasses import dataclass
from enum import StrEnum

from shared.domain.reasons import Reason
from shared.feeds.codes import Problem


class Action(StrEnum):
    """What a row asks for."""

    ACKNOWLEDGE = "acknowledge"
    CANCEL = "cancel"
    REFUND = "refund"


class Scope(StrEnum):
    """How much of an order a row is about."""

    ORDER = "order"
    LINE = "line"
    UNITS = "units"


class AmountKind(StrEnum):
    """What an adjusted amount is for, in the words of the adjustment feed."""

    PRINCIPAL = "Principal"
    SHIPPING = "Shipping"
    TAX = "Tax"
    SHIPPING_TAX = "ShippingTax"
    RESTOCKING_FEE = "RestockingFee"
    RESTOCKING_FEE_TAX = "RestockingFeeTax"
    GIFT_WRAP = "GiftWrap"
    GIFT_WRAP_TAX = "GiftWrapTax"
    SURCHARGE = "Surcharge"
    RETURN_SHIPPING = "ReturnShipping"
    GOODWILL = "Goodwill"
    EXPORT_CHARGE = "ExportCharge"
    COD = "COD"
    COD_TAX = "CODTax"
    OTHER = "Other"
    FREE_REPLACEMENT_RETURN_SHIPPING = "FreeReplacementReturnShipping"
    ITEM_PROMOTION = "ItemPromotion"
    SHIPPING_PROMOTION = "ShippingPromotion"


@dataclass(frozen=True, slots=True)
class Amount:
    """An adjusted amount, more than zero where the buyer gets it.

    Without a currency it is in the order's, whose decimals are not known here: `minor` is None then, and
    `written` is the plain decimal number as it stood in the file.
    """

    kind: AmountKind
    minor: int | None
    currency: str
    written: str
    promotion_id: str = ""


@dataclass(frozen=True, slots=True)
class FeedRow:
    """One instruction of a feed.

    `record` is the line in a flat file, and the message's place (from 1) in XML, where a message holds one or
    more instructions, counted by `part`. A record stands or falls as a whole: `refused` is true on all of its
    rows when one of them has an error, and such rows must not be carried out. `order_id` is empty where the
    feed knows the order by `merchant_order_id` only; the same goes for items.
    """

    record: int
    action: Action
    scope: Scope
    order_id: str
    item_id: str = ""
    quantity: int | None = None
    reason: Reason | None = None
    foreign_reason: str = ""
    amounts: tuple[Amount, ...] = ()
    merchant_order_id: str = ""
    merchant_item_id: str = ""
    message_id: str = ""
    part: int = 0
    problems: tuple[Problem, ...] = ()
    refused: bool = False

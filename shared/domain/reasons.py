"""Reason codes of buyers and merchants, public and the same in API, feeds and views."""

from enum import StrEnum


class Reason(StrEnum):
    """Why units are canceled. The values are public."""

    ORDERED_BY_MISTAKE = "OrderedByMistake"
    ARRIVES_TOO_LATE = "ArrivesTooLate"
    SHIPPING_COST_TOO_HIGH = "ShippingCostTooHigh"
    PRICE_TOO_HIGH = "PriceTooHigh"
    FOUND_CHEAPER = "FoundCheaper"
    CHANGE_ADDRESS = "ChangeAddress"
    CHANGE_SHIPPING_SPEED = "ChangeShippingSpeed"
    CHANGE_BILLING_ADDRESS = "ChangeBillingAddress"
    CHANGE_PAYMENT_METHOD = "ChangePaymentMethod"
    NO_INVENTORY = "NoInventory"
    BUYER_CANCELED = "BuyerCanceled"
    SHIPPING_ADDRESS_UNDELIVERABLE = "ShippingAddressUndeliverable"
    PRICING_ERROR = "PricingError"
    CUSTOMER_EXCHANGE = "CustomerExchange"
    GENERAL_ADJUSTMENT = "GeneralAdjustment"
    DUPLICATE_ORDER = "DuplicateOrder"
    LISTING_ERROR = "ListingError"
    CHANGE_NOT_POSSIBLE = "ChangeNotPossible"
    BUSINESS_CONDITIONS = "BusinessConditions"
    SUSPECTED_FRAUD = "SuspectedFraud"
    OTHER = "Other"


class DeclineReason(StrEnum):
    """Why a request was declined, as the buyer reads it.

    `already_shipped`, `by_rule` and `order_ended` (it was canceled in the shop itself) come from nobody.
    """

    ALREADY_PACKED = "already_packed"
    MADE_TO_ORDER = "made_to_order"
    TOO_LATE = "too_late"
    ALREADY_SHIPPED = "already_shipped"
    BY_RULE = "by_rule"
    ORDER_ENDED = "order_ended"
    OTHER = "other"


BUYER_REASONS = (
    Reason.ORDERED_BY_MISTAKE,
    Reason.ARRIVES_TOO_LATE,
    Reason.SHIPPING_COST_TOO_HIGH,
    Reason.PRICE_TOO_HIGH,
    Reason.FOUND_CHEAPER,
    Reason.CHANGE_ADDRESS,
    Reason.CHANGE_SHIPPING_SPEED,
    Reason.CHANGE_BILLING_ADDRESS,
    Reason.CHANGE_PAYMENT_METHOD,
    Reason.OTHER,
)

MERCHANT_REASONS = (
    Reason.NO_INVENTORY,
    Reason.BUYER_CANCELED,
    Reason.SHIPPING_ADDRESS_UNDELIVERABLE,
    Reason.PRICING_ERROR,
    Reason.CUSTOMER_EXCHANGE,
    Reason.GENERAL_ADJUSTMENT,
    Reason.DUPLICATE_ORDER,
    Reason.LISTING_ERROR,
    Reason.CHANGE_NOT_POSSIBLE,
    Reason.BUSINESS_CONDITIONS,
    Reason.SUSPECTED_FRAUD,
    Reason.OTHER,
)

MERCHANT_DECLINE_REASONS = (
    DeclineReason.ALREADY_PACKED,
    DeclineReason.MADE_TO_ORDER,
    DeclineReason.TOO_LATE,
    DeclineReason.OTHER,
)

"""The words for why a cancellation was asked for and why it was declined."""

from collections.abc import Mapping

from shared.domain.catalogue import Giver, ReasonTerms
from shared.domain.foreign_codes import CodeList
from shared.domain.reasons import (
    MERCHANT_DECLINE_REASONS,
    DeclineReason,
    Reason,
)
from shared.rendering import N_, SOURCE_LOCALE, spoken_locale
from shared.rendering import gettext as _

_REASONS: Mapping[Reason, str] = {
    Reason.ORDERED_BY_MISTAKE: N_("Order created by mistake"),
    Reason.ARRIVES_TOO_LATE: N_("Item would not arrive on time"),
    Reason.SHIPPING_COST_TOO_HIGH: N_("Shipping cost too high"),
    Reason.PRICE_TOO_HIGH: N_("Item price too high"),
    Reason.FOUND_CHEAPER: N_("Found cheaper somewhere else"),
    Reason.CHANGE_ADDRESS: N_("Need to change shipping address"),
    Reason.CHANGE_SHIPPING_SPEED: N_("Need to change shipping speed"),
    Reason.CHANGE_BILLING_ADDRESS: N_("Need to change billing address"),
    Reason.CHANGE_PAYMENT_METHOD: N_("Need to change payment method"),
    Reason.NO_INVENTORY: N_("No inventory"),
    Reason.BUYER_CANCELED: N_("Buyer canceled"),
    Reason.SHIPPING_ADDRESS_UNDELIVERABLE: N_("Shipping address undeliverable"),
    Reason.PRICING_ERROR: N_("Pricing error"),
    Reason.CUSTOMER_EXCHANGE: N_("Customer exchange"),
    Reason.GENERAL_ADJUSTMENT: N_("General adjustment"),
    Reason.DUPLICATE_ORDER: N_("Duplicate order"),
    Reason.LISTING_ERROR: N_("Listing error"),
    Reason.CHANGE_NOT_POSSIBLE: N_("Requested change not possible"),
    Reason.BUSINESS_CONDITIONS: N_("Business conditions"),
    Reason.SUSPECTED_FRAUD: N_("Suspected fraud"),
    Reason.OTHER: N_("Other"),
}
_DECLINE_REASONS: Mapping[DeclineReason, str] = {
    DeclineReason.ALREADY_PACKED: N_("Already packed for shipping"),
    DeclineReason.MADE_TO_ORDER: N_("Made to order"),
    DeclineReason.TOO_LATE: N_("Too late to stop it"),
    DeclineReason.ALREADY_SHIPPED: N_("Already shipped"),
    DeclineReason.OTHER: N_("Other"),
    DeclineReason.BY_RULE: N_("The shop does not cancel an order like this one"),
    DeclineReason.ORDER_ENDED: N_("The whole order was canceled in the shop itself"),
}

_GIVERS: Mapping[Giver, str] = {
    Giver.BUYER: N_("Customers"),
    Giver.MERCHANT: N_("Your team"),
    Giver.STORE: N_("Your store"),
    Giver.FEED: N_("Files"),
}

_CODE_LISTS: Mapping[CodeList, str] = {
    CodeList.ACKNOWLEDGEMENT: N_("Cancellation files and acknowledgements"),
    CodeList.ADJUSTMENT: N_("Adjustment feeds"),
    CodeList.WISH: N_("What customers told a marketplace"),
}


def code_list(of: CodeList) -> str:
    """Name where codes are from."""
    return _(_CODE_LISTS[of])


def giver(one: Giver) -> str:
    """Name through whom a reason is given."""
    return _(_GIVERS[one])


def reason(code: Reason) -> str:
    """Say a reason for a cancellation."""
    return _(_REASONS[code])


def reason_said(terms: ReasonTerms) -> str:
    """Say a reason in its merchant's words; English ones where there are none in this language."""
    return terms.words.get(spoken_locale()) or terms.words.get(SOURCE_LOCALE) or reason(terms.reason)


def decline_reason(code: DeclineReason) -> str:
    """Say why a request was declined."""
    return _(_DECLINE_REASONS[code])


def decline_reasons() -> list[tuple[str, str]]:
    """List the reasons a merchant may decline with, as (code, words)."""
    return [(code.value, decline_reason(code)) for code in MERCHANT_DECLINE_REASONS]

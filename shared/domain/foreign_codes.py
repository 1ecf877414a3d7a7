"""What other systems call reasons, and which of ours each comes in as."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from shared.domain.reasons import BUYER_REASONS, MERCHANT_REASONS, Reason


class CodeList(StrEnum):
    """Where codes are from. The values stand in addresses and in the audit trail."""

    ACKNOWLEDGEMENT = "acknowledgement"
    ADJUSTMENT = "adjustment"
    WISH = "wish"


# What a buyer wrote of their own is none of a marketplace's sentences.
OWN_WORDS = "Other"
# The further codes put no units back on the shelf by themselves, so each is one of ours that does not.
DEFAULTS: Mapping[CodeList, Mapping[str, Reason]] = {
    CodeList.ACKNOWLEDGEMENT: {
        "NoInventory": Reason.NO_INVENTORY,
        "BuyerCanceled": Reason.BUYER_CANCELED,
        "ShippingAddressUndeliverable": Reason.SHIPPING_ADDRESS_UNDELIVERABLE,
        "PricingError": Reason.PRICING_ERROR,
        "CustomerExchange": Reason.CUSTOMER_EXCHANGE,
        "GeneralAdjustment": Reason.GENERAL_ADJUSTMENT,
        "CarrierCreditDecision": Reason.BUSINESS_CONDITIONS,
        "RiskAssessmentInformationNotValid": Reason.SUSPECTED_FRAUD,
        "CarrierCoverageFailure": Reason.BUSINESS_CONDITIONS,
        "CustomerReturn": Reason.CUSTOMER_EXCHANGE,
        "MerchandiseNotReceived": Reason.NO_INVENTORY,
        "CannotVerifyInformation": Reason.SUSPECTED_FRAUD,
        "RejectOrder": Reason.BUSINESS_CONDITIONS,
        "WeatherDelay": Reason.BUSINESS_CONDITIONS,
    },
    CodeList.ADJUSTMENT: {
        "NoInventory": Reason.NO_INVENTORY,
        "CustomerReturn": Reason.CUSTOMER_EXCHANGE,
        "GeneralAdjustment": Reason.GENERAL_ADJUSTMENT,
        "CouldNotShip": Reason.BUSINESS_CONDITIONS,
        "DifferentItem": Reason.CUSTOMER_EXCHANGE,
        "Abandoned": Reason.BUSINESS_CONDITIONS,
        "CustomerCancel": Reason.BUYER_CANCELED,
        "PriceError": Reason.PRICING_ERROR,
        "ProductOutofStock": Reason.NO_INVENTORY,
        "CustomerAddressIncorrect": Reason.SHIPPING_ADDRESS_UNDELIVERABLE,
        "Exchange": Reason.CUSTOMER_EXCHANGE,
        "Other": Reason.OTHER,
        "CarrierCreditDecision": Reason.BUSINESS_CONDITIONS,
        "RiskAssessmentInformationNotValid": Reason.SUSPECTED_FRAUD,
        "CarrierCoverageFailure": Reason.BUSINESS_CONDITIONS,
        "TransactionRecord": Reason.BUSINESS_CONDITIONS,
        "Undeliverable": Reason.SHIPPING_ADDRESS_UNDELIVERABLE,
        "RefusedDelivery": Reason.CUSTOMER_EXCHANGE,
    },
    CodeList.WISH: {
        "Order created by mistake": Reason.ORDERED_BY_MISTAKE,
        "Item(s) would not arrive on time": Reason.ARRIVES_TOO_LATE,
        "Shipping cost too high": Reason.SHIPPING_COST_TOO_HIGH,
        "Item price too high": Reason.PRICE_TOO_HIGH,
        "Found cheaper somewhere else": Reason.FOUND_CHEAPER,
        "Need to change shipping address": Reason.CHANGE_ADDRESS,
        "Need to change shipping speed": Reason.CHANGE_SHIPPING_SPEED,
        "Need to change billing address": Reason.CHANGE_BILLING_ADDRESS,
        "Need to change payment method": Reason.CHANGE_PAYMENT_METHOD,
        OWN_WORDS: Reason.OTHER,
    },
}


@dataclass(frozen=True, slots=True)
class ForeignCode:
    """A foreign code, what it comes in as, and what it would by itself."""

    of: CodeList
    code: str
    reason: Reason
    default: Reason

    @property
    def is_changed(self) -> bool:
        """The merchant has said otherwise."""
        return self.reason is not self.default


@dataclass(frozen=True, slots=True)
class ForeignCodes:
    """What a merchant says of foreign codes; of all others the defaults hold."""

    changed: Mapping[tuple[CodeList, str], Reason]

    def reason(self, of: CodeList, code: str) -> Reason:
        """Tell what a code of a list comes in as."""
        return self.changed.get((of, code), DEFAULTS[of][code])

    def of(self, of: CodeList) -> tuple[ForeignCode, ...]:
        """List the codes of one list."""
        return tuple(
            ForeignCode(of, code, self.reason(of, code), default) for code, default in DEFAULTS[of].items()
        )

    def coming_in_as(self, reason: Reason) -> tuple[ForeignCode, ...]:
        """List the codes of every list that come in as one of our reasons."""
        return tuple(one for of in CodeList for one in self.of(of) if one.reason is reason)


def reasons_for(of: CodeList) -> tuple[Reason, ...]:
    """List the reasons that codes of a list may come in as: buyers' for what buyers said."""
    return BUYER_REASONS if of is CodeList.WISH else MERCHANT_REASONS

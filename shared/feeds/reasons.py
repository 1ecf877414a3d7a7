"""The reasons of feeds in our words: five vocabularies, one catalogue."""

from dataclasses import dataclass

from shared.domain.reasons import BUYER_REASONS, MERCHANT_REASONS, Reason

# The further codes put no units back on the shelf by themselves, so each is one of ours that does not.
_ACKNOWLEDGEMENT = {
    **{reason.value: reason for reason in MERCHANT_REASONS},
    "CarrierCreditDecision": Reason.BUSINESS_CONDITIONS,
    "RiskAssessmentInformationNotValid": Reason.SUSPECTED_FRAUD,
    "CarrierCoverageFailure": Reason.BUSINESS_CONDITIONS,
    "CustomerReturn": Reason.CUSTOMER_EXCHANGE,
    "MerchandiseNotReceived": Reason.NO_INVENTORY,
    "CannotVerifyInformation": Reason.SUSPECTED_FRAUD,
    "RejectOrder": Reason.BUSINESS_CONDITIONS,
    "WeatherDelay": Reason.BUSINESS_CONDITIONS,
}
_ADJUSTMENT = {
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
}
CANCEL_REASONS = ("NoInventory", "CustomerCancel")
# What people write in place of the codes, without spaces and in lower case.
_SAID = {
    "buyercancelled": "BuyerCanceled",
    "buyercancel": "BuyerCanceled",
    "customercancel": "BuyerCanceled",
    "customercanceled": "BuyerCanceled",
    "customercancelled": "BuyerCanceled",
    "outofstock": "NoInventory",
    "priceerror": "PricingError",
    "无库存": "NoInventory",
    "买家取消": "BuyerCanceled",
    **{reason.value.casefold(): "BuyerCanceled" for reason in BUYER_REASONS if reason is not Reason.OTHER},
}
_SAID_IN_ADJUSTMENT = {
    "buyercanceled": "CustomerCancel",
    "buyercancelled": "CustomerCancel",
    "customercanceled": "CustomerCancel",
    "customercancelled": "CustomerCancel",
    "outofstock": "NoInventory",
    "pricingerror": "PriceError",
    "无库存": "NoInventory",
    "买家取消": "CustomerCancel",
}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The codes of one kind of feed, and other spellings that are taken for them."""

    codes: dict[str, Reason]
    spellings: dict[str, str]

    def find(self, written: str) -> tuple[Reason, str] | None:
        """Give our reason and the code by the book, which may differ from what was written; else None."""
        reason = self.codes.get(written)
        if reason is not None:
            return reason, written
        code = self.spellings.get(_plain(written), "")
        return (self.codes[code], code) if code else None


def _plain(written: str) -> str:
    return "".join(mark for mark in written.casefold() if mark not in " _-")


def _vocabulary(codes: dict[str, Reason], said: dict[str, str]) -> Vocabulary:
    return Vocabulary(codes, {**said, **{_plain(code): code for code in codes}})


ACKNOWLEDGEMENT = _vocabulary(_ACKNOWLEDGEMENT, _SAID)
ADJUSTMENT = _vocabulary(_ADJUSTMENT, _SAID_IN_ADJUSTMENT)

"""The reasons of feeds in our words: five vocabularies, one catalogue."""

from dataclasses import dataclass

from shared.domain.foreign_codes import DEFAULTS, CodeList, ForeignCodes
from shared.domain.reasons import BUYER_REASONS, MERCHANT_REASONS, Reason
from shared.feeds.kinds import FeedType

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
    """The codes of one kind of feed, ours among them, and other spellings that are taken for them."""

    of: CodeList
    codes: dict[str, Reason]
    spellings: dict[str, str]

    def find(self, written: str) -> tuple[Reason, str] | None:
        """Give our reason and the code by the book, which may differ from what was written; else None."""
        reason = self.codes.get(written)
        if reason is not None:
            return reason, written
        code = self.spellings.get(_plain(written), "")
        return (self.codes[code], code) if code else None

    def reason(self, written: str, said: ForeignCodes) -> Reason | None:
        """Tell what a code comes in as by what a merchant says; None where it is unknown."""
        found = self.find(written)
        if found is None:
            return None
        reason, code = found
        return said.changed.get((self.of, code), reason)


def _plain(written: str) -> str:
    return "".join(mark for mark in written.casefold() if mark not in " _-")


def _vocabulary(of: CodeList, own: dict[str, Reason], said: dict[str, str]) -> Vocabulary:
    codes = {**own, **DEFAULTS[of]}
    return Vocabulary(of, codes, {**said, **{_plain(code): code for code in codes}})


_OWN = {reason.value: reason for reason in MERCHANT_REASONS}
ACKNOWLEDGEMENT = _vocabulary(CodeList.ACKNOWLEDGEMENT, _OWN, _SAID)
ADJUSTMENT = _vocabulary(CodeList.ADJUSTMENT, {}, _SAID_IN_ADJUSTMENT)
_OF_KIND = {
    FeedType.ORDER_CANCELLATION: ACKNOWLEDGEMENT,
    FeedType.ORDER_ACKNOWLEDGEMENT: ACKNOWLEDGEMENT,
    FeedType.ORDER_ADJUSTMENT: ADJUSTMENT,
    FeedType.ORDER_ADJUSTMENT_FLAT: ADJUSTMENT,
}


def vocabulary_of(kind: FeedType) -> Vocabulary:
    """Give the codes that feeds of a kind are written in."""
    return _OF_KIND[kind]

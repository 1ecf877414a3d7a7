"""A merchant's own words in e-mails: plain text with a few named fields to fill in, and nothing else."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from shared.domain.events import MailEvent

SUBJECT_LIMIT = 150
INTRO_LIMIT = 1_000
_BRACED = re.compile(r"\{([^{}]*)\}")
_BRACES = re.compile(r"\{[^{}]*\}|[{}]")


class MailField(StrEnum):
    """What can be filled in; the values stand in the texts, in braces."""

    ORDER_NUMBER = "order_number"
    ORDER_DATE = "order_date"
    BUYER_NAME = "buyer_name"
    SHOP_NAME = "shop_name"
    ORDER_TOTAL = "order_total"
    REQUEST_DATE = "request_date"
    REFUND_AMOUNT = "refund_amount"


_OF_ORDERS = (MailField.ORDER_NUMBER, MailField.ORDER_DATE, MailField.BUYER_NAME, MailField.SHOP_NAME)
_OF_REQUESTS = (*_OF_ORDERS, MailField.REQUEST_DATE)
# The e-mails to buyers that a merchant may put words of its own into, with the fields that each knows.
FIELDS: Mapping[MailEvent, tuple[MailField, ...]] = {
    MailEvent.ORDER_CONFIRMED: (*_OF_ORDERS, MailField.ORDER_TOTAL),
    MailEvent.ORDER_LINK_SENT: _OF_ORDERS,
    MailEvent.CANCELLATION_REQUESTED: _OF_REQUESTS,
    MailEvent.CANCELLATION_ACCEPTED: _OF_REQUESTS,
    MailEvent.CANCELLATION_DECLINED: _OF_REQUESTS,
    MailEvent.CANCELLATION_REINSTATED: _OF_REQUESTS,
    MailEvent.CANCELLATION_WITHDRAWN: _OF_REQUESTS,
    MailEvent.REFUND_SENT: (*_OF_ORDERS, MailField.REFUND_AMOUNT),
    MailEvent.CASE_REPLIED: _OF_ORDERS,
}


@dataclass(frozen=True, slots=True)
class MailText:
    """Own words for one e-mail in one language; "" leaves a part as usual.

    The introduction stands before our own sentences, never in their place.
    """

    subject: str = ""
    intro: str = ""

    @property
    def is_usual(self) -> bool:
        """Nothing is said in the merchant's own words."""
        return not (self.subject or self.intro)


def unknown_fields(text: str, event: MailEvent) -> tuple[str, ...]:
    """List what stands in braces and cannot be filled in, braces without their other half included."""
    known = {f"{{{field}}}" for field in FIELDS[event]}
    return tuple(dict.fromkeys(found for found in _BRACES.findall(text) if found not in known))


def filled(text: str, values: Mapping[MailField, str]) -> str:
    """Fill the fields in, once: what a value holds is never looked into."""
    known = {field.value: value for field, value in values.items()}
    return _BRACED.sub(lambda found: known.get(found[1], ""), text)

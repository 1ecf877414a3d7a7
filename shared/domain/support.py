"""Matters that people raise: a buyer with the merchant, a merchant with the operator's support agents."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

MOST_PICTURES = 5
MOST_PICTURES_OF_CASE = 40
_FIELD = re.compile(r"\{([^{}]*)\}")


class Floor(StrEnum):
    """Who raises a matter with whom."""

    MERCHANT = "merchant"
    OPERATOR = "operator"


class CaseState(StrEnum):
    """Who has to act: whoever answers, whoever asked, or nobody any more."""

    OPEN = "open"
    WAITING = "waiting"
    RESOLVED = "resolved"


class MessageKind(StrEnum):
    """Whether both sides read it, or the answering side alone."""

    MESSAGE = "message"
    NOTE = "note"


class OfferKind(StrEnum):
    """What a merchant gives a buyer to make up for something."""

    REFUND = "refund"
    REPLACEMENT = "replacement"
    STORE_CREDIT = "store_credit"


class CaseNote(StrEnum):
    """What is noted in a case by itself."""

    CANCELED = "canceled"


class ReplyField(StrEnum):
    """The places in a canned reply that are filled in; there are no others."""

    CUSTOMER_NAME = "customer_name"
    ORDER_NUMBER = "order_number"
    SHOP_NAME = "shop_name"
    YOUR_NAME = "your_name"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that was read and written anew: nothing is in it but what can be seen."""

    mimetype: str
    width: int
    height: int
    body: bytes


def unknown_fields(text: str) -> tuple[str, ...]:
    """List the places in a canned reply that nothing fills in, each once."""
    known = set(ReplyField)
    return tuple(dict.fromkeys(name for name in _FIELD.findall(text) if name not in known))


def filled_in(text: str, values: Mapping[ReplyField, str]) -> str:
    """Fill a canned reply in, once: what stands in a value is never looked at again."""
    return _FIELD.sub(
        lambda found: values[ReplyField(found[1])] if found[1] in set(ReplyField) else found[0], text
    )


def replacement_number(number: str, ordinal: int, *, limit: int = 64) -> str:
    """Number the replacement of an order: the n-th of NL-1 is NL-1-Rn."""
    ending = f"-R{ordinal}"
    return f"{number[: limit - len(ending)]}{ending}"

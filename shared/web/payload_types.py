"""The kinds of value that bodies are made of: money, text, instants, addresses, each with its bounds."""

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from shared.domain.text import MEMO_LIMIT, NAME_LIMIT, REASON_LIMIT, clean
from shared.rendering import currency_exponent

MOST_UNITS = 999_999
MOST_MONEY = 10**12
LONGEST_NUMBER = 64
MOST_ADDRESS_LINES = 10
_LONGEST_TITLE = 500
_LONGEST_ADDRESS = 2_000
_LONGEST_EMAIL = 254
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})",
    re.ASCII,
)
_YEARS = range(1970, 2201)
# By form only: whether mail arrives is for the mail server to say, and reserved domains are as good as any.
_EMAIL = re.compile(
    r"(?=[^@]{1,64}@)[^\s@<>()\[\],;:\\\"]+@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W_](?:[\w-]{0,61}[^\W_])?"
)
_LOCALE = r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}$"
_WEB_ADDRESS = re.compile(r"https?://[!-~]+", re.ASCII)


def _cleaner(limit: int, *, lines: bool = False, needed: bool = False) -> Callable[[str], str]:
    def check(value: str) -> str:
        text = clean(value, limit=limit, lines=lines)
        if needed and not text:
            raise ValueError("must not be empty")
        return text

    return check


def _order_number(value: str) -> str:
    if not 1 <= len(value) <= LONGEST_NUMBER or not value.strip():
        raise ValueError(f"an order number has 1 to {LONGEST_NUMBER} characters")
    if "/" in value or any(unicodedata.category(mark) in {"Cc", "Cs"} for mark in value):
        raise ValueError("an order number holds no slash and no control character")
    return value


def _email(value: str) -> str:
    address = clean(value, limit=_LONGEST_EMAIL)
    if not _EMAIL.fullmatch(address) or ".." in address or address[0] == "." or ".@" in address:
        raise ValueError("is no e-mail address")
    return address


def _currency(value: str) -> str:
    try:
        if value == value.upper():
            currency_exponent(value)
            return value
    except ValueError:
        pass
    raise ValueError("is no ISO 4217 currency code")


def _instant(value: object) -> datetime:
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        raise ValueError("is no instant with an offset, such as 2026-03-31T14:05:00Z")
    at = datetime.fromisoformat(value)
    if at.year not in _YEARS:
        raise ValueError(f"lies outside the years {_YEARS.start} to {_YEARS.stop - 1}")
    return at.astimezone(UTC)


def _web_address(value: str) -> str:
    if value and (len(value) > _LONGEST_ADDRESS or not _WEB_ADDRESS.fullmatch(value)):
        raise ValueError("is no web address")
    return value


def _not_null(value: object) -> object:
    if value is None:
        raise ValueError("leave it out instead of sending null")
    return value


Money = Annotated[int, Field(ge=0, le=MOST_MONEY)]
Units = Annotated[int, Field(ge=1, le=MOST_UNITS)]
Name = Annotated[str, AfterValidator(_cleaner(NAME_LIMIT))]
NeededName = Annotated[str, AfterValidator(_cleaner(NAME_LIMIT, needed=True))]
AddressLine = Annotated[str, AfterValidator(_cleaner(NAME_LIMIT, needed=True))]
Address = Annotated[list[AddressLine], Field(max_length=MOST_ADDRESS_LINES)]
Title = Annotated[str, AfterValidator(_cleaner(_LONGEST_TITLE, needed=True))]
Comments = Annotated[str, AfterValidator(_cleaner(REASON_LIMIT, lines=True))]
Memo = Annotated[str, AfterValidator(_cleaner(MEMO_LIMIT, lines=True))]
OrderNumber = Annotated[str, AfterValidator(_order_number)]
Email = Annotated[str, AfterValidator(_email)]
CurrencyCode = Annotated[str, AfterValidator(_currency)]
LocaleName = Annotated[str, Field(pattern=_LOCALE)]
Instant = Annotated[datetime, BeforeValidator(_instant)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
NotNull = BeforeValidator(_not_null)

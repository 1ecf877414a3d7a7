"""Identifiers: time-ordered, random enough to stand in an address, typed so that they cannot be confused."""

import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import NewType
from uuid import UUID

MerchantId = NewType("MerchantId", UUID)
OrderId = NewType("OrderId", UUID)
LineItemId = NewType("LineItemId", UUID)
RequestId = NewType("RequestId", UUID)
PaymentId = NewType("PaymentId", UUID)
RefundId = NewType("RefundId", UUID)
UserId = NewType("UserId", UUID)
AdjustmentId = NewType("AdjustmentId", UUID)
EffectId = NewType("EffectId", UUID)
MessageId = NewType("MessageId", UUID)
# The digit that holds the variant of RFC 9562, by a digit drawn at random.
_VARIANTS = {f"{digit:x}": "89ab"[digit % 4] for digit in range(16)}
_MILLISECOND = timedelta(milliseconds=1)
_FIRST = datetime.fromtimestamp(0, UTC)
_LAST = (datetime.max.replace(tzinfo=UTC) - _FIRST) // _MILLISECOND


def new_id() -> UUID:
    """Make a UUID version 7 (RFC 9562): 48 bits of milliseconds, 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | secrets.randbits(80)
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return UUID(int=value)


def new_keys(count: int) -> list[str]:
    """Make so many ids of this instant at once, written out, for rows that are written together."""
    stamp = f"{time.time_ns() // 1_000_000:012x}"
    head, drawn = f"{stamp[:8]}-{stamp[8:]}-7", secrets.token_hex(10 * count)
    pieces = (drawn[at : at + 19] for at in range(0, 20 * count, 20))
    return [f"{head}{own[:3]}-{_VARIANTS[own[3]]}{own[4:7]}-{own[7:]}" for own in pieces]


def lowest_id(at: datetime) -> UUID:
    """Give the lowest id that could be made at this instant or later, in real time."""
    return UUID(int=int(at.timestamp() * 1000) << 80)


def instant_before(seen: UUID, by: timedelta) -> datetime:
    """Give the instant so long before an id was made; never one that no id could have, whatever the id."""
    made_at = _FIRST + min(seen.int >> 80, _LAST) * _MILLISECOND
    return max(made_at - by, _FIRST)

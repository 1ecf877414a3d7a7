"""What the bodies of the API may hold, beside the order itself."""

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from shared.domain.errors import InvalidContent
from shared.domain.ids import LineItemId
from shared.domain.policy import WarehouseAnswer
from shared.domain.reasons import (
    BUYER_REASONS,
    MERCHANT_DECLINE_REASONS,
    MERCHANT_REASONS,
    DeclineReason,
    Reason,
)
from shared.queries.document_values import KnownLine
from shared.web.payload_types import MOST_MONEY, Comments, Memo, Money, Name, NotNull
from shared.web.strict_json import Payload
from shared.web.units_payload import LinePayload, LinesPayload, meant

_MOST_ON_HAND = 10**12
BUYER = "buyer"


class CancellationPayload(LinesPayload):
    """A cancellation; the merchant decides at once, a buyer's waits for what the policy says.

    `refund` is the most that a merchant gives back, 0 for nothing.
    """

    reason: Annotated[Reason | None, Field(strict=False)] = None
    comments: Comments = ""
    memo: Memo = ""
    requested_by: Literal["merchant", "buyer"] = "merchant"
    refund: Annotated[Money | None, NotNull] = None

    @model_validator(mode="after")
    def _refund_is_theirs(self) -> Self:
        if self.requested_by == BUYER and self.refund is not None:
            raise ValueError("what a buyer asks for is refunded as it was quoted; leave refund out")
        return self

    @model_validator(mode="after")
    def _reason_is_theirs(self) -> Self:
        if self.requested_by == BUYER and self.reason is not None and self.reason not in BUYER_REASONS:
            raise ValueError(f"{self.reason} is no reason a buyer gives")
        return self


class QuotePayload(LinesPayload):
    """What a merchant's cancellation would bring back; `refund` is the most that goes back, 0 for nothing."""

    refund: Annotated[Money | None, NotNull] = None


class AmountPayload(LinePayload):
    """What goes back of one line."""

    amount: Annotated[int, Field(ge=1, le=MOST_MONEY)]


class AdjustmentPayload(Payload):
    """Part of the price of what has shipped: amounts of lines, of the shipping, or both."""

    line_items: Annotated[list[AmountPayload], Field(min_length=1)] = Field(default_factory=list)
    shipping: Money = 0
    reason: Annotated[Reason, Field(strict=False)] = Reason.GENERAL_ADJUSTMENT
    memo: Memo = ""
    message: Comments = ""

    @model_validator(mode="after")
    def _reason_is_theirs(self) -> Self:
        if self.reason not in MERCHANT_REASONS:
            raise ValueError(f"{self.reason} is no reason a merchant gives")
        return self

    def amounts(self, lines: Sequence[KnownLine]) -> dict[LineItemId, int]:
        """Find the lines that are meant. Raises InvalidContent or AmbiguousSku."""
        wanted: dict[LineItemId, int] = {}
        for given in self.line_items:
            line = meant(given, lines)
            if line.id in wanted:
                raise InvalidContent(f"The line “{line.sku}” is named twice; add its amounts up.")
            wanted[line.id] = given.amount
        return wanted


class ShipmentPayload(LinesPayload):
    """What left; without `line_items` all that is open."""

    carrier: Name = ""
    tracking: Name = ""


class DeclinePayload(Payload):
    """Why a request is declined, in a code and in words the buyer reads."""

    reason: Annotated[DeclineReason, Field(strict=False)] = DeclineReason.OTHER
    message: Comments = ""

    @model_validator(mode="after")
    def _reason_is_theirs(self) -> Self:
        if self.reason not in MERCHANT_DECLINE_REASONS:
            raise ValueError(f"{self.reason} follows from a shipment alone")
        return self


class WarehousePayload(Payload):
    """What the warehouse answers."""

    answer: Annotated[WarehouseAnswer, Field(strict=False)]


class NothingPayload(Payload):
    """No fields at all."""


class StockPayload(Payload):
    """Units on the shelf."""

    on_hand: Annotated[int, Field(ge=-_MOST_ON_HAND, le=_MOST_ON_HAND)]

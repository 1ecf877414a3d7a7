"""What the bodies of the API may hold, beside the order itself."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from shared.domain.policy import WarehouseAnswer
from shared.domain.reasons import BUYER_REASONS, MERCHANT_DECLINE_REASONS, DeclineReason, Reason
from shared.web.payload_types import Comments, Memo, Name
from shared.web.strict_json import Payload
from shared.web.units_payload import LinesPayload

_MOST_ON_HAND = 10**12
BUYER = "buyer"


class CancellationPayload(LinesPayload):
    """A cancellation; the merchant decides at once, a buyer's waits for what the policy says."""

    reason: Annotated[Reason | None, Field(strict=False)] = None
    comments: Comments = ""
    memo: Memo = ""
    requested_by: Literal["merchant", "buyer"] = "merchant"

    @model_validator(mode="after")
    def _reason_is_theirs(self) -> Self:
        if self.requested_by == BUYER and self.reason is not None and self.reason not in BUYER_REASONS:
            raise ValueError(f"{self.reason} is no reason a buyer gives")
        return self


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

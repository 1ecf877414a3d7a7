"""What the bodies of the API may hold, beside the order itself."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from shared.actions.changes import OrderChange
from shared.domain.policy import WarehouseAnswer
from shared.domain.reasons import BUYER_REASONS, MERCHANT_DECLINE_REASONS, DeclineReason, Reason
from shared.web.order_payload import MOST_TOTAL, PaymentPayload
from shared.web.payload_types import Address, Comments, Email, Memo, Name, NotNull
from shared.web.strict_json import Payload
from shared.web.units_payload import LinesPayload

_MOST_ON_HAND = 10**12
_MOST_PAYMENTS = 100
BUYER = "buyer"


def _true(value: bool) -> bool:  # noqa: FBT001 - what a validator is handed
    if not value:
        raise ValueError("a canceled order stays canceled; leave it out")
    return value


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


class BuyerChangePayload(Payload):
    """Who the buyer is now, as in the order."""

    email: Annotated[Email | None, NotNull] = None
    name: Annotated[Name | None, NotNull] = None


class OrderChangePayload(Payload):
    """What is new of an order; `payments` are all of them as they are now. E-mail and name may stand bare."""

    payments: Annotated[Annotated[list[PaymentPayload], Field(max_length=_MOST_PAYMENTS)] | None, NotNull] = (
        None
    )
    hold: Annotated[bool | None, NotNull] = None
    disputed: Annotated[bool | None, NotNull] = None
    in_fulfillment: Annotated[bool | None, NotNull] = None
    fulfilled_by: Annotated[Literal["merchant", "other"] | None, NotNull] = None
    email: Annotated[Email | None, NotNull] = None
    name: Annotated[Name | None, NotNull] = None
    buyer: BuyerChangePayload = BuyerChangePayload()
    address: Annotated[Address | None, NotNull] = None
    canceled: Annotated[bool, AfterValidator(_true)] = False

    @model_validator(mode="after")
    def _sum_is_bounded(self) -> Self:
        if sum(payment.authorized for payment in self.payments or ()) > MOST_TOTAL:
            raise ValueError("the amounts add up to more than can be kept")
        return self

    @model_validator(mode="after")
    def _buyer_is_told_once(self) -> Self:
        told = {"email", "name"} & self.model_fields_set & self.buyer.model_fields_set
        if told:
            raise ValueError(f"{min(told)} is told twice; leave it out of buyer")
        return self

    def change(self) -> OrderChange:
        """Say it as the core takes it."""
        return OrderChange(
            payments=None if self.payments is None else [payment.incoming() for payment in self.payments],
            hold=self.hold,
            disputed=self.disputed,
            in_fulfillment=self.in_fulfillment,
            fulfilled_by_other=None if self.fulfilled_by is None else self.fulfilled_by == "other",
            email=self.buyer.email if self.email is None else self.email,
            name=self.buyer.name if self.name is None else self.name,
            address=None if self.address is None else tuple(self.address),
            canceled=self.canceled,
        )


class WarehousePayload(Payload):
    """What the warehouse answers."""

    answer: Annotated[WarehouseAnswer, Field(strict=False)]


class NothingPayload(Payload):
    """No fields at all."""


class StockPayload(Payload):
    """Units on the shelf."""

    on_hand: Annotated[int, Field(ge=-_MOST_ON_HAND, le=_MOST_ON_HAND)]

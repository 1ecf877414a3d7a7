"""What the bodies of the API may hold, beside the order itself."""

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from shared.actions.changes import OrderChange
from shared.domain.errors import InvalidContent
from shared.domain.ids import LineItemId
from shared.domain.policy import WarehouseAnswer
from shared.domain.reasons import (
    BUYER_REASONS,
    MERCHANT_REASONS,
    Reason,
)
from shared.queries.document_values import KnownLine
from shared.web.order_payload import MOST_TOTAL, PaymentPayload
from shared.web.payload_types import MOST_MONEY, Address, Comments, Email, Memo, Money, Name, NotNull
from shared.web.strict_json import Payload
from shared.web.units_payload import LinePayload, LinesPayload, meant

_MOST_ON_HAND = 10**12
_MOST_PAYMENTS = 100
BUYER = "buyer"


def _true(value: bool) -> bool:  # noqa: FBT001 - what a validator is handed
    if not value:
        raise ValueError("a canceled order stays canceled; leave it out")
    return value


class QuotePayload(LinesPayload):
    """Which units, for whom, and why; `refund` is the most that a merchant gives back, 0 for nothing.

    Without it a merchant gives back what the reason says, which is everything unless they changed that.
    """

    requested_by: Literal["merchant", "buyer"] = "merchant"
    reason: Annotated[Reason | None, Field(strict=False)] = None
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


class CancellationPayload(QuotePayload):
    """A cancellation; the merchant decides at once, a buyer's waits for what the policy says."""

    comments: Comments = ""
    memo: Memo = ""


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


# Those that a person may give; a test holds them against the domain's.
DeclineCode = Literal["already_packed", "made_to_order", "too_late", "other"]


class DeclinePayload(Payload):
    """Why a request is declined, in a code and in words the buyer reads."""

    reason: DeclineCode = "other"
    message: Comments = ""


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

"""What pages, mails and API answers show of a cancellation request."""

from dataclasses import dataclass
from datetime import datetime

from shared.domain.actors import ActorKind
from shared.domain.cancellation import Move, Question, RequestState, may
from shared.domain.ids import LineItemId, OrderId, RequestId
from shared.domain.reasons import MERCHANT_DECLINE_REASONS, DeclineReason, Reason


@dataclass(frozen=True, slots=True)
class RequestedUnits:
    """Units of one line in a request: `asked` at first, `quantity` what is left after shipments."""

    line_item_id: LineItemId
    sku: str
    label: str
    asked: int
    quantity: int


@dataclass(frozen=True, slots=True)
class RequestView:
    """A cancellation request as both faces show it; `reason_words` are the words of its day.

    `ordered` counts all units of the order. `for_buyer` says that the buyer asked, whoever passed it on: then
    the buyer may take it back. `warehouse` says where the question to a warehouse is, `answer_by` until when.
    """

    id: RequestId
    order_id: OrderId
    order_number: str
    buyer_name: str
    currency: str
    ordered: int
    state: RequestState
    source: ActorKind
    for_buyer: bool
    reason: Reason | None
    reason_words: str
    comments: str
    memo: str
    message: str
    units: tuple[RequestedUnits, ...]
    value_minor: int
    fee_minor: int
    withheld_minor: int
    refund_minor: int
    requested_at: datetime
    decide_by: datetime | None
    decided_at: datetime | None
    warehouse: Question
    answer_by: datetime | None
    executes_at: datetime | None
    ended_at: datetime | None
    decline_reason: DeclineReason | None
    decline_message: str
    priced: bool = True
    amount_open: bool = False

    @property
    def quantity(self) -> int:
        """How many units are in it now."""
        return sum(units.quantity for units in self.units)

    @property
    def left(self) -> tuple[RequestedUnits, ...]:
        """The units that no shipment took out of it."""
        return tuple(units for units in self.units if units.quantity)

    @property
    def is_whole_order(self) -> bool:
        """Every unit of the order is in it."""
        return self.quantity == self.ordered

    @property
    def released_minor(self) -> int:
        """Money that will not be charged any more."""
        return self.value_minor - self.refund_minor - self.fee_minor - self.withheld_minor

    @property
    def order_ended(self) -> bool:
        """The shop canceled the order by itself, so there was nothing left to decide."""
        return self.decline_reason is DeclineReason.ORDER_ENDED

    @property
    def can_be_decided(self) -> bool:
        """A person may still accept or decline it."""
        return may(self.state, Move.ACCEPT)

    @property
    def is_open(self) -> bool:
        """Its units wait for an outcome."""
        return may(self.state, Move.WITHDRAW)

    @property
    def awaits_warehouse(self) -> bool:
        """A warehouse is asked to stop its units and has not answered; until then a shipment wins."""
        return self.state is RequestState.ACCEPTING and self.warehouse is Question.ASKED

    @property
    def may_ship(self) -> bool:
        """A shipment of its units is taken in, and ends it."""
        return self.can_be_decided or self.awaits_warehouse

    @property
    def was_accepted(self) -> bool:
        """Its units are canceled."""
        return self.state is RequestState.ACCEPTED

    @property
    def was_stopped(self) -> bool:
        """The merchant had accepted it and changed its mind before it was carried out."""
        return self.decided_at is not None and self.decline_reason in MERCHANT_DECLINE_REASONS

    @property
    def came_too_late(self) -> bool:
        """It was accepted, and its units had left before the warehouse could stop them."""
        return self.decided_at is not None and self.decline_reason is DeclineReason.ALREADY_SHIPPED

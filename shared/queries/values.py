"""The values that pages, mails and API answers are made of: all a template may ask, decided."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from uuid import UUID

from shared.domain.actors import ActorKind
from shared.domain.cancellation import Move, Question, RequestState, may
from shared.domain.eligibility import Blocker
from shared.domain.events import Event
from shared.domain.ids import LineItemId, OrderId, PaymentId, RequestId
from shared.domain.metrics import RateCounts
from shared.domain.orders import Gateway, ItemStatus, OrderStatus, PaymentStatus
from shared.domain.policy import WarehouseAnswer
from shared.domain.reasons import MERCHANT_DECLINE_REASONS, DeclineReason, Reason
from shared.domain.refunds import Quote
from shared.queries.receipts import Part, outcome, parts
from shared.queries.refund_values import RefundView, ReportedRefund


@dataclass(frozen=True, slots=True)
class ItemView:
    """A line item on a page. `label` is the title, followed by " (2)" where it occurs a second time.

    `amount_minor` is the whole line's listed price; `cancelable_quantity` and `blockers` are the reader's
    verdict.
    """

    id: LineItemId
    sku: str
    asin: str
    title: str
    label: str
    image_url: str
    unit_price_minor: int
    amount_minor: int
    ordered: int
    shipped: int
    canceled: int
    requested: int
    status: ItemStatus
    cancelable_quantity: int
    blockers: tuple[Blocker, ...]

    @property
    def open(self) -> int:
        """Units that nobody has shipped, canceled or asked for."""
        return self.ordered - self.shipped - self.canceled - self.requested

    @property
    def unshipped(self) -> int:
        """Units that have not left; some of them may be asked for."""
        return self.ordered - self.shipped - self.canceled


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
    def was_stopped(self) -> bool:
        """The merchant had accepted it and changed its mind before it was carried out."""
        return self.decided_at is not None and self.decline_reason in MERCHANT_DECLINE_REASONS

    @property
    def came_too_late(self) -> bool:
        """It was accepted, and its units had left before the warehouse could stop them."""
        return self.decided_at is not None and self.decline_reason is DeclineReason.ALREADY_SHIPPED


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One change, ready to be put into words: event, who, how many units, how much, when (UTC).

    `answer` is what a warehouse said, where it did.
    """

    event: Event
    actor: ActorKind
    actor_name: str
    at: datetime
    units: int
    amount_minor: int
    items: str
    request_id: RequestId | None = None
    answer: WarehouseAnswer | None = None


@dataclass(frozen=True, slots=True)
class PaymentView:
    """A payment as a quote and a page name it."""

    id: PaymentId
    gateway: Gateway
    reference: str
    authorized_minor: int
    captured_minor: int
    refunded_minor: int


@dataclass(frozen=True, slots=True)
class Totals:
    """An order's money in minor units, in parts that add up: items − discount + shipping + tax = total.

    `tax_minor` is 0 beside `tax_included_minor` where prices include tax.
    """

    items_minor: int
    discount_minor: int
    shipping_minor: int
    tax_minor: int
    tax_included_minor: int
    total_minor: int
    captured_minor: int
    refunded_minor: int
    payments: tuple[PaymentView, ...] = ()
    priced: bool = True


@dataclass(frozen=True, slots=True)
class ShipmentView:
    """A shipment: when (UTC), how many units, by whom it travels."""

    at: datetime
    units: int
    carrier: str
    tracking: str


@dataclass(frozen=True, slots=True)
class CaseView:
    """A message from *Contact us*."""

    id: UUID
    order_id: OrderId | None
    order_number: str
    sender: str
    category: str
    body: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OrderPage:
    """An order as one reader sees it; `asker` tells whose verdict `items` and `can_cancel` carry.

    `can_adjust` says that part of the price of what has shipped may go back.
    `cancel_until` is when a buyer's time to cancel ends (UTC), None where it does not or is not theirs.
    """

    id: OrderId
    number: str
    merchant_name: str
    merchant_slug: str
    time_zone: str
    currency: str
    version: int
    placed_at: datetime
    buyer_name: str
    buyer_email: str
    delivery: tuple[str, ...]
    status: OrderStatus
    badge: ItemStatus
    payment_status: PaymentStatus
    items: tuple[ItemView, ...]
    totals: Totals
    requests: tuple[RequestView, ...]
    refunds: tuple[RefundView, ...]
    reported_refunds: tuple[ReportedRefund, ...]
    shipments: tuple[ShipmentView, ...]
    timeline: tuple[TimelineRow, ...]
    cases: tuple[CaseView, ...]
    memo: str
    policy_label: str
    is_old: bool
    can_adjust: bool
    cancel_until: datetime | None = None

    @property
    def open_requests(self) -> tuple[RequestView, ...]:
        """Requests whose units wait for an outcome, oldest first."""
        return tuple(request for request in self.requests if request.is_open)

    @property
    def accepted(self) -> tuple[RequestView, ...]:
        """Cancellations that were carried out, oldest first."""
        return tuple(request for request in self.requests if request.state is RequestState.ACCEPTED)

    @property
    def withheld(self) -> tuple[RequestView, ...]:
        """Cancellations of which the merchant gave back less than was charged, oldest first."""
        return tuple(request for request in self.accepted if request.withheld_minor)

    @property
    def declined(self) -> RequestView | None:
        """The newest request, if it was declined; what the shop system canceled by itself is none."""
        asked = [request for request in self.requests if request.source is not ActorKind.SYSTEM]
        return asked[-1] if asked and asked[-1].decline_reason else None

    @property
    def can_cancel(self) -> bool:
        """At least one unit may be canceled by this reader."""
        return any(item.cancelable_quantity for item in self.items)

    @property
    def cancelable_units(self) -> int:
        """All units that this reader may cancel."""
        return sum(item.cancelable_quantity for item in self.items)

    @property
    def unshipped_units(self) -> int:
        """All units that have not left; some of them may be asked for."""
        return sum(item.unshipped for item in self.items)

    @property
    def blockers(self) -> tuple[Blocker, ...]:
        """Every reason why nothing may be canceled, each once, in the order of the lines."""
        return tuple(dict.fromkeys(blocker for item in self.items for blocker in item.blockers))


@dataclass(frozen=True, slots=True)
class QuoteView:
    """A quote with what a page adds: units that go back to stock, and the merchant's rate now and after."""

    quote: Quote
    units: int
    of_units: int
    restocked_units: int
    rate_now: Fraction | None
    rate_after: Fraction | None

    @property
    def parts(self) -> tuple[Part, ...]:
        """The lines between the units' money and the outcome."""
        return parts(self.quote)

    def outcome(self, *, for_merchant: bool) -> Part:
        """The last line: what it comes to."""
        return outcome(self.quote, for_merchant=for_merchant)


@dataclass(frozen=True, slots=True)
class Consequences:
    """What accepting a buyer's request brings about as the order stands; the rate is the merchant's now.

    Buyers' own requests do not count in the rate, so it stays as it is.
    """

    quote: Quote
    restocked_units: int
    rate_now: Fraction | None


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order on the dashboard. `items_label` names the first line, `more_items` counts the others."""

    id: OrderId
    number: str
    placed_at: datetime
    buyer_name: str
    items_label: str
    more_items: int
    status: OrderStatus
    badge: ItemStatus
    payment_status: PaymentStatus
    total_minor: int
    currency: str
    can_cancel: bool
    request: RequestView | None
    priced: bool = True

    @property
    def has_failed_refund(self) -> bool:
        """Money that should have gone back has not: somebody has to look at it."""
        return self.payment_status is PaymentStatus.REFUND_FAILED


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """What the dashboard is asked for; dates are the merchant's days, both included; None is no limit."""

    search: str = ""
    status: OrderStatus | None = None
    item_status: ItemStatus | None = None
    payment_status: PaymentStatus | None = None
    placed_from: datetime | None = None
    placed_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class OrderList:
    """One page of the dashboard; the cursors are opaque and None at an end."""

    rows: tuple[OrderRow, ...]
    next_cursor: str | None
    previous_cursor: str | None


@dataclass(frozen=True, slots=True)
class Rate:
    """The pre-fulfillment cancellation rate of the last days, in parts."""

    counts: RateCounts
    days: int

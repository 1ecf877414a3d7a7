"""What pages, mails and API answers show of one order: all a template may ask, decided."""

from dataclasses import dataclass
from datetime import datetime

from shared.domain.actors import ActorKind
from shared.domain.cancellation import RequestState
from shared.domain.eligibility import Blocker
from shared.domain.events import Event, MailEvent
from shared.domain.ids import LineItemId, MessageId, OrderId, PaymentId, RequestId
from shared.domain.orders import Gateway, ItemStatus, OrderStatus, PaymentStatus
from shared.domain.policy import WarehouseAnswer
from shared.queries.refund_values import RefundView, ReportedRefund
from shared.queries.request_values import RequestView
from shared.queries.support_values import CaseView


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
class TimelineRow:
    """One change, ready to be put into words: event, who, how many units, how much, when (UTC).

    `answer` is what a warehouse said, where it did. `for_buyer` says that it is about what the buyer asked
    for.
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
    for_buyer: bool = False


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
class MailView:
    """An e-mail to the customer: about what, to which address, since when (UTC) it is sent or waits."""

    id: MessageId
    event: MailEvent
    recipient: str
    at: datetime
    is_sent: bool
    was_refused: bool
    is_again: bool


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
    mails: tuple[MailView, ...] = ()

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

"""The values that API answers are made of: fields named as in the JSON, amounts in minor units."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.domain.cancellation import Question, RequestState
from shared.domain.eligibility import Blocker, NextStep
from shared.domain.gateways import Trouble
from shared.domain.ids import LineItemId, OrderId
from shared.domain.orders import Gateway
from shared.domain.refunds import KeptReason, RefundKind, RefundState


@dataclass(frozen=True, slots=True)
class KnownLine:
    """What it takes to find a line of an order by name."""

    id: LineItemId
    sku: str
    ordered: int


@dataclass(frozen=True, slots=True)
class KnownOrder:
    """An order that was found, with its lines in their order."""

    id: OrderId
    lines: tuple[KnownLine, ...]


@dataclass(frozen=True, slots=True)
class BuyerDocument:
    """Who bought."""

    email: str
    name: str
    locale: str


@dataclass(frozen=True, slots=True)
class LineDocument:
    """A line as it was given, and what became of its units; tax and discount are the whole line's."""

    id: UUID
    sku: str
    title: str
    quantity: int
    unit_price: int
    tax: int
    discount: int
    external_id: str
    asin: str
    image_url: str
    cancelable: bool
    parent_sku: str
    ordered: int
    shipped: int
    canceled: int
    requested: int
    status: str


@dataclass(frozen=True, slots=True)
class ShippingDocument:
    """What the delivery cost."""

    amount: int
    tax: int


@dataclass(frozen=True, slots=True)
class DiscountDocument:
    """A discount with a code, for some SKUs or from a subtotal on."""

    code: str
    amount: int
    skus: tuple[str, ...]
    min_subtotal: int | None


@dataclass(frozen=True, slots=True)
class PaymentDocument:
    """A payment; `authorized` includes `captured`, `refunded` counts what has not failed."""

    id: UUID
    gateway: Gateway
    reference: str
    authorized: int
    captured: int
    refunded: int


@dataclass(frozen=True, slots=True)
class RefundDocument:
    """A refund to one payment, or a void of it; one made elsewhere belongs to nothing of ours."""

    id: UUID
    cancellation_id: UUID | None
    adjustment_id: UUID | None
    payment_id: UUID
    gateway: Gateway
    kind: RefundKind
    amount: int
    currency: str
    state: RefundState
    trouble: Trouble | None
    created_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class RefundsDocument:
    """The refunds that a call brought about."""

    refunds: tuple[RefundDocument, ...]


@dataclass(frozen=True, slots=True)
class ReceivedDocument:
    """A gateway's event was taken in."""

    received: bool


@dataclass(frozen=True, slots=True)
class UnitsDocument:
    """Units of one line."""

    line_item_id: UUID
    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class WarehouseDocument:
    """The question to a warehouse: where it is, and until when its answer is awaited."""

    state: Question
    answer_by: datetime


@dataclass(frozen=True, slots=True)
class CancellationDocument:
    """A cancellation request.

    `refund` and `fee` are as quoted until it is carried out, 0 where nothing came of it; `refund` is None as
    long as nobody knows it. `message` and `decline_message` are what the merchant told the buyer.
    """

    id: UUID
    order_number: str
    state: RequestState
    bwp_state: str
    source: str
    reason: str | None
    comments: str
    line_items: tuple[UnitsDocument, ...]
    requested_at: datetime
    ended_at: datetime | None
    warehouse: WarehouseDocument | None
    message: str
    decline_reason: str | None
    decline_message: str
    refund: int | None
    fee: int


@dataclass(frozen=True, slots=True)
class AmountDocument:
    """What went back of one line."""

    line_item_id: UUID
    sku: str
    amount: int


@dataclass(frozen=True, slots=True)
class AdjustmentDocument:
    """Part of the price that went back for what has shipped; `refund` is all of it."""

    id: UUID
    order_number: str
    refund: int
    line_items: tuple[AmountDocument, ...]
    shipping: int
    reason: str
    adjusted_at: datetime


@dataclass(frozen=True, slots=True)
class CancellationList:
    """A page of cancellations, newest first; the cursor is opaque and None at the end."""

    cancellations: tuple[CancellationDocument, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class OrderDocument:
    """An order as it was given, and how it stands."""

    id: UUID
    number: str
    placed_at: datetime
    currency: str
    prices_include_tax: bool
    buyer: BuyerDocument
    address: tuple[str, ...]
    line_items: tuple[LineDocument, ...]
    shipping: ShippingDocument
    discount: int
    discounts: tuple[DiscountDocument, ...]
    external_ids: dict[str, str]
    payments: tuple[PaymentDocument, ...]
    fulfilled_by: str
    in_fulfillment: bool
    hold: bool
    disputed: bool
    status: str
    cancellation_requested: bool
    cancellations: tuple[CancellationDocument, ...]
    adjustments: tuple[AdjustmentDocument, ...]
    refunds: tuple[RefundDocument, ...]


@dataclass(frozen=True, slots=True)
class OrderDocumentList:
    """A page of orders, newest first; the cursor is opaque and None at the end."""

    orders: tuple[OrderDocument, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class ShipmentDocument:
    """A shipment that was taken in."""

    id: UUID
    order_number: str
    line_items: tuple[UnitsDocument, ...]
    carrier: str
    tracking: str
    shipped_at: datetime


@dataclass(frozen=True, slots=True)
class BlockerDocument:
    """A reason why units may not go, and the asker's next best step."""

    code: Blocker
    next_step: NextStep


@dataclass(frozen=True, slots=True)
class LineEligibilityDocument:
    """How many units of a line may go; else why not."""

    line_item_id: UUID
    sku: str
    quantity: int
    blockers: tuple[BlockerDocument, ...]


@dataclass(frozen=True, slots=True)
class EligibilityDocument:
    """Whether anything of an order may be canceled, by whom it was asked."""

    order_number: str
    requested_by: str
    eligible: bool
    quantity: int
    line_items: tuple[LineEligibilityDocument, ...]


@dataclass(frozen=True, slots=True)
class KeptDocument:
    """An amount that does not go back, and why."""

    amount: int
    why: KeptReason


@dataclass(frozen=True, slots=True)
class PaymentShareDocument:
    """What goes back to one payment."""

    id: UUID
    amount: int


@dataclass(frozen=True, slots=True)
class QuoteDocument:
    """What canceling would bring back; `rate_after` is a share of 1, None without orders in the period."""

    hash: str
    refund: int
    kept: tuple[KeptDocument, ...]
    payments: tuple[PaymentShareDocument, ...]
    rate_after: float | None


@dataclass(frozen=True, slots=True)
class StockDocument:
    """Units on hand of a SKU."""

    sku: str
    on_hand: int

"""Orders, line items and payments as facts, and the statuses that are derived from their quantities."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from shared.domain.ids import LineItemId, MerchantId, OrderId, PaymentId
from shared.domain.policy import Policy
from shared.domain.units import UnitRange


class ItemStatus(StrEnum):
    """What a reader is told about a line item; derived from quantities, never decided a second time."""

    CANCELLATION_REQUESTED = "cancellation_requested"
    CANCELED = "canceled"
    SHIPPED = "shipped"
    PARTIALLY_SHIPPED = "partially_shipped"
    PARTIALLY_CANCELED = "partially_canceled"
    PENDING = "pending"
    UNSHIPPED = "unshipped"


class OrderStatus(StrEnum):
    """What a reader is told about an order, besides the mark *Cancellation requested*."""

    PENDING = "pending"
    UNSHIPPED = "unshipped"
    PARTIALLY_SHIPPED = "partially_shipped"
    SHIPPED = "shipped"
    CANCELED = "canceled"


class PaymentStatus(StrEnum):
    """Where an order's money is."""

    AWAITING = "awaiting"
    AUTHORIZED = "authorized"
    PARTIALLY_PAID = "partially_paid"
    PAID = "paid"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    REFUND_FAILED = "refund_failed"
    VOIDED = "voided"
    NOTHING_DUE = "nothing_due"


class Gateway(StrEnum):
    """Who holds a payment."""

    MANUAL = "manual"
    STRIPE = "stripe"
    GIFT_CARD = "gift_card"


@dataclass(frozen=True, slots=True)
class LineItem:
    """One line of an order. Amounts are minor units for the whole line, spread over its units by number.

    `price_minor` is the listed price, `discount_minor` includes the line's share of order discounts,
    `tax_minor` stands beside the price only if prices do not include it, `shipping_minor` is the line's
    share of shipping.
    `claimed` are the units of open and accepted requests; `declined` says that a buyer was refused some;
    `leaving` are units that a warehouse could not stop any more and nobody has reported as shipped yet.
    """

    id: LineItemId
    ordinal: int
    sku: str
    title: str
    ordered: int
    shipped: int
    canceled: int
    requested: int
    price_minor: int
    discount_minor: int
    tax_minor: int
    shipping_minor: int
    cancelable: bool = True
    parent_sku: str = ""
    claimed: tuple[UnitRange, ...] = ()
    declined: bool = False
    leaving: int = 0

    @property
    def open(self) -> int:
        """Units that nobody has shipped, canceled or asked for."""
        return self.ordered - self.shipped - self.canceled - self.requested


@dataclass(frozen=True, slots=True)
class Discount:
    """A discount on the order. `shares` are its minor units on each line it covers.

    Below `min_subtotal_minor` of listed prices on the covered lines it would not have been given.
    """

    shares: dict[LineItemId, int]
    names_items: bool
    min_subtotal_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment of an order, in minor units; `refunded_minor` counts every refund that has not failed.

    `released_minor` was authorized and will never be captured.
    """

    id: PaymentId
    gateway: Gateway
    reference: str
    authorized_minor: int
    captured_minor: int
    refunded_minor: int
    released_minor: int = 0

    @property
    def left_minor(self) -> int:
        """What may still go back to this payment."""
        return self.captured_minor - self.refunded_minor

    @property
    def uncaptured_minor(self) -> int:
        """What is authorized and may still be captured."""
        return self.authorized_minor - self.captured_minor - self.released_minor


@dataclass(frozen=True, slots=True)
class Order:
    """An order as the core judges it: facts at one instant, under the policy of its intake.

    `canceled_minor` is the money of all accepted units, whether refunded or never charged;
    `repriced_minor` is what lost discounts took off it. `fees_minor` was kept as fees, out of `fee_bases`:
    what the buyer canceled, by the percentage that held then. `withheld_minor` the merchant kept of its own
    will; `adjusted_minor` went back for units that had shipped. `owed_minor` are refunds that failed and wait
    to be tried again. `self_service` is the merchant's switch.
    Until all prices are known it is not `priced`: units bring nothing back by themselves, a person enters it.
    """

    id: OrderId
    merchant_id: MerchantId
    number: str
    currency: str
    version: int
    placed_at: datetime
    paid_at: datetime | None
    prices_include_tax: bool
    total_minor: int
    shipping_minor: int
    canceled_minor: int
    policy: Policy
    line_items: tuple[LineItem, ...]
    payments: tuple[Payment, ...]
    discounts: tuple[Discount, ...] = ()
    repriced_minor: int = 0
    fees_minor: int = 0
    fee_bases: Mapping[int, int] = field(default_factory=dict)
    withheld_minor: int = 0
    adjusted_minor: int = 0
    owed_minor: int = 0
    self_service: bool = True
    in_fulfillment: bool = False
    fulfilled_by_other: bool = False
    hold: bool = False
    disputed: bool = False
    priced: bool = True

    @property
    def authorized_minor(self) -> int:
        """Minor units authorized over all payments; includes what was captured."""
        return sum(payment.authorized_minor for payment in self.payments)

    @property
    def left_minor(self) -> int:
        """What may still go back over all payments, beside what is owed already."""
        return sum(payment.left_minor for payment in self.payments) - self.owed_minor

    @property
    def due_minor(self) -> int:
        """What the buyer owes in all for what is not canceled, with what was kept of the rest."""
        kept = self.fees_minor + self.withheld_minor
        return self.total_minor - self.canceled_minor - self.adjusted_minor + kept

    @property
    def is_pending(self) -> bool:
        """Nothing is authorized yet, and something is owed; without prices, nobody says it is paid."""
        if not self.priced:
            return self.paid_at is None
        return self.authorized_minor == 0 and self.total_minor > 0

    def line(self, line_item_id: LineItemId) -> LineItem:
        """Find a line by its id; raises KeyError when the order has none such."""
        for line in self.line_items:
            if line.id == line_item_id:
                return line
        raise KeyError(line_item_id)


def spelled(status: ItemStatus | OrderStatus) -> str:
    """Spell a status as the public contract does, for readers of any language: "Partially shipped"."""
    return status.value.replace("_", " ").capitalize()


def item_status(*, ordered: int, shipped: int, canceled: int, requested: int, pending: bool) -> ItemStatus:
    """Derive an item's status: the first rule that holds."""
    rules = (
        (requested > 0, ItemStatus.CANCELLATION_REQUESTED),
        (canceled == ordered, ItemStatus.CANCELED),
        (0 < shipped == ordered - canceled, ItemStatus.SHIPPED),
        (shipped > 0, ItemStatus.PARTIALLY_SHIPPED),
        (canceled > 0, ItemStatus.PARTIALLY_CANCELED),
        (pending, ItemStatus.PENDING),
    )
    return next((status for holds, status in rules if holds), ItemStatus.UNSHIPPED)

"""Refunds as pages show them: those of an order, and those that wait for a person."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.domain.gateways import Trouble
from shared.domain.ids import OrderId, RefundId, RequestId
from shared.domain.orders import Gateway
from shared.domain.refunds import RefundKind, RefundState


@dataclass(frozen=True, slots=True)
class RefundView:
    """One refund to one payment, or one void of it; `reference` names the payment.

    `gateway_reference` is the gateway's name for the refund; `was_retried`: another row took its place.
    """

    id: RefundId
    request_id: RequestId | None
    kind: RefundKind
    gateway: Gateway
    reference: str
    amount_minor: int
    currency: str
    state: RefundState
    created_at: datetime
    ended_at: datetime | None
    gateway_reference: str
    trouble: Trouble | None
    was_retried: bool

    @property
    def is_void(self) -> bool:
        """Nothing was charged: an authorization is given up."""
        return self.kind is RefundKind.VOID

    @property
    def awaits_person(self) -> bool:
        """The merchant pays it by hand and then says so."""
        return self.state is RefundState.MANUAL

    @property
    def can_be_retried(self) -> bool:
        """It failed, and nothing has taken its place."""
        return self.state is RefundState.FAILED and not self.was_retried

    @property
    def task(self) -> str:
        """What a person may do about it: "pay", "retry", "ask", or "" for nothing."""
        if self.awaits_person:
            return "pay"
        if self.can_be_retried:
            return "retry"
        return "ask" if self.state is RefundState.SENT else ""


@dataclass(frozen=True, slots=True)
class WaitingRefund:
    """A refund that waits for a person, with its order; `since` is when it came to wait."""

    id: RefundId
    order_id: OrderId
    order_number: str
    buyer_name: str
    kind: RefundKind
    gateway: Gateway
    reference: str
    amount_minor: int
    currency: str
    trouble: Trouble | None
    since: datetime

    @property
    def is_void(self) -> bool:
        """Nothing was charged: an authorization is given up."""
        return self.kind is RefundKind.VOID


@dataclass(frozen=True, slots=True)
class ReportedRefund:
    """A refund that a gateway reported and nobody here asked for; its order is None where it is unclear."""

    id: UUID
    order_id: OrderId | None
    order_number: str
    gateway: Gateway
    reference: str
    payment_reference: str
    amount_minor: int
    currency: str
    reported_at: datetime
    can_be_recorded: bool


@dataclass(frozen=True, slots=True)
class WaitingRefunds:
    """All that waits for a person, by what there is to do."""

    by_hand: tuple[WaitingRefund, ...]
    failed: tuple[WaitingRefund, ...]
    in_doubt: tuple[WaitingRefund, ...]
    reported: tuple[ReportedRefund, ...]

    @property
    def are_none(self) -> bool:
        """Nothing waits."""
        return not (self.by_hand or self.failed or self.in_doubt or self.reported)

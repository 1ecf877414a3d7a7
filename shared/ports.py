"""What the core asks of the outside: things with no true in-memory form, so each is a protocol."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from enum import StrEnum
from typing import Protocol

from shared.domain.events import MailEvent
from shared.domain.gateways import Trouble
from shared.domain.ids import MerchantId, RefundId


class Refused(Exception):
    """The other side will never take it; trying again is pointless."""


class Mailer(Protocol):
    """Hands one message to one recipient; raises Refused, or anything else when a later try may succeed."""

    def send(self, merchant_id: MerchantId, event: MailEvent, message: EmailMessage) -> None:
        """Send a message whose To header holds exactly one address."""


class Later(Exception):
    """The other side asks to be left alone for a while."""

    def __init__(self, detail: str, after: timedelta) -> None:
        """Keep how long at least."""
        super().__init__(detail)
        self.after = after


class NoAnswer(Exception):
    """Nobody answered a webhook: there was no way there, or it took too long."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a webhook was answered, and how long its receiver wants to be left alone."""

    status: int
    retry_after: timedelta | None = None


class Transport(Protocol):
    """Brings one webhook to its receiver, following nothing it is told. Raises NoAnswer."""

    def deliver(self, address: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Send a body, and read the status."""


class GatewayRefused(Refused):
    """A gateway will not do what it was asked for, and has not done it."""

    def __init__(self, trouble: Trouble, detail: str = "", *, captured_minor: int = 0) -> None:
        """Keep the code of the trouble, and what was captured of what should be given up.

        `detail` is for logs.
        """
        super().__init__(detail or trouble.value)
        self.trouble = trouble
        self.captured_minor = captured_minor


class GatewayState(StrEnum):
    """How far a gateway has come with a refund or a void."""

    SUCCEEDED = "succeeded"
    PENDING = "pending"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RefundOrder:
    """Money to send back, or an authorization to give up; `refund_id` is the key of every try.

    `amount_minor` counts the currency's own minor units by ISO 4217.
    """

    refund_id: RefundId
    payment_reference: str
    amount_minor: int
    currency: str
    order_number: str


@dataclass(frozen=True, slots=True)
class GatewayAnswer:
    """What came of it: the gateway's own name for it, and the trouble if it failed.

    `captured_minor` is what was captured of a payment that should have been given up.
    """

    state: GatewayState
    reference: str
    trouble: Trouble | None = None
    captured_minor: int = 0


class PaymentGateway(Protocol):
    """Sends money back.

    GatewayRefused means that nothing was or will be done; any other error leaves the outcome unknown, to be
    tried again under the same key.
    """

    def refund(self, order: RefundOrder) -> GatewayAnswer:
        """Send money back to a payment, once per key."""

    def void(self, order: RefundOrder) -> GatewayAnswer:
        """Give up an authorization of which nothing was captured."""

    def look_up(self, order: RefundOrder) -> GatewayAnswer | None:
        """Find the refund that was made under this key; None when there certainly is none."""

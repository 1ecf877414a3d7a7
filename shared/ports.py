"""What the core asks of the outside: things with no true in-memory form, so each is a protocol."""

from email.message import EmailMessage
from typing import Protocol

from shared.domain.events import MailEvent
from shared.domain.ids import MerchantId


class Refused(Exception):
    """The other side will never take it; trying again is pointless."""


class Mailer(Protocol):
    """Hands one message to one recipient; raises Refused, or anything else when a later try may succeed."""

    def send(self, merchant_id: MerchantId, event: MailEvent, message: EmailMessage) -> None:
        """Send a message whose To header holds exactly one address."""

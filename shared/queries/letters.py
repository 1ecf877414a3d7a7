"""What an e-mail to somebody of the team is made of."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.domain.errors import NotFound
from shared.domain.events import MailEvent
from shared.domain.ids import MerchantId, MessageId
from shared.domain.permissions import Role
from shared.queries import merchants
from shared.storage.engine import Database
from shared.storage.records import LetterRecord


@dataclass(frozen=True, slots=True)
class Letter:
    """One e-mail about no order; instants are UTC. `by` is who caused it, `role` the one it tells of.

    `number` is the order's that it is about all the same, if any.
    """

    id: MessageId
    event: MailEvent
    recipient: str
    locale: str
    is_sent: bool
    created_at: datetime
    merchant_name: str
    time_zone: str
    subject_id: UUID | None
    by: str
    role: Role | None
    number: str


def find(db: Database, merchant_id: MerchantId, letter_id: MessageId) -> Letter:
    """Read everything that one e-mail tells. Raises NotFound."""
    with db.snapshot(merchant_id) as tx:
        record = tx.session.get(LetterRecord, (merchant_id, letter_id))
        if record is None:
            raise NotFound("There is no such e-mail.")
        merchant = merchants.of(tx)
        return Letter(
            id=MessageId(record.id),
            event=MailEvent(record.event),
            recipient=record.recipient,
            locale=record.locale,
            is_sent=record.state == "sent",
            created_at=record.created_at,
            merchant_name=merchant.name,
            time_zone=merchant.time_zone,
            subject_id=record.subject_id,
            by=record.facts.get("by", ""),
            role=Role(record.facts["role"]) if "role" in record.facts else None,
            number=record.facts.get("number", ""),
        )

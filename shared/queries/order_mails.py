"""The e-mails that a customer got about an order."""

from uuid import UUID

from sqlalchemy import select

from shared.domain.events import TO_TEAM, MailEvent
from shared.domain.ids import MessageId
from shared.queries.order_values import MailView
from shared.storage.engine import Transaction
from shared.storage.records import MessageRecord


def mails_about(tx: Transaction, order_id: UUID) -> tuple[MailView, ...]:
    """List the e-mails to the buyer about an order, newest first."""
    rows = tx.session.scalars(
        select(MessageRecord)
        .where(
            MessageRecord.merchant_id == tx.merchant_id,
            MessageRecord.order_id == order_id,
            MessageRecord.event.not_in(TO_TEAM),
        )
        .order_by(MessageRecord.created_at.desc(), MessageRecord.id.desc())
    )
    return tuple(
        MailView(
            id=MessageId(row.id),
            event=MailEvent(row.event),
            recipient=row.recipient,
            at=row.sent_at or row.created_at,
            is_sent=row.state == "sent",
            was_refused=row.state == "refused",
            is_again=row.again_of is not None,
        )
        for row in rows
    )

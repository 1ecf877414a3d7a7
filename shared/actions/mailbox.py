"""Keep e-mails in the database instead of sending them, for the demo and the test kit."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from shared.domain.events import MailEvent
from shared.domain.ids import MerchantId
from shared.storage.engine import Database
from shared.storage.records import MailboxRecord


def keep(
    db: Database, merchant_id: MerchantId, mail_id: UUID, event: MailEvent, recipient: str, source: bytes
) -> None:
    """Keep a message's bytes, once however often it is handed over."""
    with db.begin(merchant_id) as tx:
        tx.session.connection().execute(
            insert(MailboxRecord)
            .values(
                merchant_id=merchant_id,
                id=mail_id,
                event=event,
                recipient=recipient,
                source=source,
                received_at=tx.now,
            )
            .on_conflict_do_nothing(index_elements=["merchant_id", "id"])
        )

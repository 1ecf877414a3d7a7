"""Note what became of an e-mail on its own row."""

from sqlalchemy import update

from shared.domain.ids import MerchantId, MessageId
from shared.storage.engine import Database, Transaction
from shared.storage.records import LetterRecord, MessageRecord


def mark_sent(db: Database, merchant_id: MerchantId, message_id: MessageId) -> None:
    """Note that an e-mail was handed over; the first time counts."""
    with db.begin(merchant_id) as tx:
        _mark(tx, MessageRecord, message_id, "sent")


def mark_refused(db: Database, merchant_id: MerchantId, message_id: MessageId) -> None:
    """Note that the recipient's side will never take an e-mail."""
    with db.begin(merchant_id) as tx:
        _mark(tx, MessageRecord, message_id, "refused")


def mark_letter(db: Database, merchant_id: MerchantId, letter_id: MessageId, *, sent: bool) -> None:
    """Note that an e-mail to the team was handed over, or will never be taken."""
    with db.begin(merchant_id) as tx:
        _mark(tx, LetterRecord, letter_id, "sent" if sent else "refused")


def _mark(
    tx: Transaction, record: type[MessageRecord | LetterRecord], message_id: MessageId, state: str
) -> None:
    tx.session.execute(
        update(record)
        .where(
            record.merchant_id == tx.merchant_id,
            record.id == message_id,
            record.state != "sent",
        )
        .values(state=state, sent_at=tx.now if state == "sent" else None)
        .execution_options(synchronize_session=False)
    )

"""Note what became of an e-mail on its own row."""

from sqlalchemy import update

from shared.domain.ids import MerchantId, MessageId
from shared.storage.engine import Database, Transaction
from shared.storage.records import MessageRecord


def mark_sent(db: Database, merchant_id: MerchantId, message_id: MessageId) -> None:
    """Note that an e-mail was handed over; the first time counts."""
    with db.begin(merchant_id) as tx:
        _mark(tx, message_id, "sent")


def mark_refused(db: Database, merchant_id: MerchantId, message_id: MessageId) -> None:
    """Note that the recipient's side will never take an e-mail."""
    with db.begin(merchant_id) as tx:
        _mark(tx, message_id, "refused")


def _mark(tx: Transaction, message_id: MessageId, state: str) -> None:
    tx.session.execute(
        update(MessageRecord)
        .where(
            MessageRecord.merchant_id == tx.merchant_id,
            MessageRecord.id == message_id,
            MessageRecord.state != "sent",
        )
        .values(state=state, sent_at=tx.now if state == "sent" else None)
        .execution_options(synchronize_session=False)
    )

"""Keep the answers that a team gives often."""

from uuid import UUID

from shared.domain.errors import InvalidContent, NotFound
from shared.domain.ids import MerchantId, new_id
from shared.domain.support import unknown_fields
from shared.storage.engine import Database
from shared.storage.records import CannedReplyRecord


def save_reply(
    db: Database, merchant_id: MerchantId, title: str, body: str, reply_id: UUID | None = None
) -> None:
    """Keep a new reply, or change one. Raises NotFound, or InvalidContent for places nothing fills in."""
    unknown = unknown_fields(body)
    if unknown:
        raise InvalidContent("Nothing fills these places in.", fields=unknown)
    with db.begin(merchant_id) as tx:
        if reply_id is None:
            tx.session.add(
                CannedReplyRecord(
                    merchant_id=merchant_id, id=new_id(), title=title, body=body, changed_at=tx.now
                )
            )
            return
        record = tx.session.get(CannedReplyRecord, (merchant_id, reply_id))
        if record is None:
            raise NotFound("There is no such reply.")
        record.title, record.body, record.changed_at = title, body, tx.now


def delete_reply(db: Database, merchant_id: MerchantId, reply_id: UUID) -> None:
    """Remove a reply; what was sent with it stays. Raises NotFound."""
    with db.begin(merchant_id) as tx:
        record = tx.session.get(CannedReplyRecord, (merchant_id, reply_id))
        if record is None:
            raise NotFound("There is no such reply.")
        tx.session.delete(record)

"""Change an order by hand: its memo, its links."""

from uuid import UUID

from shared.domain.actors import Actor
from shared.domain.errors import NotFound
from shared.domain.events import TO_TEAM, Event, MailEvent
from shared.domain.ids import MerchantId
from shared.storage import outbox, timeline
from shared.storage.engine import Database
from shared.storage.outbox import Again
from shared.storage.records import MessageRecord
from shared.storage.scopes import lock_order


def save_memo(db: Database, merchant_id: MerchantId, order_id: UUID, memo: str, actor: Actor) -> None:
    """Keep the team's private note on an order. Raises NotFound."""
    with db.begin(merchant_id) as tx:
        order = lock_order(tx, order_id)
        if order.memo == memo:
            return
        order.memo = memo
        timeline.note(tx, order.id, Event.MEMO_CHANGED, actor)


def send_link(db: Database, merchant_id: MerchantId, order_id: UUID) -> bool:
    """Mail the buyer a fresh link, to the address on file; False when mails are off. Raises NotFound."""
    with db.begin(merchant_id) as tx:
        return outbox.mail(tx, lock_order(tx, order_id), MailEvent.ORDER_LINK_SENT) is not None


def send_mail_again(
    db: Database, merchant_id: MerchantId, order_id: UUID, message_id: UUID, nonce: str, actor: Actor
) -> bool:
    """Mail the buyer once more what they were mailed, once per nonce; False when mails are off.

    It goes to the address on file now, with the facts of now. Raises NotFound.
    """
    with db.begin(merchant_id) as tx:
        order = lock_order(tx, order_id)
        first = tx.session.get(MessageRecord, (merchant_id, message_id))
        if first is None or first.order_id != order.id or first.event in TO_TEAM:
            raise NotFound("There is no such e-mail.")
        if outbox.was_sent_by(tx, nonce):
            return True
        event = MailEvent(first.event)
        sent = outbox.mail(tx, order, event, again=Again(first.again_of or first.id, nonce))
        if sent is not None:
            timeline.note(tx, order.id, Event.MAIL_SENT_AGAIN, actor, details={"mail": event.value})
    return sent is not None


def revoke_links(db: Database, merchant_id: MerchantId, order_id: UUID, actor: Actor) -> None:
    """End every link that was mailed for an order; the next click is refused. Raises NotFound."""
    with db.begin(merchant_id) as tx:
        order = lock_order(tx, order_id)
        order.link_epoch += 1
        timeline.note(tx, order.id, Event.LINKS_REVOKED, actor)

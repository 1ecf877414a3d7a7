"""Change an order by hand: its memo, its links."""

from uuid import UUID

from shared.domain.actors import Actor
from shared.domain.events import Event, MailEvent
from shared.domain.ids import MerchantId
from shared.storage import outbox, timeline
from shared.storage.engine import Database
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


def revoke_links(db: Database, merchant_id: MerchantId, order_id: UUID, actor: Actor) -> None:
    """End every link that was mailed for an order; the next click is refused. Raises NotFound."""
    with db.begin(merchant_id) as tx:
        order = lock_order(tx, order_id)
        order.link_epoch += 1
        timeline.note(tx, order.id, Event.LINKS_REVOKED, actor)

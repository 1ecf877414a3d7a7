"""Make order links, and answer who asks for a new one: only ever to the address on file."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from shared import links
from shared.actions.intake_rows import spoken_numbers
from shared.domain.errors import NotFound
from shared.domain.events import MailEvent
from shared.domain.ids import MerchantId, lowest_id, new_id
from shared.storage import outbox
from shared.storage.doors import Door, build, open_doors
from shared.storage.engine import Database, Transaction
from shared.storage.records import LinkRecord, MessageRecord, OrderRecord
from shared.storage.scopes import find_order, lock_order

MOST_AN_HOUR = 3


def make(
    db: Database, merchant_id: MerchantId, order_id: UUID, keys: Sequence[str], *, epoch: int | None = None
) -> str:
    """Make a link to an order and return its token, which is kept nowhere. Raises NotFound.

    `epoch` is the order's when its recipient was read: if links were ended since, this one opens nothing.
    """
    with db.begin(merchant_id) as tx:
        order = find_order(tx, order_id)
        token = links.new_token(tx.now)
        record = LinkRecord(
            merchant_id=merchant_id,
            id=new_id(),
            order_id=order.id,
            epoch=order.link_epoch if epoch is None else epoch,
            created_at=tx.now,
            expires_at=token.expires_at,
        )
        tx.session.add(record)
        build(tx.session, Door.LINK, token.link_id, merchant_id, record.id)
    return links.write(token, keys)


def ask_again(db: Database, number: str, email: str) -> None:
    """Queue the question whether this order and this address belong together; whoever asks learns nothing."""
    with db.begin_untenanted() as tx:
        outbox.look_up_link(tx, number, email)


def look_up(db: Database, number: str, email: str) -> None:
    """Mail a new link for every order of that number to the address on file, if that is the one typed."""
    with db.begin_untenanted() as tx:
        ways = {
            way
            for name in spoken_numbers(number)
            for way in open_doors(tx.session, Door.ORDER_NUMBER, name.encode())
        }
    for merchant_id, order_id in sorted(ways):
        _send_link(db, merchant_id, order_id, email)


def _send_link(db: Database, merchant_id: MerchantId, order_id: UUID, email: str) -> None:
    with db.begin(merchant_id) as tx:
        try:
            order = lock_order(tx, order_id)
        except NotFound:
            return
        if _is_address_of(order, email) and _sent_within_an_hour(tx, order) < MOST_AN_HOUR:
            outbox.mail(tx, order, MailEvent.ORDER_LINK_SENT)


def _is_address_of(order: OrderRecord, email: str) -> bool:
    return order.buyer_email.strip().casefold() == email.strip().casefold() != ""


def _sent_within_an_hour(tx: Transaction, order: OrderRecord) -> int:
    # Counted by the real time in the ids: moving the product's clock must not open the flood.
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    return tx.session.scalars(
        select(func.count())
        .select_from(MessageRecord)
        .where(
            MessageRecord.merchant_id == tx.merchant_id,
            MessageRecord.order_id == order.id,
            MessageRecord.event == MailEvent.ORDER_LINK_SENT,
            MessageRecord.id >= lowest_id(an_hour_ago),
        )
    ).one()

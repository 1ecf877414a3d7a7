"""Say what an order link opens; its row is read for every request, so revoking acts on the next click."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from shared import links
from shared.domain.actors import ActorKind
from shared.domain.ids import MerchantId, OrderId
from shared.links import DeadLink, ForgedLink
from shared.queries.order_values import OrderPage
from shared.queries.orders import page_of, with_merchant
from shared.storage.doors import Door, open_door
from shared.storage.engine import Database, Transaction
from shared.storage.records import LinkRecord, MerchantRecord, OrderRecord
from shared.storage.scopes import orders_of

KEPT_AFTER_CLOSING = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Grant:
    """The right to one order that a link gave: `row_id` is the link's row, `epoch` the order's then."""

    merchant_id: MerchantId
    row_id: UUID
    order_id: OrderId
    epoch: int


def exchange(db: Database, keys: Sequence[str], text: str) -> Grant:
    """Turn a token into the right it gives; changes nothing. Raises ForgedLink or DeadLink."""
    token = links.read(text, keys)
    with db.begin_untenanted() as tx:
        links.check_times(token, now=tx.now)
        way = open_door(tx.session, Door.LINK, token.link_id)
    if way is None:
        raise ForgedLink
    merchant_id, row_id = way
    with db.snapshot(merchant_id) as tenant:
        record, _order, _merchant = _living(tenant, row_id)
        return Grant(merchant_id, row_id, OrderId(record.order_id), record.epoch)


def open_page(db: Database, grant: Grant, order_id: UUID) -> OrderPage:
    """Read an order's page if a grant opens this very order, now. Raises ForgedLink or DeadLink."""
    if grant.order_id != order_id:
        raise ForgedLink
    with db.snapshot(grant.merchant_id) as tx:
        record, order, merchant = _living(tx, grant.row_id)
        if (record.order_id, record.epoch) != (order_id, grant.epoch):
            raise DeadLink
        return page_of(tx, order, merchant, ActorKind.BUYER)


def _living(tx: Transaction, row_id: UUID) -> tuple[LinkRecord, OrderRecord, MerchantRecord]:
    row = tx.session.execute(
        with_merchant(orders_of(tx))
        .add_columns(LinkRecord)
        .join(
            LinkRecord,
            (LinkRecord.merchant_id == OrderRecord.merchant_id) & (LinkRecord.order_id == OrderRecord.id),
        )
        .where(LinkRecord.id == row_id)
    ).one_or_none()
    if row is None:
        raise DeadLink
    order, merchant, record = row
    ends_at = _ends_at(record, order.closed_at)
    if record.revoked_at is not None or record.epoch != order.link_epoch or tx.now >= ends_at:
        raise DeadLink
    return record, order, merchant


def _ends_at(record: LinkRecord, closed_at: datetime | None) -> datetime:
    """Tell when a link ends: 30 days after its order was closed, or after it was made if that was later."""
    if closed_at is None:
        return record.expires_at
    return min(record.expires_at, max(closed_at, record.created_at) + KEPT_AFTER_CLOSING)

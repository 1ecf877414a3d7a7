"""Lock many orders at once and read them as facts, set by set."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select

from shared.domain.cancellation import CLAIMING_STATES
from shared.domain.orders import Order
from shared.domain.policy import Policy, from_document
from shared.storage.bulk import one_of, read_rows
from shared.storage.engine import Transaction
from shared.storage.facts import assemble
from shared.storage.records import (
    LineItemRecord,
    MerchantRecord,
    OrderRecord,
    PaymentRecord,
    RequestRecord,
    RequestUnitsRecord,
)
from shared.storage.scopes import orders_of, owed_on

_Row = TypeVar("_Row", LineItemRecord, PaymentRecord)
# What nothing is judged by.
_SPARE = ("external_ids", "intake_digest", "delivery", "items_label", "memo", "timeline_head")

_SPARE_OF_LINES = ("external_id", "merchant_item_id", "asin", "image_url", "own_discount_minor")


def facts_of(
    tx: Transaction, order_ids: Collection[UUID], *, lock: bool
) -> dict[UUID, tuple[OrderRecord, Order]]:
    """Read orders with all that judges them, locked in order if asked; unknown ids are left out."""
    if lock:
        lock_orders(tx, order_ids)
    orders = read_rows(tx, OrderRecord, [one_of(OrderRecord.id, order_ids)], spare=_SPARE)
    ids = [order.id for order in orders]
    merchant = tx.session.get_one(MerchantRecord, tx.merchant_id)
    lines = _by_order(
        read_rows(tx, LineItemRecord, [one_of(LineItemRecord.order_id, ids)], spare=_SPARE_OF_LINES)
    )
    payments = _by_order(read_rows(tx, PaymentRecord, [one_of(PaymentRecord.order_id, ids)]))
    claims = _claims(tx, orders)
    policies = _Policies()
    return {
        order.id: (
            order,
            assemble(
                order,
                lines[order.id],
                payments[order.id],
                claims[order.id],
                self_service=merchant.self_service,
                owed_minor=owed_on(tx, order.id) if order.refunds_failed else 0,
                policy=policies.read(order.policy),
            ),
        )
        for order in orders
    }


class _Policies:
    """The policies of a batch; to compare one to the one before takes a tenth of what reading it does."""

    def __init__(self) -> None:
        self._document: Mapping[str, Any] | None = None
        self._policy = Policy()

    def read(self, document: Mapping[str, Any]) -> Policy:
        """Read an order's policy."""
        if document != self._document:
            self._document, self._policy = document, from_document(document)
        return self._policy


def lock_orders(tx: Transaction, order_ids: Collection[UUID]) -> None:
    """Lock orders, in the order of their ids."""
    query = orders_of(tx).where(one_of(OrderRecord.id, order_ids)).order_by(OrderRecord.id)
    tx.session.execute(query.with_only_columns(OrderRecord.id).with_for_update()).all()


def _by_order(rows: Iterable[_Row]) -> dict[UUID, list[_Row]]:
    found: dict[UUID, list[_Row]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.ordinal):
        found[row.order_id].append(row)
    return found


def _claims(tx: Transaction, orders: Sequence[OrderRecord]) -> dict[UUID, list[RequestUnitsRecord]]:
    # Most orders of a batch were never asked about: their own row says so.
    touched = [order.id for order in orders if order.requested or order.canceled]
    found: dict[UUID, list[RequestUnitsRecord]] = defaultdict(list)
    if not touched:
        return found
    rows = tx.session.execute(
        select(RequestUnitsRecord, RequestRecord.order_id)
        .join(
            RequestRecord,
            (RequestRecord.merchant_id == RequestUnitsRecord.merchant_id)
            & (RequestRecord.id == RequestUnitsRecord.request_id),
        )
        .where(
            RequestUnitsRecord.merchant_id == tx.merchant_id,
            one_of(RequestRecord.order_id, touched),
            RequestRecord.state.in_(CLAIMING_STATES),
        )
        .execution_options(populate_existing=True)
    )
    for claim, order_id in rows:
        found[order_id].append(claim)
    return found

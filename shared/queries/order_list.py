"""One page of the Orders dashboard: filters, search, and a key to go on from, never an offset."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Select, and_, exists, func, literal_column, select, tuple_
from sqlalchemy.orm import aliased

from shared.domain.cancellation import OPEN_STATES
from shared.domain.ids import MerchantId, OrderId
from shared.domain.orders import ItemStatus, OrderStatus, PaymentStatus, item_status
from shared.queries.cancellations import line_labels_of
from shared.queries.list_values import Dashboard, OrderFilter, OrderList, OrderRow
from shared.queries.order_places import COLUMNS, Place, make_cursor, read_cursor
from shared.queries.order_views import counts_of, view_of
from shared.queries.request_values import RequestView
from shared.queries.requests import request_views
from shared.storage.engine import Database, Transaction
from shared.storage.records import LineItemRecord, OrderRecord, OrderTermRecord, RequestRecord
from shared.storage.scopes import orders_of, requests_of, units_of

_LAST = "\U0010ffff"
_SORTED_AT_ONCE = 4_000


def order_list(
    db: Database, merchant_id: MerchantId, wanted: OrderFilter, *, cursor: str | None, limit: int = 50
) -> OrderList:
    """Read one page in the order that is wanted. Raises InvalidContent for a cursor that is none of ours."""
    place = read_cursor(cursor, wanted.sort)
    with db.snapshot(merchant_id) as tx:
        return _page(tx, wanted, place, limit)


def dashboard(
    db: Database, merchant_id: MerchantId, user_id: UUID, wanted: OrderFilter | None, *, cursor: str | None
) -> Dashboard:
    """Read one page with what stands around it; None wants no order. Raises as `order_list` does."""
    place = read_cursor(cursor, wanted.sort) if wanted else Place()
    with db.snapshot(merchant_id) as tx:
        return Dashboard(
            found=_page(tx, wanted, place, 50) if wanted else OrderList((), None, None),
            counts=counts_of(tx),
            view=view_of(tx, user_id),
        )


def _page(tx: Transaction, wanted: OrderFilter, place: Place, limit: int) -> OrderList:
    found, more = orders_from(tx, wanted, place, limit)
    orders = found[::-1] if place.backward else found
    has_next, has_previous = (True, more) if place.backward else (more, place.key is not None)
    return OrderList(
        rows=_rows(tx, orders),
        next_cursor=make_cursor(wanted.sort, orders[-1], backward=False) if orders and has_next else None,
        previous_cursor=make_cursor(wanted.sort, orders[0], backward=True)
        if orders and has_previous
        else None,
    )


def orders_from(
    tx: Transaction, wanted: OrderFilter, place: Place, limit: int
) -> tuple[list[OrderRecord], bool]:
    """Read the orders that follow a place, nearest first, and say whether there are more."""
    falls = wanted.sort.falls is not place.backward
    orders, query = _searched(tx, wanted)
    columns = [getattr(orders, column.key) for column in COLUMNS[wanted.sort.by]]
    query = query.order_by(*(column.desc() if falls else column.asc() for column in columns))
    if place.key is not None:
        here, there = tuple_(*columns), tuple_(*place.key)
        query = query.where(here < there if falls else here > there)
    found = list(tx.session.scalars(query.limit(limit + 1)))
    return found[:limit], len(found) > limit


def _searched(tx: Transaction, wanted: OrderFilter) -> tuple[type[OrderRecord], Select[OrderRecord]]:
    """Select the orders that match, under the name that they have in the statement.

    Few that match are found by an index of what they match, and sorted then. In the order of an index of
    amounts or numbers the database would look for them among all orders of a merchant: what it knows of how
    many match, it knows of all merchants together. How rare a word is it knows.
    """
    matching = filtered(tx, wanted)
    if wanted.sort.by == "date" or wanted.search.strip() or not wanted.narrows:
        return OrderRecord, matching
    newest = matching.order_by(OrderRecord.placed_at.desc(), OrderRecord.id.desc())
    some = newest.with_only_columns(OrderRecord.id).limit(_SORTED_AT_ONCE + 1).subquery()
    if tx.session.scalars(select(func.count()).select_from(some)).one() > _SORTED_AT_ONCE:
        return OrderRecord, matching
    few = aliased(OrderRecord, newest.limit(_SORTED_AT_ONCE).subquery())
    return few, select(few)


def matching_ids(
    db: Database, merchant_id: MerchantId, wanted: OrderFilter, *, most: int
) -> tuple[UUID, ...]:
    """List the ids of all orders that match, newest first, `most` at most."""
    with db.snapshot(merchant_id) as tx:
        query = filtered(tx, wanted).order_by(OrderRecord.placed_at.desc(), OrderRecord.id.desc())
        return tuple(tx.session.scalars(query.with_only_columns(OrderRecord.id).limit(most)))


def filtered(tx: Transaction, wanted: OrderFilter) -> Select[OrderRecord]:
    """Select the orders that match."""
    query = orders_of(tx)
    conditions: tuple[tuple[object, ColumnElement[bool] | None], ...] = (
        (wanted.status, OrderRecord.status == wanted.status),
        (wanted.payment_status, OrderRecord.payment_status == wanted.payment_status),
        (wanted.placed_from, OrderRecord.placed_at >= wanted.placed_from if wanted.placed_from else None),
        (
            wanted.placed_before,
            OrderRecord.placed_at < wanted.placed_before if wanted.placed_before else None,
        ),
        (wanted.item_status, _has_item(wanted.item_status) if wanted.item_status else None),
        (wanted.search.strip(), _matches(tx, wanted.search.strip().lower())),
    )
    return query.where(*(condition for given, condition in conditions if given and condition is not None))


def _matches(tx: Transaction, words: str) -> ColumnElement[bool]:
    return exists().where(
        OrderTermRecord.merchant_id == tx.merchant_id,
        OrderTermRecord.order_id == OrderRecord.id,
        OrderTermRecord.term >= words,
        OrderTermRecord.term < words + _LAST,
    )


def _has_item(status: ItemStatus) -> ColumnElement[bool]:
    line, order = LineItemRecord, OrderRecord
    # Zero stands in the statement itself: an index on a part of a table serves none that leaves it open.
    zero = literal_column("0", BigInteger)
    quiet = line.requested == 0
    untouched = and_(quiet, line.shipped == 0, line.canceled == 0)
    # What is so of the order's sums narrows by an index of its own; what is so of a line decides.
    rules: dict[ItemStatus, tuple[ColumnElement[bool], ColumnElement[bool]]] = {
        ItemStatus.CANCELLATION_REQUESTED: (order.requested > zero, line.requested > 0),
        ItemStatus.CANCELED: (order.canceled > zero, and_(quiet, line.canceled == line.ordered)),
        ItemStatus.SHIPPED: (
            order.status.in_((OrderStatus.SHIPPED, OrderStatus.PARTIALLY_SHIPPED)),
            and_(quiet, line.shipped > 0, line.shipped == line.ordered - line.canceled),
        ),
        ItemStatus.PARTIALLY_SHIPPED: (
            order.status == OrderStatus.PARTIALLY_SHIPPED,
            and_(quiet, line.shipped > 0, line.shipped < line.ordered - line.canceled),
        ),
        ItemStatus.PARTIALLY_CANCELED: (
            and_(order.canceled > zero, order.canceled < order.ordered),
            and_(quiet, line.shipped == 0, line.canceled > 0, line.canceled < line.ordered),
        ),
        ItemStatus.PENDING: (order.status == OrderStatus.PENDING, untouched),
        ItemStatus.UNSHIPPED: (and_(order.open > zero, order.status != OrderStatus.PENDING), untouched),
    }
    of_order, of_line = rules[status]
    return and_(
        of_order,
        exists().where(line.merchant_id == order.merchant_id, line.order_id == order.id, of_line),
    )


def _rows(tx: Transaction, orders: Sequence[OrderRecord]) -> tuple[OrderRow, ...]:
    asked = _requests(tx, {order.id: order for order in orders if order.requested})
    return tuple(
        OrderRow(
            id=OrderId(order.id),
            number=order.number,
            placed_at=order.placed_at,
            buyer_name=order.buyer_name,
            items_label=order.items_label,
            more_items=order.line_count - 1,
            status=OrderStatus(order.status),
            badge=item_status(
                ordered=order.ordered,
                shipped=order.shipped,
                canceled=order.canceled,
                requested=order.requested,
                pending=order.status == OrderStatus.PENDING,
            ),
            payment_status=PaymentStatus(order.payment_status),
            total_minor=order.total_minor,
            currency=order.currency,
            can_cancel=order.open > 0 and not order.fulfilled_by_other and not order.disputed,
            request=asked.get(order.id),
            version=order.version,
            priced=order.priced,
        )
        for order in orders
    )


def _requests(tx: Transaction, orders: Mapping[UUID, OrderRecord]) -> dict[UUID, RequestView]:
    if not orders:
        return {}
    requests = tx.session.scalars(
        requests_of(tx)
        .where(RequestRecord.order_id.in_(orders), RequestRecord.state.in_(OPEN_STATES))
        .order_by(RequestRecord.requested_at, RequestRecord.id)
    ).all()
    units = units_of(tx, [request.id for request in requests])
    views = request_views(tx, orders, requests, units, line_labels_of(tx, set(orders)))
    first: dict[UUID, RequestView] = {}
    for view in sorted(views, key=lambda view: not view.can_be_decided):
        first.setdefault(view.order_id, view)
    return first

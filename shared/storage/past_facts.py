"""Orders as they stood when something was asked, put together from what has happened to them since."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select

from shared.domain.cancellation import RequestState
from shared.domain.ids import LineItemId
from shared.domain.orders import LineItem, Order, Payment
from shared.domain.refunds import RefundKind, RefundState
from shared.domain.trials import Canceled
from shared.storage.bulk_facts import facts_of
from shared.storage.engine import Transaction
from shared.storage.facts import from_multirange
from shared.storage.records import (
    OrderRecord,
    RefundRecord,
    RequestRecord,
    RequestUnitsRecord,
    ShipmentRecord,
    ShipmentUnitsRecord,
)
from shared.storage.scopes import requests_of, units_of

_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True)
class Moved:
    """Something that happened to a line or a payment: how much, and when."""

    at: datetime
    amount: int


@dataclass(frozen=True, slots=True)
class Histories:
    """Several orders as they are now, and what has happened to them, by the ids of their parts."""

    orders: Mapping[UUID, tuple[OrderRecord, Order]]
    requests: Mapping[UUID, Sequence[RequestRecord]]
    units: Mapping[UUID, Sequence[RequestUnitsRecord]]
    shipped: Mapping[UUID, Sequence[Moved]]
    refunded: Mapping[UUID, Sequence[Moved]]
    released: Mapping[UUID, Sequence[Moved]]


def histories(tx: Transaction, order_ids: Sequence[UUID]) -> Histories:
    """Read all that tells how these orders stood at any time."""
    asked = tx.session.scalars(requests_of(tx).where(RequestRecord.order_id.in_(order_ids))).all()
    refunds = tx.session.scalars(
        select(RefundRecord).where(
            RefundRecord.merchant_id == tx.merchant_id,
            RefundRecord.order_id.in_(order_ids),
            RefundRecord.state != RefundState.FAILED,
        )
    ).all()
    return Histories(
        orders=facts_of(tx, order_ids, lock=False),
        requests=_grouped(asked, lambda row: row.order_id),
        units=_grouped(units_of(tx, [row.id for row in asked]), lambda row: row.request_id),
        shipped=_shipped(tx, order_ids),
        refunded=_moved(row for row in refunds if row.kind == RefundKind.REFUND),
        released=_moved(row for row in refunds if row.kind == RefundKind.VOID),
    )


def order_then(known: Histories, request: RequestRecord) -> Order:
    """Tell how a request's order stood just before it was made.

    What stood against any request then did not stand, or there would be none: no hold, no dispute.
    """
    record, order = known.orders[request.order_id]
    then, others = request.requested_at, _before(known, request)
    earlier = {other.id for other in others}
    later = [
        other
        for other in known.requests[record.id]
        if _ended(other, RequestState.ACCEPTED, after=then if other.id in earlier else None)
    ]
    was_paid = order.paid_at is not None and order.paid_at <= then
    return replace(
        order,
        paid_at=order.paid_at if was_paid else None,
        canceled_minor=order.canceled_minor - sum(other.value_minor for other in later),
        withheld_minor=order.withheld_minor - sum(other.withheld_minor for other in later),
        line_items=tuple(_line_then(known, line, then, others, later) for line in order.line_items),
        payments=tuple(_payment_then(known, payment, then) for payment in order.payments) if was_paid else (),
        self_service=True,
        in_fulfillment=order.in_fulfillment and request.policy.get("warehouse") is not None,
        fulfilled_by_other=False,
        hold=False,
        disputed=False,
    )


def canceled_then(known: Histories, request: RequestRecord) -> tuple[Canceled, ...]:
    """List what the buyer had canceled of the order before a request."""
    return tuple(
        Canceled(other.requested_at, other.value_minor)
        for other in _before(known, request)
        if other.requested_by == "buyer"
        and _ended(other, RequestState.ACCEPTED)
        and not _ended(other, RequestState.ACCEPTED, after=request.requested_at)
    )


def asked_units(known: Histories, request: RequestRecord) -> dict[LineItemId, int]:
    """Tell how many units of each line a request asked for."""
    return {LineItemId(units.line_item_id): units.asked for units in known.units.get(request.id, ())}


def _before(known: Histories, request: RequestRecord) -> list[RequestRecord]:
    own = (request.requested_at, request.id)
    return [other for other in known.requests[request.order_id] if (other.requested_at, other.id) < own]


def _ended(request: RequestRecord, state: RequestState, *, after: datetime | None = None) -> bool:
    is_later = after is None or (request.ended_at is not None and request.ended_at > after)
    return request.state == state and is_later


def _line_then(
    known: Histories,
    line: LineItem,
    then: datetime,
    others: Sequence[RequestRecord],
    later: Sequence[RequestRecord],
) -> LineItem:
    shipped = line.shipped - _since(known.shipped.get(line.id, ()), then)
    canceled = line.canceled - sum(units.quantity for units in _on_line(known, later, line))
    open_then = [other for other in others if other.ended_at is None or other.ended_at > then]
    claiming = [*open_then, *(other for other in others if _ended(other, RequestState.ACCEPTED))]
    requested = sum(units.asked for units in _on_line(known, open_then, line))
    refused = [
        other
        for other in others
        if _ended(other, RequestState.DECLINED) and other.requested_by == "buyer" and other not in open_then
    ]
    claims = {id(units): units for units in _on_line(known, claiming, line)}
    return replace(
        line,
        shipped=shipped,
        canceled=canceled,
        requested=min(requested, line.ordered - shipped - canceled),
        claimed=tuple(taken for units in claims.values() for taken in from_multirange(units.units)),
        declined=bool(_on_line(known, refused, line)),
        leaving=0,
    )


def _payment_then(known: Histories, payment: Payment, then: datetime) -> Payment:
    return replace(
        payment,
        refunded_minor=payment.refunded_minor - _since(known.refunded.get(payment.id, ()), then),
        released_minor=payment.released_minor - _since(known.released.get(payment.id, ()), then),
    )


def _on_line(known: Histories, requests: Iterable[RequestRecord], line: LineItem) -> list[RequestUnitsRecord]:
    return [
        units
        for request in requests
        for units in known.units.get(request.id, ())
        if units.line_item_id == line.id
    ]


def _since(moved: Iterable[Moved], then: datetime) -> int:
    return sum(one.amount for one in moved if one.at > then)


def _shipped(tx: Transaction, order_ids: Sequence[UUID]) -> dict[UUID, list[Moved]]:
    rows = tx.session.execute(
        select(ShipmentUnitsRecord.line_item_id, ShipmentRecord.shipped_at, ShipmentUnitsRecord.quantity)
        .join(
            ShipmentRecord,
            (ShipmentRecord.merchant_id == ShipmentUnitsRecord.merchant_id)
            & (ShipmentRecord.id == ShipmentUnitsRecord.shipment_id),
        )
        .where(ShipmentUnitsRecord.merchant_id == tx.merchant_id, ShipmentRecord.order_id.in_(order_ids))
    )
    found: dict[UUID, list[Moved]] = defaultdict(list)
    for line_id, at, quantity in rows:
        found[line_id].append(Moved(at, quantity))
    return found


def _moved(refunds: Iterable[RefundRecord]) -> dict[UUID, list[Moved]]:
    found: dict[UUID, list[Moved]] = defaultdict(list)
    for row in refunds:
        found[row.payment_id].append(Moved(row.created_at, row.amount_minor))
    return found


def _grouped(rows: Iterable[_Row], key: Callable[[_Row], UUID]) -> dict[UUID, list[_Row]]:
    found: dict[UUID, list[_Row]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found

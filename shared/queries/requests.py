"""Cancellation requests and timelines as page values, from rows read set by set."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select

from shared import wording
from shared.domain.actors import ActorKind
from shared.domain.cancellation import Question, RequestState
from shared.domain.changes import OrderPart
from shared.domain.events import Event, MailEvent
from shared.domain.ids import LineItemId, OrderId, RequestId
from shared.domain.policy import WarehouseAnswer
from shared.domain.reasons import DeclineReason, Reason
from shared.domain.refunds import AmountState
from shared.queries.order_values import TimelineRow
from shared.queries.request_values import RequestedUnits, RequestView
from shared.rendering import ngettext
from shared.storage.engine import Transaction
from shared.storage.records import (
    ApiKeyRecord,
    LineItemRecord,
    OrderRecord,
    PersonalTextRecord,
    RequestRecord,
    RequestUnitsRecord,
    TimelineRecord,
    UserRecord,
)


def labels(lines: Sequence[LineItemRecord]) -> dict[UUID, str]:
    """Name each line by its title; the second of the same title is followed by " (2)", and so on."""
    seen: dict[str, int] = defaultdict(int)
    named = {}
    for line in lines:
        seen[line.title] += 1
        named[line.id] = line.title if seen[line.title] == 1 else f"{line.title} ({seen[line.title]})"
    return named


def request_views(
    tx: Transaction,
    orders: Mapping[UUID, OrderRecord],
    requests: Sequence[RequestRecord],
    claims: Sequence[RequestUnitsRecord],
    line_labels: Mapping[UUID, tuple[str, str]],
) -> tuple[RequestView, ...]:
    """Put requests together with their units and texts; `line_labels` maps a line id to its SKU and label."""
    if not requests:
        return ()
    ids = [request.id for request in requests]
    units: dict[UUID, list[RequestUnitsRecord]] = defaultdict(list)
    for row in claims:
        units[row.request_id].append(row)
    texts = _texts(tx, ids)
    return tuple(
        _view(request, orders[request.order_id], units[request.id], texts, line_labels)
        for request in requests
    )


def timeline_entries(tx: Transaction, order_id: UUID) -> Sequence[TimelineRecord]:
    """Read what happened to an order, newest first."""
    return tx.session.scalars(
        select(TimelineRecord)
        .where(TimelineRecord.merchant_id == tx.merchant_id, TimelineRecord.order_id == order_id)
        .order_by(TimelineRecord.seq.desc())
    ).all()


def timeline_rows(
    tx: Transaction,
    order: OrderRecord,
    entries: Sequence[TimelineRecord],
    views: Sequence[RequestView],
    asker: ActorKind,
) -> tuple[TimelineRow, ...]:
    """Tell an order's timeline, newest first; a buyer's begins when the order was placed.

    To buyers, what a store or a file passed on for them was asked by themselves.
    """
    names = actor_names(tx, {entry.actor_id for entry in entries if entry.actor_id})
    by_request = {view.id: view for view in views}
    rows = [_timeline_row(entry, order, by_request, names) for entry in entries]
    if asker is ActorKind.BUYER and rows:
        rows = [_as_their_own(row, by_request) for row in rows]
        rows[-1] = replace(rows[-1], at=order.placed_at)
    return tuple(rows)


def _as_their_own(row: TimelineRow, by_request: Mapping[RequestId, RequestView]) -> TimelineRow:
    view = by_request.get(row.request_id) if row.request_id else None
    if row.event is not Event.CANCELLATION_REQUESTED or view is None or not view.for_buyer:
        return row
    return replace(row, actor=ActorKind.BUYER, actor_name=view.buyer_name)


def actor_names(tx: Transaction, ids: set[UUID]) -> dict[UUID, str]:
    """Look up the names of merchant users and stores."""
    if not ids:
        return {}
    users = select(UserRecord.id, UserRecord.name).where(UserRecord.id.in_(ids))
    stores = select(ApiKeyRecord.id, ApiKeyRecord.name).where(
        ApiKeyRecord.merchant_id == tx.merchant_id, ApiKeyRecord.id.in_(ids)
    )
    return {row.id: row.name for row in tx.session.execute(users.union_all(stores))}


def _texts(tx: Transaction, ids: Sequence[UUID]) -> dict[tuple[UUID, str], str]:
    rows = tx.session.execute(
        select(PersonalTextRecord.subject_id, PersonalTextRecord.kind, PersonalTextRecord.body).where(
            PersonalTextRecord.merchant_id == tx.merchant_id, PersonalTextRecord.subject_id.in_(ids)
        )
    )
    return {(subject_id, kind): body for subject_id, kind, body in rows}


def _actor_name(kind: str, actor_id: UUID | None, order: OrderRecord, names: Mapping[UUID, str]) -> str:
    if kind == ActorKind.BUYER:
        return order.buyer_name
    # Merchants deal with the operator, whoever it was that day.
    if kind == ActorKind.SUPPORT_AGENT:
        return ""
    return names.get(actor_id, "") if actor_id else ""


def _view(
    request: RequestRecord,
    order: OrderRecord,
    units: Sequence[RequestUnitsRecord],
    texts: Mapping[tuple[UUID, str], str],
    line_labels: Mapping[UUID, tuple[str, str]],
) -> RequestView:
    return RequestView(
        id=RequestId(request.id),
        order_id=OrderId(order.id),
        order_number=order.number,
        buyer_name=order.buyer_name,
        currency=order.currency,
        ordered=order.ordered,
        state=RequestState(request.state),
        source=ActorKind(request.source),
        for_buyer=request.requested_by == "buyer",
        reason=Reason(request.reason) if request.reason else None,
        reason_words=request.reason_words,
        comments=texts.get((request.id, "comments"), ""),
        memo=texts.get((request.id, "memo"), ""),
        message=texts.get((request.id, "message"), ""),
        units=_requested_units(units, line_labels),
        value_minor=request.value_minor,
        fee_minor=request.fee_minor,
        withheld_minor=request.withheld_minor,
        refund_minor=request.refund_minor,
        requested_at=request.requested_at,
        # While somebody looks into the order the clock stands still.
        decide_by=None if order.hold or order.disputed else request.decide_by,
        decided_at=request.decided_at,
        warehouse=Question(request.warehouse),
        answer_by=request.answer_by,
        executes_at=request.executes_at,
        ended_at=request.ended_at,
        decline_reason=DeclineReason(request.decline_reason) if request.decline_reason else None,
        decline_message=texts.get((request.id, "decline_message"), ""),
        priced=order.priced,
        amount_open=request.amount == AmountState.OPEN,
    )


def _requested_units(
    units: Sequence[RequestUnitsRecord], line_labels: Mapping[UUID, tuple[str, str]]
) -> tuple[RequestedUnits, ...]:
    positions = {line_id: position for position, line_id in enumerate(line_labels)}
    return tuple(
        RequestedUnits(
            line_item_id=LineItemId(row.line_item_id),
            sku=line_labels[row.line_item_id][0],
            label=line_labels[row.line_item_id][1],
            asked=row.asked,
            quantity=row.quantity,
        )
        for row in sorted(units, key=lambda row: positions[row.line_item_id])
    )


def _timeline_row(
    entry: TimelineRecord,
    order: OrderRecord,
    by_request: Mapping[RequestId, RequestView],
    names: Mapping[UUID, str],
) -> TimelineRow:
    view = by_request.get(RequestId(entry.request_id)) if entry.request_id else None
    meant = _units_meant(Event(entry.event), view) if view else []
    changed = (wording.order_part(OrderPart(part)) for part in entry.details.get("changed", ()))
    sent = [wording.mail_event(MailEvent(entry.details["mail"]))] if "mail" in entry.details else []
    items = ", ".join([*(f"{quantity} × {label}" for quantity, label in meant), *changed, *sent])
    units = int(entry.details.get("units", sum(quantity for quantity, _label in meant)))
    return TimelineRow(
        event=Event(entry.event),
        actor=ActorKind(entry.actor_kind),
        actor_name=_actor_name(entry.actor_kind, entry.actor_id, order, names),
        at=entry.at,
        units=units,
        amount_minor=int(entry.details.get("refund_minor", entry.details.get("amount_minor", 0))),
        # A shipment names no request whose lines could be listed.
        items=items or (ngettext("%(num)s unit", "%(num)s units", units) % {"num": units}),
        request_id=view.id if view else None,
        answer=WarehouseAnswer(entry.details["answer"]) if "answer" in entry.details else None,
        for_buyer=view is not None and view.for_buyer,
    )


def _units_meant(event: Event, view: RequestView) -> list[tuple[int, str]]:
    # All that was asked for, until shipments took units out of it: the rest is what was decided about.
    if event is Event.CANCELLATION_REQUESTED or not view.left:
        return [(units.asked, units.label) for units in view.units]
    return [(units.quantity, units.label) for units in view.left]

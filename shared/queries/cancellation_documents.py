"""Read cancellations as the API answers them, one or a page at a time, with a fixed number of statements."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Row, select, tuple_

from shared.domain.actors import ActorKind
from shared.domain.cancellation import OPEN_STATES, Question, RequestState, bwp_state
from shared.domain.errors import NotFound
from shared.domain.ids import LineItemId, MerchantId, OrderId
from shared.domain.reasons import Reason
from shared.domain.refunds import AmountState
from shared.queries.cancellations import quote_for
from shared.queries.document_values import (
    CancellationDocument,
    CancellationList,
    KeptDocument,
    PaymentShareDocument,
    QuoteDocument,
    UnitsDocument,
    WarehouseDocument,
)
from shared.queries.places import make_cursor, read_cursor
from shared.queries.quote_values import QuoteView
from shared.storage.engine import Database, Transaction
from shared.storage.records import (
    LineItemRecord,
    OrderRecord,
    PersonalTextRecord,
    RequestRecord,
    RequestUnitsRecord,
)
from shared.storage.scopes import orders_of, requests_of

_RATE_DIGITS = 4
_TEXTS = ("comments", "message", "decline_message")
_WITHOUT_EFFECT = frozenset({RequestState.DECLINED, RequestState.WITHDRAWN})


def cancellation(tx: Transaction, request_id: UUID) -> CancellationDocument:
    """Read one cancellation; raises NotFound."""
    record = tx.session.scalars(requests_of(tx).where(RequestRecord.id == request_id)).one_or_none()
    if record is None:
        raise NotFound("There is no such cancellation.")
    return cancellation_documents(tx, [record])[0]


def find_cancellation(db: Database, merchant_id: MerchantId, request_id: UUID) -> CancellationDocument:
    """Read one cancellation in a transaction of its own; raises NotFound."""
    with db.snapshot(merchant_id) as tx:
        return cancellation(tx, request_id)


def list_cancellations(
    db: Database, merchant_id: MerchantId, *, state: RequestState | None, cursor: str | None, limit: int
) -> CancellationList:
    """List cancellations, newest first; raises InvalidContent for a cursor that is none of ours."""
    after = read_cursor(cursor)
    with db.snapshot(merchant_id) as tx:
        wanted = requests_of(tx).order_by(RequestRecord.requested_at.desc(), RequestRecord.id.desc())
        if state is not None:
            wanted = wanted.where(RequestRecord.state == state)
        if after is not None:
            wanted = wanted.where(tuple_(RequestRecord.requested_at, RequestRecord.id) < tuple_(*after))
        records = tx.session.scalars(wanted.limit(limit + 1)).all()
        page = records[:limit]
        last = page[-1] if len(records) > limit else None
        following = make_cursor(last.requested_at, last.id) if last else None
        return CancellationList(cancellation_documents(tx, page), following)


def quote_document(
    db: Database,
    merchant_id: MerchantId,
    order_id: OrderId,
    asker: ActorKind,
    quantities: dict[LineItemId, int] | None,
    *,
    reason: Reason | None = None,
    most_minor: int | None = None,
) -> QuoteDocument:
    """Quote what this kind of asker would bring back: `most_minor` at most, else what the reason says.

    Raises InvalidContent or NotEligible.
    """
    return _quote(
        quote_for(db, merchant_id, order_id, asker, quantities, reason=reason, most_minor=most_minor)
    )


def cancellation_documents(
    tx: Transaction, records: Sequence[RequestRecord]
) -> tuple[CancellationDocument, ...]:
    """Make the documents of several requests, in their order."""
    ids = [record.id for record in records]
    orders = _orders(tx, {record.order_id for record in records})
    texts = _texts(tx, ids)
    units = _units(tx, ids)
    return tuple(
        CancellationDocument(
            id=record.id,
            order_number=orders[record.order_id].number,
            state=RequestState(record.state),
            bwp_state=bwp_state(RequestState(record.state)),
            source=record.source,
            reason=record.reason,
            comments=texts.get((record.id, "comments"), ""),
            line_items=tuple(units[record.id]),
            requested_at=record.requested_at,
            ended_at=record.ended_at,
            warehouse=_warehouse(record),
            message=texts.get((record.id, "message"), ""),
            decline_reason=record.decline_reason,
            decline_message=texts.get((record.id, "decline_message"), ""),
            refund=_refund(record, priced=orders[record.order_id].priced),
            fee=0 if record.state in _WITHOUT_EFFECT else record.fee_minor,
        )
        for record in records
    )


def _warehouse(record: RequestRecord) -> WarehouseDocument | None:
    if record.answer_by is None:
        return None
    return WarehouseDocument(Question(record.warehouse), record.answer_by)


def _refund(record: RequestRecord, *, priced: bool) -> int | None:
    if record.state in _WITHOUT_EFFECT:
        return 0
    unknown = record.amount == AmountState.OPEN or (record.state in OPEN_STATES and not priced)
    return None if unknown else record.refund_minor


def _quote(view: QuoteView) -> QuoteDocument:
    quoted = view.quote
    return QuoteDocument(
        hash=quoted.hash,
        refund=quoted.refund_minor,
        kept=tuple(KeptDocument(kept.amount_minor, kept.why) for kept in quoted.kept),
        payments=tuple(
            PaymentShareDocument(share.payment_id, share.amount_minor) for share in quoted.payments
        ),
        rate_after=None if view.rate_after is None else round(float(view.rate_after), _RATE_DIGITS),
    )


def _orders(tx: Transaction, order_ids: set[UUID]) -> dict[UUID, Row[UUID, str, bool]]:
    rows = tx.session.execute(
        orders_of(tx)
        .with_only_columns(OrderRecord.id, OrderRecord.number, OrderRecord.priced)
        .where(OrderRecord.id.in_(order_ids))
    )
    return {row.id: row for row in rows}


def _texts(tx: Transaction, request_ids: Sequence[UUID]) -> dict[tuple[UUID, str], str]:
    rows = tx.session.execute(
        select(PersonalTextRecord.subject_id, PersonalTextRecord.kind, PersonalTextRecord.body).where(
            PersonalTextRecord.merchant_id == tx.merchant_id,
            PersonalTextRecord.subject_id.in_(request_ids),
            PersonalTextRecord.kind.in_(_TEXTS),
        )
    )
    return {(row.subject_id, row.kind): row.body for row in rows}


def _units(tx: Transaction, request_ids: Sequence[UUID]) -> dict[UUID, list[UnitsDocument]]:
    rows = tx.session.execute(
        select(
            RequestUnitsRecord.request_id,
            RequestUnitsRecord.line_item_id,
            LineItemRecord.sku,
            RequestUnitsRecord.quantity,
        )
        .join(
            LineItemRecord,
            (LineItemRecord.merchant_id == RequestUnitsRecord.merchant_id)
            & (LineItemRecord.id == RequestUnitsRecord.line_item_id),
        )
        .where(
            RequestUnitsRecord.merchant_id == tx.merchant_id,
            RequestUnitsRecord.request_id.in_(request_ids),
        )
        .order_by(LineItemRecord.ordinal)
    )
    units: dict[UUID, list[UnitsDocument]] = defaultdict(list)
    for request_id, line_item_id, sku, quantity in rows:
        units[request_id].append(UnitsDocument(line_item_id, sku, quantity))
    return units

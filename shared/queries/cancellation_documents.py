"""Read cancellations as the API answers them, one or a page at a time, with a fixed number of statements."""

import base64
import binascii
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select, tuple_

from shared.domain.actors import ActorKind
from shared.domain.cancellation import Question, RequestState, bwp_state
from shared.domain.errors import InvalidContent, NotFound
from shared.domain.ids import LineItemId, MerchantId, OrderId
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
from shared.queries.values import QuoteView
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
    with db.snapshot(merchant_id) as tx:
        wanted = requests_of(tx).order_by(RequestRecord.requested_at.desc(), RequestRecord.id.desc())
        if state is not None:
            wanted = wanted.where(RequestRecord.state == state)
        if cursor is not None:
            wanted = wanted.where(
                tuple_(RequestRecord.requested_at, RequestRecord.id) < tuple_(*_read_cursor(cursor))
            )
        records = tx.session.scalars(wanted.limit(limit + 1)).all()
        page = records[:limit]
        more = len(records) > limit
        return CancellationList(cancellation_documents(tx, page), _write_cursor(page[-1]) if more else None)


def quote_document(
    db: Database,
    merchant_id: MerchantId,
    order_id: OrderId,
    quantities: dict[LineItemId, int] | None,
    *,
    most_minor: int | None = None,
) -> QuoteDocument:
    """Quote what a store's cancellation would bring back, at most `most_minor`.

    Raises InvalidContent or NotEligible.
    """
    return _quote(quote_for(db, merchant_id, order_id, ActorKind.STORE, quantities, most_minor=most_minor))


def cancellation_documents(
    tx: Transaction, records: Sequence[RequestRecord]
) -> tuple[CancellationDocument, ...]:
    """Make the documents of several requests, in their order."""
    ids = [record.id for record in records]
    numbers = _numbers(tx, {record.order_id for record in records})
    comments = _comments(tx, ids)
    units = _units(tx, ids)
    return tuple(
        CancellationDocument(
            id=record.id,
            order_number=numbers[record.order_id],
            state=RequestState(record.state),
            bwp_state=bwp_state(RequestState(record.state)),
            source=record.source,
            reason=record.reason,
            comments=comments.get(record.id, ""),
            line_items=tuple(units[record.id]),
            requested_at=record.requested_at,
            ended_at=record.ended_at,
            warehouse=_warehouse(record),
        )
        for record in records
    )


def _warehouse(record: RequestRecord) -> WarehouseDocument | None:
    if record.answer_by is None:
        return None
    return WarehouseDocument(Question(record.warehouse), record.answer_by)


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


def _numbers(tx: Transaction, order_ids: set[UUID]) -> dict[UUID, str]:
    rows = tx.session.execute(
        orders_of(tx)
        .with_only_columns(OrderRecord.id, OrderRecord.number)
        .where(OrderRecord.id.in_(order_ids))
    )
    return {row.id: row.number for row in rows}


def _comments(tx: Transaction, request_ids: Sequence[UUID]) -> dict[UUID, str]:
    rows = tx.session.execute(
        select(PersonalTextRecord.subject_id, PersonalTextRecord.body).where(
            PersonalTextRecord.merchant_id == tx.merchant_id,
            PersonalTextRecord.subject_id.in_(request_ids),
            PersonalTextRecord.kind == "comments",
        )
    )
    return {row.subject_id: row.body for row in rows}


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


def _write_cursor(record: RequestRecord) -> str:
    place = f"{record.requested_at.isoformat()} {record.id}"
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[datetime, UUID]:
    try:
        place = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
        at, _, request_id = place.partition(" ")
        return datetime.fromisoformat(at).astimezone(UTC), UUID(request_id)
    except (ValueError, OverflowError, binascii.Error):
        raise InvalidContent("This cursor is none of ours; begin without one.") from None

"""Open requests, and quotes for what may still be canceled."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import Select, func, select

from shared.domain.actors import ActorKind
from shared.domain.cancellation import Question, RequestState
from shared.domain.eligibility import assess
from shared.domain.errors import NotFound
from shared.domain.ids import LineItemId, MerchantId, RequestId
from shared.domain.metrics import forecast, in_period, rate
from shared.domain.orders import Order
from shared.domain.reasons import Reason
from shared.domain.refunds import pick_units, quote
from shared.domain.selection import choose
from shared.queries.quote_values import Consequences, QuoteView
from shared.queries.request_values import RequestView
from shared.queries.requests import labels, request_views
from shared.storage import rates
from shared.storage.calendar import day_of
from shared.storage.catalogues import catalogue
from shared.storage.engine import Database, Transaction
from shared.storage.facts import claimed_by, order_facts, quote_of
from shared.storage.records import LineItemRecord, OrderRecord, RequestRecord
from shared.storage.scopes import find_order, orders_of, requests_of, requests_on, units_of

MOST_COUNTED = 100
_MOST_LISTED = 200


def open_request_count(db: Database, merchant_id: MerchantId) -> int:
    """Count the requests that wait for a decision, up to 100."""
    with db.snapshot(merchant_id) as tx:
        return _count(tx, requests_of(tx).where(RequestRecord.state == RequestState.REQUESTED))


def open_requests(db: Database, merchant_id: MerchantId) -> tuple[RequestView, ...]:
    """List the requests that wait for a decision: those with the least time left first, then the oldest."""
    with db.snapshot(merchant_id) as tx:
        return waiting_in(tx)


def waiting_in(tx: Transaction) -> tuple[RequestView, ...]:
    """List the requests that wait for a decision in an open transaction; see `open_requests`."""
    return listed(
        tx,
        requests_of(tx)
        .where(RequestRecord.state == RequestState.REQUESTED)
        .order_by(RequestRecord.decide_by.nulls_last(), RequestRecord.requested_at, RequestRecord.id),
    )


def warehouse_question_count(db: Database, merchant_id: MerchantId) -> int:
    """Count the requests that wait for the warehouse's answer, up to 100."""
    with db.snapshot(merchant_id) as tx:
        return _count(tx, _awaiting_warehouse(tx))


def warehouse_questions(db: Database, merchant_id: MerchantId) -> tuple[RequestView, ...]:
    """List the requests that wait for the warehouse's answer, those due first at the top."""
    with db.snapshot(merchant_id) as tx:
        return listed(tx, _awaiting_warehouse(tx).order_by(RequestRecord.answer_by, RequestRecord.id))


def _awaiting_warehouse(tx: Transaction) -> Select[RequestRecord]:
    return requests_of(tx).where(
        RequestRecord.state == RequestState.ACCEPTING, RequestRecord.warehouse == Question.ASKED
    )


def _count(tx: Transaction, wanted: Select[RequestRecord]) -> int:
    some = wanted.with_only_columns(RequestRecord.id).limit(MOST_COUNTED).subquery()
    return tx.session.execute(select(func.count()).select_from(some)).scalar_one()


def listed(
    tx: Transaction, wanted: Select[RequestRecord], most: int = _MOST_LISTED
) -> tuple[RequestView, ...]:
    """Read the requests that are selected, so many at most."""
    requests = tx.session.scalars(wanted.limit(most)).all()
    order_ids = {request.order_id for request in requests}
    orders = {
        order.id: order for order in tx.session.scalars(orders_of(tx).where(OrderRecord.id.in_(order_ids)))
    }
    units = units_of(tx, [request.id for request in requests])
    return request_views(tx, orders, requests, units, line_labels_of(tx, order_ids))


def state_of(db: Database, merchant_id: MerchantId, request_id: RequestId) -> RequestState:
    """Tell where a request stands. Raises NotFound."""
    with db.snapshot(merchant_id) as tx:
        state = tx.session.scalars(
            select(RequestRecord.state).where(
                RequestRecord.merchant_id == tx.merchant_id, RequestRecord.id == request_id
            )
        ).one_or_none()
        if state is None:
            raise NotFound("There is no such cancellation request.")
        return RequestState(state)


def line_labels_of(tx: Transaction, order_ids: set[UUID]) -> dict[UUID, tuple[str, str]]:
    """Name the lines of several orders: line id to SKU and label."""
    lines = tx.session.scalars(
        select(LineItemRecord)
        .where(LineItemRecord.merchant_id == tx.merchant_id, LineItemRecord.order_id.in_(order_ids))
        .order_by(LineItemRecord.order_id, LineItemRecord.ordinal)
    ).all()
    named: dict[UUID, tuple[str, str]] = {}
    for order_id in order_ids:
        of_order = [line for line in lines if line.order_id == order_id]
        words = labels(of_order)
        named.update({line.id: (line.sku, words[line.id]) for line in of_order})
    return named


def quote_for(
    db: Database,
    merchant_id: MerchantId,
    order_id: UUID,
    asker: ActorKind,
    quantities: Mapping[LineItemId, int] | None,
    *,
    reason: Reason | None = None,
    most_minor: int | None = None,
    all_back: bool = False,
) -> QuoteView:
    """Quote what canceling these quantities would bring back; None is all that may go.

    A merchant gives `most_minor` at most; without it what the reason says, or everything with `all_back`.
    Raises NotFound, InvalidContent for a line that is not on the order, NotEligible for more than may go.
    """
    with db.snapshot(merchant_id) as tx:
        order = find_order(tx, order_id)
        return quote_view(
            tx,
            order,
            order_facts(tx, order),
            asker,
            quantities,
            reason=reason,
            most_minor=most_minor,
            all_back=all_back,
        )


def quote_view(
    tx: Transaction,
    order: OrderRecord,
    facts: Order,
    asker: ActorKind,
    quantities: Mapping[LineItemId, int] | None,
    *,
    reason: Reason | None = None,
    most_minor: int | None = None,
    all_back: bool = False,
) -> QuoteView:
    """Quote in an open transaction; see `quote_for`."""
    verdicts = assess(facts, asker, now=tx.now)
    wanted = choose(facts, verdicts, quantities)
    for_buyer = asker is ActorKind.BUYER
    units_wanted = pick_units(facts, wanted)
    measured, known = rates.terms(tx), catalogue(tx)
    counts = rates.counts(tx, measured.days)
    most = None if for_buyer else known.most_back(reason, most_minor, all_back=all_back)
    quoted = quote(facts, units_wanted, for_buyer=for_buyer, at=tx.now, most_minor=most)
    units = sum(wanted.values())
    is_new = asker is not ActorKind.BUYER and known.counts(reason) and _is_new(tx, order, measured.days)
    adds = 1 if is_new and counts.orders else 0
    return QuoteView(
        quote=quoted,
        units=units,
        of_units=sum(line.ordered for line in facts.line_items),
        restocked_units=units if known.restocks(reason) else 0,
        terms=measured,
        rate_now=rate(counts),
        rate_after=forecast(counts, adds),
    )


def consequences(
    db: Database, merchant_id: MerchantId, order_id: UUID, requests: Sequence[RequestView]
) -> dict[RequestId, Consequences]:
    """Tell what accepting each of an order's undecided requests would bring about now. Raises NotFound."""
    if not requests:
        return {}
    with db.snapshot(merchant_id) as tx:
        facts = order_facts(tx, find_order(tx, order_id))
        held = claimed_by(tx, [request.id for request in requests])
        records = {record.id: record for record in requests_on(tx, order_id)}
        known = catalogue(tx)
        rate_now = rate(rates.counts(tx, rates.terms(tx).days))
        return {
            request.id: Consequences(
                quote=quote_of(facts, records[request.id], held[request.id]),
                restocked_units=request.quantity if known.restocks(request.reason) else 0,
                rate_now=rate_now,
            )
            for request in requests
        }


def _is_new(tx: Transaction, order: OrderRecord, days: int) -> bool:
    """Say whether canceling an order of the period would count for the first time."""
    placed_on, today = day_of(tx, order.placed_at), day_of(tx, tx.now)
    return not order.canceled_by_merchant and in_period(placed_on, today, days)

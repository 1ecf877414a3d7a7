"""The inbox: who waits for a decision, with what helps to take it, and what became of earlier ones."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ARRAY, Text, func, literal, select, true, tuple_

from shared.domain.cancellation import RequestState
from shared.domain.ids import MerchantId
from shared.queries.cancellations import listed, waiting_in
from shared.queries.places import make_cursor, read_cursor
from shared.queries.request_values import RequestView
from shared.storage.catalogues import catalogue
from shared.storage.engine import Database, Transaction
from shared.storage.records import OrderRecord, OrderTermRecord, RequestRecord
from shared.storage.scopes import orders_of, requests_of

MOST_REMEMBERED = 100


@dataclass(frozen=True, slots=True)
class History:
    """How many orders a customer has, and how many of them were canceled in part at least; 100 at most."""

    orders: int
    canceled: int

    @property
    def is_first(self) -> bool:
        """The order at hand is all there is."""
        return self.orders <= 1


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request that waits; `history` is None where no address tells who the customer is."""

    request: RequestView
    history: History | None
    restocked_units: int


def waiting(db: Database, merchant_id: MerchantId) -> tuple[Waiting, ...]:
    """List the requests that wait for a decision, those with the least time left first."""
    with db.snapshot(merchant_id) as tx:
        requests = waiting_in(tx)
        known = catalogue(tx)
        histories = _histories(tx, {request.order_id for request in requests})
    return tuple(
        Waiting(
            request=request,
            history=histories.get(request.order_id),
            restocked_units=request.quantity if known.restocks(request.reason) else 0,
        )
        for request in requests
    )


@dataclass(frozen=True, slots=True)
class EndedRequests:
    """A page of requests that came to an end; `next_cursor` is empty on the last page."""

    rows: tuple[RequestView, ...]
    next_cursor: str


def ended(
    db: Database, merchant_id: MerchantId, state: RequestState, *, cursor: str = "", limit: int = 50
) -> EndedRequests:
    """List what customers asked for and how it ended, newest first.

    Raises InvalidContent for a cursor that is none of ours.
    """
    after = read_cursor(cursor)
    with db.snapshot(merchant_id) as tx:
        wanted = (
            requests_of(tx)
            .where(RequestRecord.state == state, RequestRecord.requested_by == "buyer")
            .order_by(RequestRecord.requested_at.desc(), RequestRecord.id.desc())
        )
        if after is not None:
            wanted = wanted.where(tuple_(RequestRecord.requested_at, RequestRecord.id) < tuple_(*after))
        found = listed(tx, wanted, limit + 1)
    rows = found[:limit]
    return EndedRequests(rows, make_cursor(rows[-1].requested_at, rows[-1].id) if len(found) > limit else "")


def named(db: Database, merchant_id: MerchantId, ids: Sequence[UUID]) -> tuple[RequestView, ...]:
    """Read some requests, whatever their state, in the order of `ids`; what is not there is left out."""
    with db.snapshot(merchant_id) as tx:
        found = {view.id: view for view in listed(tx, requests_of(tx).where(RequestRecord.id.in_(ids)))}
    places = {request_id: place for place, request_id in enumerate(ids)}
    return tuple(sorted(found.values(), key=lambda view: places[view.id]))


def _histories(tx: Transaction, order_ids: set[UUID]) -> dict[UUID, History]:
    """Tell each order's history of its customer, known by the address: order id to what is on record."""
    if not order_ids:
        return {}
    emails = {
        row.id: row.email
        for row in tx.session.execute(
            orders_of(tx)
            .where(OrderRecord.id.in_(order_ids), OrderRecord.buyer_email != "")
            .with_only_columns(OrderRecord.id, func.lower(OrderRecord.buyer_email).label("email"))
        )
    }
    by_email = _by_email(tx, sorted(set(emails.values())))
    return {order_id: by_email[email] for order_id, email in emails.items() if email in by_email}


def _by_email(tx: Transaction, emails: Sequence[str]) -> dict[str, History]:
    asked = func.unnest(literal(emails, ARRAY(Text))).table_valued("email", name="asked").render_derived()
    # Read through the terms: an order's address is one, and there is no index on addresses.
    theirs = (
        select(OrderTermRecord.order_id)
        .where(OrderTermRecord.merchant_id == tx.merchant_id, OrderTermRecord.term == asked.c.email)
        .limit(MOST_REMEMBERED)
        .lateral()
    )
    rows = tx.session.execute(
        select(asked.c.email, theirs.c.order_id).select_from(asked).join(theirs, true())
    ).all()
    canceled = {
        row.id: row.canceled > 0
        for row in tx.session.execute(
            orders_of(tx)
            .where(OrderRecord.id.in_({row.order_id for row in rows}))
            .with_only_columns(OrderRecord.id, OrderRecord.canceled)
        )
    }
    found: dict[str, list[bool]] = defaultdict(list)
    for row in rows:
        found[row.email].append(canceled[row.order_id])
    return {email: History(len(orders), sum(orders)) for email, orders in found.items()}

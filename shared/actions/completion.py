"""Complete an order that is there by a later report: all of it, or nothing where they disagree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from uuid import UUID

from shared.actions import repricing
from shared.actions.completion_rows import fill, known_report, matched
from shared.actions.intake_past import Past, write_progress
from shared.actions.shipments import Shipment, ship_in
from shared.actions.wishes import file_wishes
from shared.domain.actors import Actor
from shared.domain.completion import complete
from shared.domain.eligibility import Blocker
from shared.domain.errors import Refusal
from shared.domain.events import Event, MailEvent
from shared.domain.ids import LineItemId
from shared.domain.intake import IncomingLine, IncomingOrder
from shared.domain.order_reports import Contradiction, Report, to_order
from shared.storage import outbox, parts, timeline
from shared.storage.engine import Transaction
from shared.storage.parts import Part
from shared.storage.records import LineItemRecord, OrderRecord
from shared.storage.scopes import lines_of, lock_order, payments_of


class Change(Enum):
    """What a report did to an order that was there."""

    ADDED = auto()
    NOTHING = auto()
    REFUSED = auto()


@dataclass(frozen=True, slots=True)
class Completed:
    """What became of it, and why not."""

    change: Change
    contradictions: tuple[Contradiction, ...] = ()
    refused_wish: tuple[Blocker, ...] = ()


class Contradicted(Exception):
    """Facts of two reports contradict each other."""

    def __init__(self, found: Sequence[Contradiction]) -> None:
        super().__init__()
        self.found = tuple(found)


def complete_order(
    tx: Transaction, order_id: UUID, given: Report, part: Part | None, *, actor: Actor, mails: bool
) -> Completed:
    """Add what an order lacks, in an open transaction; a contradiction leaves all of it as it was.

    With `mails` a buyer whose address was not known until now gets the confirmation.
    """
    try:
        with tx.session.begin_nested():
            return _complete(tx, lock_order(tx, order_id), given, part, actor=actor, mails=mails)
    except Contradicted as error:
        return Completed(Change.REFUSED, error.found)


def _complete(
    tx: Transaction, order: OrderRecord, given: Report, part: Part | None, *, actor: Actor, mails: bool
) -> Completed:
    if order.source != given.source:
        raise Contradicted([Contradiction("source", order.source, given.source, given.place)])
    lines, payments = lines_of(tx, order.id), payments_of(tx, order.id)
    known = part.report if part is not None else known_report(order, lines, payments)
    merged, contradictions = complete(known, given)
    if contradictions:
        raise Contradicted(contradictions)
    target = target_of(merged)
    rows = matched(lines, target.lines)
    version, had_address = order.version, bool(order.buyer_email)
    added = fill(tx, order, rows, target)
    added |= _reprice(tx, order, target, given)
    # New lines have their rows by now, in the order of the report.
    rows = matched(lines_of(tx, order.id), target.lines)
    _progress(tx, order, rows, target, actor)
    added |= order.version != version
    if added:
        _note(tx, order, given, actor, got_address=not had_address and bool(order.buyer_email))
    if mails and not had_address:
        outbox.mail(tx, order, MailEvent.ORDER_CONFIRMED)
    _keep(tx, order, merged, part, priced=target.priced)
    wished = {row.ordinal: line.wish for row, line in rows if row is not None and line.wish is not None}
    before = order.version
    refused = file_wishes(tx, order, wished)
    return Completed(
        Change.ADDED if added or order.version != before else Change.NOTHING, refused_wish=refused
    )


def target_of(merged: Report) -> IncomingOrder:
    """Make the order that all known reports add up to; raises Contradicted when they do not fit together."""
    try:
        target = to_order(merged)
    except ValueError as error:
        raise Contradicted([Contradiction("amounts", "", str(error), merged.place)]) from error
    if target is None:
        raise Contradicted([Contradiction("lines", "", "", merged.place)])
    return target


def _reprice(tx: Transaction, order: OrderRecord, target: IncomingOrder, given: Report) -> bool:
    try:
        return repricing.bring_up_to(tx, order, target)
    except repricing.TooLate as error:
        raise Contradicted([Contradiction("money", error.known, error.given, given.place)]) from error


def _progress(
    tx: Transaction,
    order: OrderRecord,
    rows: Sequence[tuple[LineItemRecord | None, IncomingLine]],
    target: IncomingOrder,
    actor: Actor,
) -> None:
    """Record what left, what was canceled and what went back there since."""
    there = [(row, line) for row, line in rows if row is not None]
    shipped = {
        LineItemId(row.id): line.shipped - row.shipped for row, line in there if line.shipped > row.shipped
    }
    if shipped:
        _ship(tx, order, shipped, actor, next(line for row, line in there if row.id in shipped))
    canceled = _canceled(lines_of(tx, order.id), there)
    refunded = {
        payment.ordinal: given.refunded_minor - payment.refunded_minor
        for payment, given in zip(payments_of(tx, order.id), target.payments, strict=False)
        if given.refunded_minor > payment.refunded_minor
    }
    write_progress(tx, order, Past(target.source, canceled, refunded))


def _ship(
    tx: Transaction,
    order: OrderRecord,
    shipped: Mapping[LineItemId, int],
    actor: Actor,
    line: IncomingLine,
) -> None:
    try:
        ship_in(tx, order, Shipment(shipped), actor)
    except Refusal as error:
        raise Contradicted([Contradiction("shipped", "", error.detail, line.place)]) from error


def _canceled(
    now: Sequence[LineItemRecord], there: Sequence[tuple[LineItemRecord, IncomingLine]]
) -> dict[UUID, int]:
    """List the units canceled there that are open here; a request's are left to whoever decides it."""
    by_id = {row.id: row for row in now}
    canceled: dict[UUID, int] = {}
    for old, line in there:
        row = by_id[old.id]
        more = line.canceled - row.canceled
        open_ = row.ordered - row.shipped - row.canceled - row.requested
        if more > open_:
            raise Contradicted([Contradiction("canceled", str(row.canceled), str(line.canceled), line.place)])
        if more > 0:
            canceled[row.id] = more
    return canceled


def _note(tx: Transaction, order: OrderRecord, given: Report, actor: Actor, *, got_address: bool) -> None:
    order.version += 1
    tx.session.flush()
    details = {"source": given.source, **({"address": True} if got_address else {})}
    timeline.note(tx, order.id, Event.ORDER_FACTS_ADDED, actor, details=details)


def _keep(tx: Transaction, order: OrderRecord, merged: Report, part: Part | None, *, priced: bool) -> None:
    """Keep what the rows cannot hold while prices are missing."""
    if not priced:
        parts.keep(tx, [(merged, order.id)])
    elif part is not None:
        parts.drop(tx, [order.number])

"""Take in orders, each once, however often they are given; their money is allocated here and never again."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from operator import attrgetter
from typing import Any
from uuid import UUID

from shared.actions import intake_rows as rows
from shared.actions.completion import Change, Completed
from shared.actions.completion_sets import Later, complete_orders
from shared.actions.intake_past import write_past
from shared.actions.rates import count_placed
from shared.actions.wishes import wishes_of_new
from shared.domain.actors import Actor
from shared.domain.completion import complete
from shared.domain.eligibility import Blocker
from shared.domain.errors import AlreadyExists, InvalidContent
from shared.domain.events import MailEvent
from shared.domain.ids import MerchantId, OrderId, new_keys
from shared.domain.intake import (
    Allocation,
    IncomingDiscount,
    IncomingLine,
    IncomingOrder,
    IncomingPayment,
    allocate,
)
from shared.domain.order_reports import Contradiction, Report, of_order, to_order
from shared.storage import outbox, parts
from shared.storage.bulk import insert_rows
from shared.storage.doors import Door, fingerprint
from shared.storage.engine import Database, Transaction
from shared.storage.idempotency import Once, answered, claim
from shared.storage.new_orders import Rows, insert_orders, insert_terms
from shared.storage.parts import Part
from shared.storage.records import (
    DoorRecord,
    LineItemRecord,
    MerchantRecord,
    OrderRecord,
    PaymentRecord,
)
from shared.storage.scopes import orders_of

CONFIRMED_UNTIL = timedelta(days=30)


class IntakeOutcome(StrEnum):
    """What became of an order that was given."""

    TAKEN_IN = "taken_in"
    COMPLETED = "completed"
    ALREADY_THERE = "already_there"
    DIFFERS = "differs"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Taken:
    """An order's number and what became of it."""

    number: str
    outcome: IntakeOutcome
    order_id: OrderId


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of an order that was given; `order_id` is the order that is there now, if any.

    `contradictions` say where it differs from what is known; `refused_wish` why a buyer's wish to cancel
    could not become a request.
    """

    number: str
    outcome: IntakeOutcome
    order_id: OrderId | None = None
    contradictions: tuple[Contradiction, ...] = ()
    refused_wish: tuple[Blocker, ...] = ()


Beside = Callable[[Transaction, Sequence[Verdict]], None]


def take_in(
    db: Database,
    merchant_id: MerchantId,
    orders: Sequence[IncomingOrder | Report],
    *,
    actor: Actor,
    mail_all: bool = False,
    beside: Beside | None = None,
) -> list[Verdict]:
    """Take in a batch in one transaction; orders that are there already are completed by what they lacked.

    Confirmations go to orders younger than 30 days, with `mail_all` to older ones too. `beside` is done in
    the same transaction. Raises ValueError when an order's discounts do not fit its lines.
    """
    with db.begin(merchant_id) as tx:
        batch = Batch(tx, actor, mail_all=mail_all)
        found: dict[str, list[Verdict]] = defaultdict(list)
        for turn in _turns(orders):
            for one in batch.take_in(turn):
                found[one.number].append(one)
        taken = [found[order.number].pop(0) for order in orders]
        if beside is not None:
            beside(tx, taken)
        return taken


def count_waiting(db: Database, merchant_id: MerchantId) -> int:
    """Count what waits for the rest of an order."""
    with db.begin(merchant_id) as tx:
        return parts.count_waiting(tx)


def _turns(orders: Sequence[IncomingOrder | Report]) -> Iterator[list[IncomingOrder | Report]]:
    """Split a batch so that no number stands in a turn twice: the second one completes the first."""
    # By number, whatever the file says first: two imports of the same orders wait in line, not in a ring.
    left = list(orders)
    while left:
        turn: dict[str, IncomingOrder | Report] = {}
        later = []
        for order in left:
            if order.number in turn:
                later.append(order)
            else:
                turn[order.number] = order
        yield [turn[number] for number in sorted(turn)]
        left = later


def take_in_one(
    db: Database, merchant_id: MerchantId, order: IncomingOrder, *, actor: Actor, once: Once | None = None
) -> Taken:
    """Take in a single order.

    Raises AlreadyExists when its number is taken, InvalidContent when its amounts do not fit together.
    """
    with db.begin(merchant_id) as tx:
        claim(tx, once)
        try:
            order_id = Batch(tx, actor, mail_all=False).take_in_anew(order)
        except ValueError as error:
            raise InvalidContent(f"The order's amounts do not fit together: {error}.") from error
        if order_id is None:
            raise AlreadyExists(
                f"An order with the number {order.number} is there already.", number=order.number
            )
        return answered(tx, once, Taken(order.number, IntakeOutcome.TAKEN_IN, order_id))


@dataclass(frozen=True, slots=True)
class Batch:
    """Orders of different numbers that are taken in together, in an open transaction."""

    tx: Transaction
    actor: Actor
    mail_all: bool

    def take_in_anew(self, order: IncomingOrder) -> OrderId | None:
        """Take in a single order, and leave one that is there alone."""
        return self._there([order.number])[order.number][0] if self._insert([order]) else None

    def take_in(self, given: Sequence[IncomingOrder | Report]) -> list[Verdict]:
        """Take in what is new, complete what is there, and keep what is no order yet."""
        waiting = parts.parts_of(self.tx, [order.number for order in given])
        merged = {order.number: _merged(order, waiting.get(order.number)) for order in given}
        there = self._there(merged)
        fresh = {
            number: order
            for number, (report, found) in merged.items()
            if number not in there and not found and (order := _order(report)) is not None
        }
        inserted = self._insert(list(fresh.values()))
        # Others may have taken some of them in meanwhile.
        there |= self._there(fresh)
        self._keep_rest([(merged[number][0], fresh[number]) for number in sorted(inserted)], waiting, there)
        refused = self._file_wishes([fresh[number] for number in sorted(inserted)])
        verdicts = {
            number: Verdict(
                number, IntakeOutcome.TAKEN_IN, there[number][0], refused_wish=refused.get(number, ())
            )
            for number in inserted
        }
        left = [order for order in given if order.number not in inserted]
        verdicts |= self._complete([order for order in left if order.number in there], waiting, there)
        verdicts |= self._wait([merged[order.number] for order in left if order.number not in there])
        return [verdicts[order.number] for order in given]

    def _insert(self, orders: Sequence[IncomingOrder]) -> set[str]:
        tx = self.tx
        if not orders:
            return set()
        merchant = tx.session.get_one(MerchantRecord, tx.merchant_id)
        ids = dict(zip([order.number for order in orders], new_keys(len(orders)), strict=True))
        allocations = {order.number: allocate(order) for order in orders}
        inserted = insert_orders(
            tx,
            Rows(
                [
                    rows.order_row(tx, order, allocations[order.number], ids[order.number], _digest(order))
                    for order in orders
                ],
                rows.same_of_orders(tx, merchant),
            ),
            Rows(
                [
                    rows.first_entry(order, ids[order.number], key)
                    for key, order in zip(new_keys(len(orders)), orders, strict=True)
                ],
                rows.same_of_first_entries(tx, self.actor),
            ),
        )
        fresh = [order for order in orders if order.number in inserted]
        if fresh:
            _write_lines(tx, fresh, ids, allocations)
            _write_ways_to_find(tx, fresh, ids)
            count_placed(tx, (order.placed_at for order in fresh))
            write_past(tx, [(UUID(ids[order.number]), order) for order in fresh if rows.has_past(order)])
            confirmed = [order for order in fresh if self.mail_all or _is_young(tx, order.placed_at)]
            _confirm(tx, merchant, confirmed, ids)
        return inserted

    def _keep_rest(
        self,
        taken: Sequence[tuple[IncomingOrder | Report, IncomingOrder]],
        waiting: Collection[str],
        there: Mapping[str, tuple[OrderId, bytes]],
    ) -> None:
        """Keep what was told of orders without prices, and forget what waited for those that have all."""
        kept = [(report, there[order.number][0]) for report, order in taken if not order.priced]
        parts.keep(self.tx, [(_reported(report), order_id) for report, order_id in kept])
        parts.drop(self.tx, [order.number for _, order in taken if order.priced and order.number in waiting])

    def _file_wishes(self, orders: Sequence[IncomingOrder]) -> dict[str, tuple[Blocker, ...]]:
        wishing = [order for order in orders if any(line.wish is not None for line in order.lines)]
        if not wishing:
            return {}
        there = self._there([order.number for order in wishing])
        return {order.number: wishes_of_new(self.tx, there[order.number][0], order) for order in wishing}

    def _there(self, numbers: Collection[str]) -> dict[str, tuple[OrderId, bytes]]:
        if not numbers:
            return {}
        found = self.tx.session.execute(
            orders_of(self.tx)
            .with_only_columns(OrderRecord.number, OrderRecord.id, OrderRecord.intake_digest)
            .where(OrderRecord.number.in_(list(numbers)))
        )
        return {number: (OrderId(order_id), digest) for number, order_id, digest in found}

    def _complete(
        self,
        given: Sequence[IncomingOrder | Report],
        waiting: Mapping[str, Part],
        there: Mapping[str, tuple[OrderId, bytes]],
    ) -> dict[str, Verdict]:
        """Complete orders that are there; one that was taken in word for word lacks nothing."""
        done, later = {}, []
        for order in given:
            order_id, digest = there[order.number]
            if isinstance(order, IncomingOrder) and digest == _digest(order):
                done[order.number] = Completed(Change.NOTHING)
            else:
                report = _reported(order)
                mails = self._mails(report.placed_at)
                later.append(Later(order_id, report, waiting.get(order.number), mails))
        done |= complete_orders(self.tx, later, actor=self.actor)
        return {
            number: Verdict(
                number, _OUTCOMES[one.change], there[number][0], one.contradictions, one.refused_wish
            )
            for number, one in done.items()
        }

    def _wait(
        self, merged: Sequence[tuple[IncomingOrder | Report, tuple[Contradiction, ...]]]
    ) -> dict[str, Verdict]:
        """Keep what is no order yet, unless it contradicts what waits."""
        parts.keep(self.tx, [(_reported(report), None) for report, found in merged if not found])
        return {
            report.number: Verdict(
                report.number,
                IntakeOutcome.DIFFERS if found else IntakeOutcome.WAITING,
                contradictions=found,
            )
            for report, found in merged
        }

    def _mails(self, placed_at: datetime | None) -> bool:
        return self.mail_all or (placed_at is not None and _is_young(self.tx, placed_at))


_OUTCOMES = {
    Change.ADDED: IntakeOutcome.COMPLETED,
    Change.NOTHING: IntakeOutcome.ALREADY_THERE,
    Change.REFUSED: IntakeOutcome.DIFFERS,
}


def _merged(
    given: IncomingOrder | Report, part: Part | None
) -> tuple[IncomingOrder | Report, tuple[Contradiction, ...]]:
    """Add what waited for this; with an order that is there it is merged later, under the order's lock."""
    if part is None or part.order_id is not None:
        return given, ()
    return complete(part.report, _reported(given))


def _reported(given: IncomingOrder | Report) -> Report:
    return given if isinstance(given, Report) else of_order(given)


def _order(report: IncomingOrder | Report) -> IncomingOrder | None:
    return report if isinstance(report, IncomingOrder) else to_order(report)


def _digest(order: IncomingOrder) -> bytes:
    """Hash what an order tells. Where its lines stand in their file is no part of it."""
    told = [
        _of_order(order),
        sorted(order.external_ids.items()),
        [_of_line(line) for line in order.lines],
        [_of_payment(payment) for payment in order.payments],
        [_of_discount(discount) for discount in order.discounts],
    ]
    return hashlib.sha256(repr(told).encode()).digest()


def _facts(kind: type[Any], without: Collection[str] = ()) -> Callable[[object], Any]:
    return attrgetter(*(field.name for field in fields(kind) if field.compare and field.name not in without))


_of_order = _facts(IncomingOrder, ("lines", "payments", "discounts", "external_ids"))
_of_line, _of_payment, _of_discount = map(_facts, (IncomingLine, IncomingPayment, IncomingDiscount))


def _is_young(tx: Transaction, placed_at: datetime) -> bool:
    return placed_at > tx.now - CONFIRMED_UNTIL


def _write_lines(
    tx: Transaction,
    orders: Sequence[IncomingOrder],
    ids: Mapping[str, str],
    allocations: Mapping[str, Allocation],
) -> None:
    same = {"merchant_id": tx.merchant_id}
    keys = iter(new_keys(sum(len(order.lines) + len(order.payments) for order in orders)))
    lines = [
        rows.line_row(next(keys), ids[order.number], ordinal, line, allocated)
        for order in orders
        for ordinal, (line, allocated) in enumerate(
            zip(order.lines, allocations[order.number].lines, strict=True), start=1
        )
    ]
    insert_rows(tx, LineItemRecord, lines, same)
    payments = [
        rows.payment_row(next(keys), ids[order.number], ordinal, payment)
        for order in orders
        for ordinal, payment in enumerate(order.payments, start=1)
    ]
    insert_rows(tx, PaymentRecord, payments, same)


def _write_ways_to_find(tx: Transaction, orders: Sequence[IncomingOrder], ids: Mapping[str, str]) -> None:
    insert_terms(tx, [{"order_id": ids[order.number], "terms": list(rows.terms(order))} for order in orders])
    insert_rows(
        tx,
        DoorRecord,
        [
            {"sha256": fingerprint(name.encode()), "row_id": ids[order.number]}
            for order in orders
            for name in sorted(rows.spoken_numbers(order.number))
        ],
        {"kind": Door.ORDER_NUMBER, "merchant_id": tx.merchant_id},
    )


def _confirm(
    tx: Transaction, merchant: MerchantRecord, orders: Sequence[IncomingOrder], ids: Mapping[str, str]
) -> None:
    if not (orders and merchant.mails_buyers):
        return
    wanted = [UUID(ids[order.number]) for order in orders]
    records = tx.session.scalars(orders_of(tx).where(OrderRecord.id.in_(wanted)).order_by(OrderRecord.id))
    outbox.mail_each(tx, records.all(), MailEvent.ORDER_CONFIRMED)

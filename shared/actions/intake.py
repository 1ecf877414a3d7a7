"""Take in orders, each once, however often they are given; their money is allocated here and never again."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from shared.actions import intake_rows as rows
from shared.actions.intake_past import write_past
from shared.domain.actors import Actor
from shared.domain.errors import AlreadyExists, InvalidContent
from shared.domain.events import Event, MailEvent
from shared.domain.ids import MerchantId, OrderId, new_id
from shared.domain.intake import IncomingOrder, allocate
from shared.storage import outbox
from shared.storage.bulk import insert_missing, insert_rows
from shared.storage.doors import Door, fingerprint
from shared.storage.engine import Database, Transaction
from shared.storage.idempotency import Once, answered, claim
from shared.storage.records import (
    DoorRecord,
    LineItemRecord,
    MerchantRecord,
    OrderDayRecord,
    OrderRecord,
    OrderTermRecord,
    PaymentRecord,
    TimelineRecord,
)
from shared.storage.scopes import orders_of

CONFIRMED_UNTIL = timedelta(days=30)


class IntakeOutcome(StrEnum):
    """What became of an order that was given."""

    TAKEN_IN = "taken_in"
    ALREADY_THERE = "already_there"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True)
class Taken:
    """An order's number and what became of it; `order_id` is the order that is there now."""

    number: str
    outcome: IntakeOutcome
    order_id: OrderId


def take_in(
    db: Database,
    merchant_id: MerchantId,
    orders: Sequence[IncomingOrder],
    *,
    actor: Actor,
    mail_all: bool = False,
) -> list[Taken]:
    """Take in a batch in one transaction; orders that are there already stay as they are.

    Confirmations go to orders younger than 30 days, with `mail_all` to older ones too. Raises ValueError when
    an order's discounts do not fit its lines.
    """
    with db.begin(merchant_id) as tx:
        return _take_in(tx, orders, actor, mail_all=mail_all)


def take_in_one(
    db: Database, merchant_id: MerchantId, order: IncomingOrder, *, actor: Actor, once: Once | None = None
) -> Taken:
    """Take in a single order.

    Raises AlreadyExists when its number is taken, InvalidContent when its amounts do not fit together.
    """
    with db.begin(merchant_id) as tx:
        claim(tx, once)
        try:
            taken = _take_in(tx, [order], actor, mail_all=False)[0]
        except ValueError as error:
            raise InvalidContent(f"The order's amounts do not fit together: {error}.") from error
        if taken.outcome is not IntakeOutcome.TAKEN_IN:
            raise AlreadyExists(
                f"An order with the number {order.number} is there already.", number=order.number
            )
        return answered(tx, once, taken)


def _take_in(
    tx: Transaction, orders: Sequence[IncomingOrder], actor: Actor, *, mail_all: bool
) -> list[Taken]:
    merchant = tx.session.get_one(MerchantRecord, tx.merchant_id)
    wanted = _once_each(orders)
    digests = {order.number: _digest(order) for order in wanted}
    ids = {order.number: new_id() for order in orders}
    allocations = {order.number: allocate(order) for order in wanted}
    inserted = insert_missing(
        tx,
        OrderRecord,
        [
            rows.order_row(
                tx, merchant, order, allocations[order.number], ids[order.number], digests[order.number]
            )
            for order in wanted
        ],
        key=("merchant_id", "number"),
    )
    fresh = [order for order in wanted if order.number in inserted]
    if fresh:
        _write_lines(tx, fresh, ids, allocations)
        _write_ways_to_find(tx, fresh, ids)
        _write_timeline(tx, fresh, ids, actor)
        _count_by_day(tx, fresh)
        write_past(tx, [(ids[order.number], order) for order in fresh if rows.has_past(order)])
        _confirm(tx, merchant, [order for order in fresh if mail_all or _is_young(tx, order)], ids)
    return _outcomes(tx, orders, inserted, digests)


def _once_each(orders: Sequence[IncomingOrder]) -> list[IncomingOrder]:
    # By number, whatever the file says first: two imports of the same orders wait in line, not in a ring.
    first = {order.number: order for order in reversed(orders)}
    return [first[number] for number in sorted(first)]


def _digest(order: IncomingOrder) -> bytes:
    return hashlib.sha256(json.dumps(order, sort_keys=True, default=_plainly).encode()).digest()


def _plainly(value: object) -> object:
    # asdict() would copy every value of every order first.
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    return str(value)


def _is_young(tx: Transaction, order: IncomingOrder) -> bool:
    return order.placed_at > tx.now - CONFIRMED_UNTIL


def _write_lines(
    tx: Transaction, orders: Sequence[IncomingOrder], ids: dict[str, UUID], allocations: dict[str, Any]
) -> None:
    lines = [
        rows.line_row(tx, ids[order.number], ordinal, line, allocated)
        for order in orders
        for ordinal, (line, allocated) in enumerate(
            zip(order.lines, allocations[order.number].lines, strict=True), start=1
        )
    ]
    insert_rows(tx, LineItemRecord, lines)
    payments = [
        rows.payment_row(tx, ids[order.number], ordinal, payment)
        for order in orders
        for ordinal, payment in enumerate(order.payments, start=1)
    ]
    insert_rows(tx, PaymentRecord, payments)


def _write_ways_to_find(tx: Transaction, orders: Sequence[IncomingOrder], ids: dict[str, UUID]) -> None:
    insert_rows(
        tx,
        OrderTermRecord,
        [
            {"merchant_id": tx.merchant_id, "term": term, "order_id": ids[order.number]}
            for order in orders
            for term in sorted(rows.terms(order))
        ],
    )
    insert_rows(
        tx,
        DoorRecord,
        [
            {
                "kind": Door.ORDER_NUMBER,
                "sha256": fingerprint(name.encode()),
                "merchant_id": tx.merchant_id,
                "row_id": ids[order.number],
            }
            for order in orders
            for name in sorted(rows.spoken_numbers(order.number))
        ],
    )


def _write_timeline(
    tx: Transaction, orders: Sequence[IncomingOrder], ids: dict[str, UUID], actor: Actor
) -> None:
    insert_rows(
        tx,
        TimelineRecord,
        [
            {
                "merchant_id": tx.merchant_id,
                "id": new_id(),
                "order_id": ids[order.number],
                "request_id": None,
                "event": Event.ORDER_TAKEN_IN,
                "actor_kind": actor.kind,
                "actor_id": actor.id,
                "from_state": "",
                "to_state": "",
                "at": tx.now,
                "details": {"source": order.source, "units": sum(line.quantity for line in order.lines)},
            }
            for order in orders
        ],
    )


def _count_by_day(tx: Transaction, orders: Sequence[IncomingOrder]) -> None:
    days: Counter[date] = Counter(order.placed_at.date() for order in orders)
    for day in sorted(days):
        tx.session.execute(
            insert(OrderDayRecord)
            .values(
                merchant_id=tx.merchant_id,
                day=day,
                shard=rows.shard(),
                orders=days[day],
                canceled_by_merchant=0,
            )
            .on_conflict_do_update(
                index_elements=["merchant_id", "day", "shard"],
                set_={"orders": OrderDayRecord.orders + days[day]},
            )
        )


def _confirm(
    tx: Transaction, merchant: MerchantRecord, orders: Sequence[IncomingOrder], ids: dict[str, UUID]
) -> None:
    if not (orders and merchant.mails_buyers):
        return
    wanted = [ids[order.number] for order in orders]
    records = tx.session.scalars(orders_of(tx).where(OrderRecord.id.in_(wanted)).order_by(OrderRecord.id))
    outbox.mail_each(tx, records.all(), MailEvent.ORDER_CONFIRMED)


def _outcomes(
    tx: Transaction, orders: Sequence[IncomingOrder], inserted: set[str], digests: dict[str, bytes]
) -> list[Taken]:
    there = {
        number: (order_id, digest)
        for number, order_id, digest in tx.session.execute(
            orders_of(tx)
            .with_only_columns(OrderRecord.number, OrderRecord.id, OrderRecord.intake_digest)
            .where(OrderRecord.number.in_(list(digests)))
        )
    }
    outcomes = []
    for order in orders:
        order_id, digest = there[order.number]
        if order.number in inserted:
            outcome = IntakeOutcome.TAKEN_IN
            inserted.discard(order.number)
        elif digest == _digest(order):
            outcome = IntakeOutcome.ALREADY_THERE
        else:
            outcome = IntakeOutcome.DIFFERS
        outcomes.append(Taken(order.number, outcome, OrderId(order_id)))
    return outcomes

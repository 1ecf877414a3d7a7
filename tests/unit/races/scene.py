"""One order that many want something of at once: how it is prepared, raced over, and read afterwards."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

from sqlalchemy import select, text, update

from shared.actions import cancellations, execution, intake
from shared.actions.cancellations import Ask
from shared.domain.actors import BUYER
from shared.domain.cancellation import RequestState
from shared.domain.errors import Refusal
from shared.domain.ids import LineItemId, MerchantId, OrderId, RefundId, RequestId, new_id
from shared.domain.policy import Mode, Policy, SilenceOutcome, Warehouse
from shared.domain.reasons import Reason
from shared.domain.refunds import fingerprint
from shared.domain.rules import Decision, Rule
from shared.storage.engine import Database
from shared.storage.facts import order_facts
from shared.storage.records import LineItemRecord, RefundRecord, RequestRecord
from shared.storage.scopes import find_order
from tests.builders import STORE, USER, an_order, cancel

ROUNDS = int(os.environ.get("ROUNDS", "10"))
# Of what takes long or differs little from a pair that is raced in full.
FEW_ROUNDS = max(2, ROUNDS // 3)
PATIENCE_SECONDS = 30
# How long somebody is waited for whom a guard keeps away.
IN_VAIN_SECONDS = 0.3
# A buyer with this reason is believed at once; anybody else waits for a person.
AT_ONCE = Reason.FOUND_CHEAPER
PERSON = Reason.ORDERED_BY_MISTAKE

# A refused shipment is noted for the merchant to see; of the order itself it changes nothing.
_STATE = text("""
SELECT o.id, json_build_object(
  'order', json_build_array(o.status, o.version, o.ordered, o.shipped, o.canceled, o.requested,
    o.canceled_minor, o.refunded_minor, o.closed_at IS NOT NULL, o.canceled_by_merchant),
  'lines', (SELECT json_agg(json_build_array(l.shipped, l.canceled, l.requested) ORDER BY l.ordinal)
    FROM line_items l WHERE l.merchant_id = o.merchant_id AND l.order_id = o.id),
  'payments', (SELECT json_agg(p.refunded_minor ORDER BY p.ordinal)
    FROM payments p WHERE p.merchant_id = o.merchant_id AND p.order_id = o.id),
  'requests', (SELECT json_agg(json_build_array(c.state, c.source, c.decline_reason, c.value_minor,
      c.refund_minor, u.asked, u.quantity, u.units::text) ORDER BY c.id)
    FROM cancellation_requests c JOIN request_units u ON u.merchant_id = c.merchant_id AND u.request_id = c.id
    WHERE c.merchant_id = o.merchant_id AND c.order_id = o.id),
  'refunds', (SELECT json_agg(json_build_array(r.amount_minor, r.state) ORDER BY r.id)
    FROM refunds r WHERE r.merchant_id = o.merchant_id AND r.order_id = o.id),
  'restocked', (SELECT json_agg(m.quantity ORDER BY m.id)
    FROM stock_movements m
    JOIN cancellation_requests c ON c.merchant_id = m.merchant_id AND c.id = m.request_id
    WHERE c.merchant_id = o.merchant_id AND c.order_id = o.id),
  'shipments', (SELECT count(*) FROM shipments s WHERE s.merchant_id = o.merchant_id AND s.order_id = o.id),
  'mails', (SELECT json_agg(m.event ORDER BY m.event)
    FROM messages m WHERE m.merchant_id = o.merchant_id AND m.order_id = o.id),
  'effects', (SELECT json_agg(e.kind ORDER BY e.kind)
    FROM effects e
    JOIN cancellation_requests c ON c.merchant_id = e.merchant_id AND c.id = e.subject_id
    WHERE c.merchant_id = o.merchant_id AND c.order_id = o.id),
  'timeline', (SELECT json_agg(json_build_array(t.event, t.actor_kind, t.from_state, t.to_state)
      ORDER BY t.seq)
    FROM timeline t WHERE t.merchant_id = o.merchant_id AND t.order_id = o.id
      AND t.event <> 'shipment_refused'))
FROM orders o WHERE o.merchant_id = :merchant
""")


@dataclass(frozen=True)
class Scene:
    """An order of three units: one canceled, its refund waiting; one asked for by the buyer; one open.

    `refund` and `seen` are there when they were asked for; without a refund the first unit is not ordered.
    """

    db: Database
    merchant_id: MerchantId
    order_id: OrderId
    line: LineItemId
    asked: RequestId
    refund: RefundId | None
    seen: str
    nonce: str


@dataclass(frozen=True)
class Ended:
    """What became of one party's act: what it was answered, or the error it ended with."""

    answer: object = None
    error: Exception | None = None

    @property
    def told(self) -> str:
        """The refusal's code, "" for a success; any other error is raised."""
        if self.error is None:
            return ""
        if not isinstance(self.error, Refusal):
            raise self.error
        return self.error.code


def at_once(*moves: Callable[[], object]) -> list[Ended]:
    """Let all begin in the same moment, each on a connection of its own."""
    start = Barrier(len(moves), timeout=PATIENCE_SECONDS)

    def run(move: Callable[[], object]) -> Ended:
        start.wait()
        try:
            return Ended(move())
        except Exception as error:  # noqa: BLE001 - whatever it is, the test looks at it
            return Ended(error=error)

    with ThreadPoolExecutor(len(moves)) as threads:
        return list(threads.map(run, moves))


def policy(silence: SilenceOutcome = SilenceOutcome.ACCEPT, warehouse: Warehouse | None = None) -> Policy:
    """Make the policy of the scene: one reason is accepted by rule, others wait for a person and a clock."""
    rules = (Rule(Decision.ACCEPT, reasons=(AT_ONCE,)),)
    return Policy(mode=Mode.RULES, rules=rules, silence_hours=1, silence_outcome=silence, warehouse=warehouse)


def prepare(
    db: Database,
    merchant_id: MerchantId,
    count: int,
    *,
    refund: bool = False,
    seen: bool = False,
    accepting: bool = False,
) -> list[Scene]:
    """Set the scene so many times, an order each; with `accepting` the request has been accepted already."""
    order = an_order().with_item("Tea kettle", 3 if refund else 2, 9_600)
    given = [order.incoming() for _ in range(count)]
    taken = intake.take_in(db, merchant_id, given, actor=STORE)
    order_ids = [each.order_id for each in taken]
    if refund:
        for order_id in order_ids:
            cancel(db, merchant_id, order_id, 1)
    lines = _by_order(db, merchant_id, LineItemRecord)
    asked = {
        order_id: cancellations.request(
            db,
            merchant_id,
            order_id,
            Ask({LineItemId(lines[order_id]): 1}, reason=PERSON, for_buyer=True),
            BUYER,
        )
        for order_id in order_ids
    }
    for request_id in asked.values() if accepting else ():
        cancellations.accept(db, merchant_id, request_id, USER)
    _let_the_clock_run_out(db, merchant_id)
    refunds = _by_order(db, merchant_id, RefundRecord)
    return [
        Scene(
            db,
            merchant_id,
            order_id,
            LineItemId(lines[order_id]),
            asked[order_id],
            RefundId(refunds[order_id]) if refund else None,
            hash_of(db, merchant_id, order_id) if seen else "",
            str(new_id()),
        )
        for order_id in order_ids
    ]


def hash_of(db: Database, merchant_id: MerchantId, order_id: OrderId) -> str:
    """Give the hash that a window opened now would carry."""
    with db.snapshot(merchant_id) as tx:
        return fingerprint(order_facts(tx, find_order(tx, order_id)))


def work_off(db: Database, merchant_id: MerchantId) -> None:
    """Carry out what was accepted, as the worker would."""
    for request_id in accepting(db, merchant_id):
        execution.execute(db, merchant_id, request_id)


def accepting(db: Database, merchant_id: MerchantId) -> Sequence[UUID]:
    """List the requests that wait to be carried out, oldest first."""
    with db.begin(merchant_id) as tx:
        return tx.session.scalars(
            select(RequestRecord.id)
            .where(RequestRecord.state == RequestState.ACCEPTING)
            .order_by(RequestRecord.id)
        ).all()


def states(db: Database, merchant_id: MerchantId) -> dict[OrderId, dict[str, Any]]:
    """Read everything that may differ by who came first: of each order, without ids and times."""
    with db.snapshot(merchant_id) as tx:
        rows = tx.session.connection().execute(_STATE, {"merchant": merchant_id})
        return {OrderId(order_id): state for order_id, state in rows}


def _by_order(
    db: Database, merchant_id: MerchantId, record: type[LineItemRecord | RefundRecord]
) -> dict[OrderId, UUID]:
    with db.begin(merchant_id) as tx:
        rows = tx.session.execute(select(record.order_id, record.id).order_by(record.order_id))
        return {OrderId(order_id): row_id for order_id, row_id in rows}


def _let_the_clock_run_out(db: Database, merchant_id: MerchantId) -> None:
    with db.begin(merchant_id) as tx:
        for clock in (RequestRecord.decide_by, RequestRecord.answer_by):
            over = update(RequestRecord).where(clock.is_not(None))
            tx.session.execute(over.values({clock: tx.now - timedelta(seconds=1)}))

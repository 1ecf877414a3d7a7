"""Cancel units of many orders in one transaction: judged one by one, read and written set by set."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.actions import bulk_cancel_rows as rows
from shared.actions.rates import count_canceled_of
from shared.actions.refunds import connected_to
from shared.domain.actors import Actor, ActorKind
from shared.domain.catalogue import Giver
from shared.domain.eligibility import Blocker, Eligibility, assess
from shared.domain.errors import NotEligible, NotFound, ReasonNotOffered, Refusal
from shared.domain.events import EffectKind, MailEvent
from shared.domain.ids import LineItemId, RequestId, new_id
from shared.domain.orders import Order
from shared.domain.reasons import Reason
from shared.domain.refunds import Quote, pick_units, quote
from shared.domain.selection import choose
from shared.storage import bulk_writes, outbox
from shared.storage.bulk import insert_rows
from shared.storage.bulk_facts import facts_of
from shared.storage.catalogues import catalogue
from shared.storage.engine import Transaction
from shared.storage.records import (
    MerchantRecord,
    OrderRecord,
    PersonalTextRecord,
    RefundRecord,
    RequestRecord,
    RequestUnitsRecord,
    StockMovementRecord,
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a merchant wants canceled of one order; `quantities` None is all that may go.

    `whole_lines` are lines of which all that may go goes, whatever that is. `key` names the wish: the same
    one twice on an order is refused by the database. With `only_unshipped` nothing goes
    once a part has shipped.
    """

    order_id: UUID
    reason: Reason
    key: str
    quantities: Mapping[LineItemId, int] | None = None
    whole_lines: frozenset[LineItemId] = frozenset()
    only_unshipped: bool = False
    memo: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """What canceling `units` brings about for one order; amounts in minor units stand in the quote.

    `most_minor` is what the reason lets go back at most, None for all of it.

    `request_key` and `order_key` are the ids of both as rows name them, written out once.
    """

    wanted: Wanted
    request_id: RequestId
    request_key: str
    order_key: str
    order: OrderRecord
    facts: Order
    quoted: Quote
    most_minor: int | None
    at: datetime
    units: int

    @property
    def waits(self) -> bool:
        """A warehouse is asked first, so nothing is carried out yet."""
        return self.facts.policy.warehouse is not None


Plan = Sequence[Planned | Refusal]


def plan(tx: Transaction, wanted: Sequence[Wanted], giver: Giver, *, lock: bool) -> Plan:
    """Judge every wish in its order; no order may occur twice. With `lock` the verdicts hold to the end."""
    found = facts_of(tx, [wish.order_id for wish in wanted], lock=lock)
    known = catalogue(tx)
    # What goes back at most by each reason that may be given, looked up once.
    most = {
        reason: known.most_back(reason, None, all_back=False)
        for reason in {wish.reason for wish in wanted}
        if known.offers(reason, giver)
    }
    return [_planned(tx, wish, found.get(wish.order_id), most) for wish in wanted]


def carry_out(tx: Transaction, planned: Iterable[Planned], actor: Actor) -> None:
    """Write what was planned under the orders' locks: requests, units, refunds, stock, timeline and mails."""
    every = list(planned)
    if not every:
        return
    done = [one for one in every if not one.waits]
    merchant = tx.session.get_one(MerchantRecord, tx.merchant_id)
    own = {"merchant_id": tx.merchant_id}
    texts = rows.texts(tx, every)
    said = rows.said(every, catalogue(tx))
    requests = [rows.request(tx, one, said[one.wanted.reason]) for one in every]
    insert_rows(tx, RequestRecord, requests, rows.alike(tx, actor))
    insert_rows(tx, RequestUnitsRecord, [row for one in every for row in rows.units(one)], own)
    insert_rows(tx, PersonalTextRecord, [text.row for of_one in texts.values() for text in of_one])
    shares = [share for one in done for share in (*one.quoted.payments, *one.quoted.voids)]
    connected = connected_to(tx, shares)
    refunds = [row for one in done for row in rows.refunds(one, connected)]
    insert_rows(tx, RefundRecord, refunds, own | {"created_at": tx.now})
    moved = _put_back(tx, [one for one in done if said[one.wanted.reason].restocks])
    _change_sums(tx, every, said, rows.timeline(every, actor, texts, moved))
    count_canceled_of(tx, (one.order for one in done if said[one.wanted.reason].counts))
    for after, questions in rows.questions(every).items():
        outbox.defer_each(tx, EffectKind.END_QUESTION, questions, after)
    outbox.defer_each(tx, EffectKind.SEND_REFUND, rows.sendings(refunds))
    if merchant.mails_buyers:
        asked = {one.order.id: one.request_id for one in done}
        outbox.mail_each(tx, [one.order for one in done], MailEvent.CANCELLATION_ACCEPTED, asked)
    tx.session.expire_all()


def _planned(
    tx: Transaction,
    wish: Wanted,
    found: tuple[OrderRecord, Order] | None,
    most: Mapping[Reason, int | None],
) -> Planned | Refusal:
    if found is None:
        return NotFound("There is no such order.")
    if wish.reason not in most:
        return ReasonNotOffered(reason=wish.reason)
    order, facts = found
    verdicts = assess(facts, ActorKind.MERCHANT_USER, now=tx.now)
    if wish.only_unshipped and any(line.shipped for line in facts.line_items):
        return NotEligible(
            blockers={line.id: (Blocker.ALREADY_SHIPPED,) for line in facts.line_items},
            left=dict.fromkeys(verdicts, 0),
        )
    try:
        chosen = choose(facts, verdicts, _quantities(wish, verdicts))
    except Refusal as refusal:
        return refusal
    if not any(chosen.values()):
        return NotEligible(
            blockers={line_id: verdict.blockers for line_id, verdict in verdicts.items()},
            left={line_id: verdict.quantity for line_id, verdict in verdicts.items()},
        )
    most_minor = most[wish.reason]
    quoted = quote(facts, pick_units(facts, chosen), for_buyer=False, at=tx.now, most_minor=most_minor)
    units = sum(share.quantity for share in quoted.lines)
    request_id = RequestId(new_id())
    return Planned(
        wish, request_id, str(request_id), str(order.id), order, facts, quoted, most_minor, tx.now, units
    )


def _quantities(wish: Wanted, verdicts: Mapping[LineItemId, Eligibility]) -> Mapping[LineItemId, int] | None:
    if wish.quantities is None and not wish.whole_lines:
        return None
    # One at least: a line of which nothing may go is refused like any other that asks for too much.
    whole = {
        line_id: max(1, verdicts[line_id].quantity) for line_id in wish.whole_lines if line_id in verdicts
    }
    return {**(wish.quantities or {}), **whole}


def _change_sums(
    tx: Transaction,
    every: Sequence[Planned],
    said: Mapping[Reason, rows.Said],
    entries: Sequence[Mapping[str, Any]],
) -> None:
    lines, orders = [], []
    payments: dict[UUID, list[int]] = defaultdict(lambda: [0, 0])
    for one in every:
        waits, quoted = one.waits, one.quoted
        lines += [
            bulk_writes.LineChange(
                share.line_item_id, *((share.quantity, 0) if waits else (0, share.quantity))
            )
            for share in quoted.lines
        ]
        orders.append(_order_change(one, by_merchant=said[one.wanted.reason].counts))
        if waits:
            continue
        for share in quoted.payments:
            payments[share.payment_id][0] += share.amount_minor
        for share in quoted.voids:
            payments[share.payment_id][1] += share.amount_minor
    bulk_writes.change_lines(tx, lines)
    bulk_writes.change_orders(tx, orders, entries)
    bulk_writes.change_payments(
        tx, [bulk_writes.PaymentChange(payment_id, *sums) for payment_id, sums in payments.items()]
    )


def _order_change(one: Planned, *, by_merchant: bool) -> bulk_writes.OrderChange:
    quoted = one.quoted
    if one.waits:
        return bulk_writes.OrderChange(one.order.id, one.units, 0, 0, 0, 0, 0, 0, by_merchant=False)
    return bulk_writes.OrderChange(
        id=one.order.id,
        requested=0,
        canceled=one.units,
        canceled_minor=quoted.value_minor,
        repriced_minor=quoted.repriced_minor,
        withheld_minor=quoted.withheld_minor,
        refunded_minor=quoted.refund_minor,
        released_minor=sum(share.amount_minor for share in quoted.voids),
        by_merchant=by_merchant,
    )


def _put_back(tx: Transaction, going: Sequence[Planned]) -> dict[RequestId, int]:
    """Put the units of these back on the shelf; tell how many of each request."""
    movements = [row for one in going for row in rows.movements(one)]
    insert_rows(tx, StockMovementRecord, movements, {"merchant_id": tx.merchant_id, "moved_at": tx.now})
    counts: Counter[str] = Counter()
    for movement in movements:
        counts[movement["sku"]] += movement["quantity"]
    bulk_writes.put_back(tx, counts)
    return {one.request_id: one.units for one in going}

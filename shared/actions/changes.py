"""Take in what a store tells anew of an order: its payments, a hold, a dispute, its buyer, its end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update

from shared.actions import holds, payment_changes, settling
from shared.actions.elsewhere import write_canceled, write_paid_back
from shared.actions.intake_rows import words_of_shipments, words_to_find
from shared.actions.moves import end_declined
from shared.actions.rates import count_canceled
from shared.domain.actors import SYSTEM, Actor
from shared.domain.cancellation import OPEN_STATES, Move
from shared.domain.changes import OrderPart
from shared.domain.errors import NotEligible
from shared.domain.events import Event, MailEvent
from shared.domain.ids import MerchantId, OrderId, new_id
from shared.domain.intake import IncomingPayment
from shared.domain.reasons import DeclineReason
from shared.domain.refunds import RefundKind, pick_units, quote
from shared.storage import outbox, timeline
from shared.storage.bulk import insert_rows
from shared.storage.engine import Database, Transaction
from shared.storage.facts import order_facts
from shared.storage.idempotency import Once, answered, claim
from shared.storage.records import MessageRecord, OrderRecord, OrderTermRecord
from shared.storage.scopes import lines_of, lock_order, requests_on, units_of

# What a thing was and what it is now, as the timeline keeps it.
Turn = tuple[Any, Any]
_FLAGS = (
    OrderPart.HOLD,
    OrderPart.DISPUTED,
    OrderPart.IN_FULFILLMENT,
    OrderPart.FULFILLED_BY_OTHER,
)


@dataclass(frozen=True, slots=True)
class OrderChange:
    """What is told anew of an order; None leaves a thing as it is.

    `payments` are all of them as they are now. `canceled` says that the shop has canceled by itself what had
    not shipped.
    """

    payments: Sequence[IncomingPayment] | None = None
    hold: bool | None = None
    disputed: bool | None = None
    in_fulfillment: bool | None = None
    fulfilled_by_other: bool | None = None
    email: str | None = None
    name: str | None = None
    address: tuple[str, ...] | None = None
    canceled: bool = False


def change(
    db: Database,
    merchant_id: MerchantId,
    order_id: UUID,
    told: OrderChange,
    actor: Actor,
    *,
    once: Once | None = None,
) -> OrderId:
    """Change an order to what is told, and what hangs on it; what is so already changes nothing.

    Raises NotFound, InvalidContent (payments that cannot be), or NotEligible (nothing is left to cancel).
    """
    with db.begin(merchant_id) as tx:
        claim(tx, once)
        order = lock_order(tx, order_id)
        changed = _change_buyer(tx, order, told) | _change_flags(tx, order, told)
        paid = _change_payments(tx, order, told)
        ended = {OrderPart.CANCELED: (False, True)} if told.canceled else {}
        _note(tx, order, actor, changed | paid | ended)
        if paid:
            payment_changes.follow(tx, order)
        if OrderPart.EMAIL in changed:
            outbox.mail(tx, order, MailEvent.ORDER_LINK_SENT)
        if told.canceled:
            _end(tx, order, actor)
        return answered(tx, once, OrderId(order.id))


def note_capture(tx: Transaction, order: OrderRecord, payment_id: UUID, captured_minor: int) -> None:
    """Take in that a payment was captured which should have been released; what is too much goes back."""
    # A gateway gives up what it does not capture.
    now = [
        IncomingPayment(payment.gateway, captured_minor, captured_minor, payment.reference)
        if payment.id == payment_id
        else IncomingPayment(
            payment.gateway, payment.authorized_minor, payment.captured_minor, payment.reference
        )
        for payment in order_facts(tx, order).payments
    ]
    paid = _change_payments(tx, order, OrderChange(payments=now))
    _note(tx, order, SYSTEM, paid)
    payment_changes.follow(tx, order)


def _note(tx: Transaction, order: OrderRecord, actor: Actor, changed: Mapping[OrderPart, Turn]) -> None:
    if not changed:
        return
    order.version += 1
    details = {
        "changed": list(changed),
        "from": {name: before for name, (before, _) in changed.items()},
        "to": {name: after for name, (_, after) in changed.items()},
    }
    timeline.note(tx, order.id, Event.ORDER_CHANGED, actor, details=details)


def _change_flags(tx: Transaction, order: OrderRecord, told: OrderChange) -> dict[OrderPart, Turn]:
    before = {name: getattr(order, name) for name in _FLAGS}
    given = {name: getattr(told, name) for name in _FLAGS}
    after = {name: there if given[name] is None else given[name] for name, there in before.items()}
    holds.stand(tx, order, hold=after[OrderPart.HOLD], disputed=after[OrderPart.DISPUTED])
    order.in_fulfillment = after[OrderPart.IN_FULFILLMENT]
    order.fulfilled_by_other = after[OrderPart.FULFILLED_BY_OTHER]
    return {name: (before[name], after[name]) for name in _FLAGS if before[name] != after[name]}


def _change_payments(tx: Transaction, order: OrderRecord, told: OrderChange) -> dict[OrderPart, Turn]:
    before = _sums(order)
    if told.payments is None or not payment_changes.write(tx, order, told.payments):
        return {}
    return {OrderPart.PAYMENTS: (before, _sums(order))}


def _sums(order: OrderRecord) -> dict[str, int]:
    return {"authorized": order.authorized_minor, "captured": order.captured_minor}


def _change_buyer(tx: Transaction, order: OrderRecord, told: OrderChange) -> dict[OrderPart, Turn]:
    there = {
        OrderPart.EMAIL: order.buyer_email,
        OrderPart.NAME: order.buyer_name,
        OrderPart.ADDRESS: "\n".join(order.delivery),
    }
    address = None if told.address is None else "\n".join(told.address)
    given = {OrderPart.EMAIL: told.email, OrderPart.NAME: told.name, OrderPart.ADDRESS: address}
    after = {name: words for name, words in given.items() if words is not None and words != there[name]}
    if not after:
        return {}
    change_id = new_id()
    digests: dict[OrderPart, Turn] = {
        name: (
            timeline.keep_text(tx, order.id, change_id, f"{name}_before", there[name]),
            timeline.keep_text(tx, order.id, change_id, name, words),
        )
        for name, words in after.items()
    }
    order.buyer_name = after.get(OrderPart.NAME, order.buyer_name)
    order.delivery = order.delivery if told.address is None else list(told.address)
    if OrderPart.EMAIL in after:
        _turn_to(tx, order, after[OrderPart.EMAIL])
    _index(tx, order)
    return digests


def _turn_to(tx: Transaction, order: OrderRecord, email: str) -> None:
    """Write to another address from now on, with what is not sent yet; links that the old one got end."""
    tx.session.execute(
        update(MessageRecord)
        .where(
            MessageRecord.merchant_id == tx.merchant_id,
            MessageRecord.order_id == order.id,
            MessageRecord.recipient == order.buyer_email,
            MessageRecord.state == "ready",
        )
        .values(recipient=email)
        .execution_options(synchronize_session=False)
    )
    order.buyer_email = email
    order.link_epoch += 1


def _index(tx: Transaction, order: OrderRecord) -> None:
    """Let the order be found by what is known of it now."""
    skus = [line.sku for line in lines_of(tx, order.id)]
    wanted = words_to_find(order.number, order.buyer_name, order.buyer_email, skus)
    wanted |= words_of_shipments(tx, order.id)
    of_order = (OrderTermRecord.merchant_id == tx.merchant_id, OrderTermRecord.order_id == order.id)
    there = set(tx.session.scalars(select(OrderTermRecord.term).where(*of_order)))
    tx.session.execute(delete(OrderTermRecord).where(*of_order, OrderTermRecord.term.in_(there - wanted)))
    rows = [
        {"merchant_id": tx.merchant_id, "order_id": order.id, "term": term} for term in sorted(wanted - there)
    ]
    insert_rows(tx, OrderTermRecord, rows)


def _end(tx: Transaction, order: OrderRecord, actor: Actor) -> None:
    """Write what the shop has canceled by itself; requests that are open close with that explanation."""
    if order.shipped + order.canceled == order.ordered:
        raise NotEligible("Nothing of this order is left to cancel.")
    requests = [record for record in requests_on(tx, order.id) if record.state in OPEN_STATES]
    asked = [record.id for record in requests if record.requested_by == "buyer"]
    asked_for = sum(units.quantity for units in units_of(tx, asked))
    for record in requests:
        end_declined(tx, order, record, actor, reason=DeclineReason.ORDER_ENDED, move=Move.END)
    facts = order_facts(tx, order)
    rest = {line.id: line.open for line in facts.line_items}
    quoted = quote(facts, pick_units(facts, rest), for_buyer=False, at=tx.now)
    # Its buyer asked for just that: then it is no cancellation of the merchant's.
    requested_by = "buyer" if asked_for == sum(rest.values()) else "merchant"
    request_id = write_canceled(
        tx, order, quoted, requested_by=requested_by, refund_minor=quoted.refund_minor, details={}
    )
    write_paid_back(tx, order, quoted.payments, request_id=request_id)
    settling.settle_explained(tx, order)
    write_paid_back(tx, order, quoted.voids, request_id=request_id, kind=RefundKind.VOID)
    count_canceled(tx, order, requested_by=requested_by)

"""What a merchant gives a buyer in a case: part of the price, store credit, the same thing once more."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select

from shared import wording
from shared.actions import case_steps
from shared.actions.case_steps import Message
from shared.actions.intake import Batch
from shared.domain.actors import Actor
from shared.domain.errors import InvalidContent, NotFound
from shared.domain.events import Event
from shared.domain.ids import LineItemId, MerchantId, OrderId, new_id
from shared.domain.intake import IncomingLine, IncomingOrder
from shared.domain.support import OfferKind, replacement_number
from shared.rendering import money, speaking
from shared.storage import timeline
from shared.storage.cases import lock_case
from shared.storage.engine import Database, Transaction
from shared.storage.records import CaseOfferRecord, CaseRecord, LineItemRecord, OrderRecord
from shared.storage.scopes import lines_of, orders_of

SOURCE = "replacement"
_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{2,39}", re.ASCII)


@dataclass(frozen=True, slots=True)
class RefundGiven:
    """Part of the price that an adjustment gives back, in minor units, and what is said about it."""

    adjustment_id: UUID
    amount_minor: int
    message: str = ""


@dataclass(frozen=True, slots=True)
class Credit:
    """Store credit in minor units of the order's currency; `id` names the window that was confirmed."""

    amount_minor: int
    code: str
    message: str = ""
    id: UUID = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class Replacement:
    """Units to be sent once more, by line id; `id` names the window that was confirmed."""

    quantities: Mapping[LineItemId, int]
    message: str = ""
    id: UUID = field(default_factory=new_id)


def give_refund_in(
    tx: Transaction, order: OrderRecord, case_id: UUID, given: RefundGiven, actor: Actor
) -> None:
    """Note an adjustment in the case it was made from, once, and tell the buyer. Raises NotFound."""
    case = case_steps.case_of_order(tx, order, case_id)
    if _is_given(tx, given.adjustment_id):
        return
    _note_offer(
        tx,
        order,
        case,
        CaseOfferRecord(
            id=given.adjustment_id,
            kind=OfferKind.REFUND,
            amount_minor=given.amount_minor,
            adjustment_id=given.adjustment_id,
            carried_out_at=tx.now,
        ),
        actor,
    )
    with speaking(order.buyer_locale):
        words = wording.refund_given(money(given.amount_minor, order.currency))
    case_steps.answer(tx, order, case, _told(words, given.message), actor)


def give_credit(db: Database, merchant_id: MerchantId, case_id: UUID, credit: Credit, actor: Actor) -> None:
    """Give store credit and tell the buyer its code; it waits to be set up in the store.

    Raises NotFound, or InvalidContent for an amount of nothing or a code that is none.
    """
    if credit.amount_minor <= 0 or _CODE.fullmatch(credit.code) is None:
        raise InvalidContent("Store credit needs an amount and a code of capital letters and digits.")
    with db.begin(merchant_id) as tx:
        order, case = _locked(tx, case_id)
        if _is_given(tx, credit.id):
            return
        offer = CaseOfferRecord(
            id=credit.id, kind=OfferKind.STORE_CREDIT, amount_minor=credit.amount_minor, code=credit.code
        )
        _note_offer(tx, order, case, offer, actor)
        with speaking(order.buyer_locale):
            words = wording.credit_given(money(credit.amount_minor, order.currency), credit.code)
        timeline.note(
            tx,
            order.id,
            Event.CREDIT_GIVEN,
            actor,
            details={"case": str(case.id), "offer": str(credit.id), "amount_minor": credit.amount_minor},
        )
        case_steps.answer(tx, order, case, _told(words, credit.message), actor)


def set_up_credit(db: Database, merchant_id: MerchantId, offer_id: UUID, actor: Actor) -> UUID:
    """Note that the store knows a credit now, once; return its case. Raises NotFound."""
    with db.begin(merchant_id) as tx:
        found = tx.session.get(CaseOfferRecord, (merchant_id, offer_id))
        if found is None:
            raise NotFound("There is no such offer.")
        order, _case = _locked(tx, found.case_id)
        tx.session.refresh(found)
        if found.carried_out_at is None:
            found.carried_out_at = tx.now
            details = {"offer": str(found.id), "amount_minor": found.amount_minor}
            timeline.note(tx, order.id, Event.CREDIT_SET_UP, actor, details=details)
        return found.case_id


def send_replacement(
    db: Database, merchant_id: MerchantId, case_id: UUID, replacement: Replacement, actor: Actor
) -> OrderId:
    """Take in an order of the same units at no price, and tell the buyer; return it.

    Raises NotFound, or InvalidContent for units that the order does not have.
    """
    with db.begin(merchant_id) as tx:
        order, case = _locked(tx, case_id)
        earlier = tx.session.get(CaseOfferRecord, (merchant_id, replacement.id))
        if earlier is not None and earlier.replacement_id is not None:
            return OrderId(earlier.replacement_id)
        chosen = _chosen(lines_of(tx, order.id), replacement.quantities)
        number, made = _take_in(tx, order, chosen, actor)
        offer = CaseOfferRecord(
            id=replacement.id,
            kind=OfferKind.REPLACEMENT,
            amount_minor=0,
            replacement_id=made,
            carried_out_at=tx.now,
        )
        _note_offer(tx, order, case, offer, actor)
        items = ", ".join(f"{quantity} × {line.title}" for line, quantity in chosen)
        with speaking(order.buyer_locale):
            words = wording.replacement_sent(number, items)
        units = sum(quantity for _line, quantity in chosen)
        timeline.note(
            tx,
            order.id,
            Event.REPLACEMENT_SENT,
            actor,
            details={"case": str(case.id), "replacement": str(made), "units": units},
        )
        case_steps.answer(tx, order, case, _told(words, replacement.message), actor)
        return made


def _take_in(
    tx: Transaction, order: OrderRecord, chosen: list[tuple[LineItemRecord, int]], actor: Actor
) -> tuple[str, OrderId]:
    """Take the replacement in under the first number of its kind that is free."""
    ordinal = 1
    while _has_number(tx, number := replacement_number(order.number, ordinal)):
        ordinal += 1
    made = Batch(tx, actor, mail_all=False).take_in_anew(_incoming(tx, order, chosen, number))
    if made is None:
        raise InvalidContent(f"An order with the number {number} is there already.")
    return number, made


def _incoming(
    tx: Transaction, order: OrderRecord, chosen: list[tuple[LineItemRecord, int]], number: str
) -> IncomingOrder:
    return IncomingOrder(
        source=SOURCE,
        number=number,
        placed_at=tx.now,
        currency=order.currency,
        prices_include_tax=order.prices_include_tax,
        buyer_email=order.buyer_email,
        buyer_name=order.buyer_name,
        buyer_locale=order.buyer_locale,
        delivery=tuple(order.delivery),
        fulfilled_by_other=order.fulfilled_by_other,
        lines=tuple(
            IncomingLine(
                sku=line.sku,
                title=line.title,
                quantity=quantity,
                price_minor=0,
                asin=line.asin,
                image_url=line.image_url,
            )
            for line, quantity in chosen
        ),
        external_ids={"replaces": order.number},
    )


def _has_number(tx: Transaction, number: str) -> bool:
    query = orders_of(tx).with_only_columns(OrderRecord.id).where(OrderRecord.number == number)
    return tx.session.scalars(query).first() is not None


def _chosen(
    lines: Sequence[LineItemRecord], quantities: Mapping[LineItemId, int]
) -> list[tuple[LineItemRecord, int]]:
    there = {LineItemId(line.id): line for line in lines}
    wanted = {line_id: quantity for line_id, quantity in quantities.items() if quantity}
    if not wanted or any(line_id not in there for line_id in wanted):
        raise InvalidContent("Choose at least one unit of the order.")
    if any(not 0 < quantity <= there[line_id].ordered for line_id, quantity in wanted.items()):
        raise InvalidContent("A replacement holds no more units than were ordered.")
    return [(there[line_id], quantity) for line_id, quantity in wanted.items()]


def _locked(tx: Transaction, case_id: UUID) -> tuple[OrderRecord, CaseRecord]:
    order, case = lock_case(tx, case_id)
    if order is None:
        raise NotFound("There is no such case.")
    return order, case


def _is_given(tx: Transaction, offer_id: UUID) -> bool:
    known = select(CaseOfferRecord.id).where(
        CaseOfferRecord.merchant_id == tx.merchant_id, CaseOfferRecord.id == offer_id
    )
    return tx.session.scalars(known).first() is not None


def _note_offer(
    tx: Transaction, order: OrderRecord, case: CaseRecord, offer: CaseOfferRecord, actor: Actor
) -> None:
    offer.merchant_id = tx.merchant_id
    offer.case_id = case.id
    offer.currency = order.currency
    offer.offered_by = actor.id
    offer.offered_at = tx.now
    tx.session.add(offer)
    tx.session.flush()


def _told(words: str, message: str) -> Message:
    return Message(f"{words}\n\n{message}" if message else words)

"""The steps that cases share, inside an open transaction that holds their order's lock."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from shared import wording
from shared.domain.actors import Actor
from shared.domain.errors import InvalidContent, NotFound
from shared.domain.events import Event, MailEvent
from shared.domain.ids import new_id
from shared.domain.support import MOST_PICTURES_OF_CASE, CaseNote, CaseState, MessageKind, Picture
from shared.storage import outbox, timeline
from shared.storage.cases import lock_case
from shared.storage.engine import Transaction
from shared.storage.records import CaseMessageRecord, CasePictureRecord, CaseRecord, OrderRecord


@dataclass(frozen=True, slots=True)
class Message:
    """What somebody writes in a case; `id` names the page it was written on, so that it is taken once."""

    body: str
    pictures: Sequence[Picture] = ()
    id: UUID | None = None
    kind: MessageKind = MessageKind.MESSAGE


def is_taken(tx: Transaction, message_id: UUID | None) -> bool:
    """Say whether this very message was taken before."""
    if message_id is None:
        return False
    return tx.session.get(CaseMessageRecord, (tx.merchant_id, message_id)) is not None


def write(tx: Transaction, case: CaseRecord, message: Message, actor: Actor) -> CaseMessageRecord:
    """Add a message to a case. Raises InvalidContent when it holds more pictures than fit."""
    _refuse_too_many(tx, case, message)
    record = CaseMessageRecord(
        merchant_id=tx.merchant_id,
        id=message.id or new_id(),
        case_id=case.id,
        author_kind=actor.kind,
        author_id=actor.id,
        kind=message.kind,
        body=message.body,
        sent_at=tx.now,
    )
    tx.session.add(record)
    tx.session.flush()
    tx.session.add_all(
        CasePictureRecord(
            merchant_id=tx.merchant_id,
            id=new_id(),
            message_id=record.id,
            ordinal=ordinal,
            mimetype=picture.mimetype,
            width=picture.width,
            height=picture.height,
            body=picture.body,
        )
        for ordinal, picture in enumerate(message.pictures, start=1)
    )
    tx.session.flush()
    return record


def answer(tx: Transaction, order: OrderRecord, case: CaseRecord, message: Message, actor: Actor) -> None:
    """Answer the buyer of an order in a case, and mail it to them."""
    record = write(tx, case, message, actor)
    outbox.mail(tx, order, MailEvent.CASE_REPLIED, case_message_id=record.id)
    case.assignee_id = case.assignee_id or actor.id
    turn(tx, case, CaseState.WAITING)
    timeline.note(tx, order.id, Event.CASE_REPLIED, actor, details={"case": str(case.id)})


def turn(tx: Transaction, case: CaseRecord, state: CaseState) -> None:
    """Bring a case into a state; one that is in it already keeps its place in the line."""
    if case.state != state:
        case.state = state
        case.since = tx.now


def end(tx: Transaction, order: OrderRecord, case: CaseRecord, actor: Actor) -> None:
    """Call a case resolved, once."""
    if case.state == CaseState.RESOLVED:
        return
    turn(tx, case, CaseState.RESOLVED)
    timeline.note(tx, order.id, Event.CASE_RESOLVED, actor, details={"case": str(case.id)})


def end_by_canceling(tx: Transaction, order: OrderRecord, case_id: UUID, actor: Actor) -> None:
    """Note in a case of a locked order that units were canceled from it, and call it resolved.

    Raises NotFound for a case of another order.
    """
    case = case_of_order(tx, order, case_id)
    write(tx, case, Message(wording.case_note(CaseNote.CANCELED), kind=MessageKind.NOTE), actor)
    end(tx, order, case, actor)


def case_of_order(tx: Transaction, order: OrderRecord, case_id: UUID) -> CaseRecord:
    """Lock a case of an order that is locked already. Raises NotFound for a case of another one."""
    found, case = lock_case(tx, case_id)
    if found is None or found.id != order.id:
        raise NotFound("There is no such case.")
    return case


def _refuse_too_many(tx: Transaction, case: CaseRecord, message: Message) -> None:
    if not message.pictures:
        return
    there = tx.session.scalars(
        select(func.count())
        .select_from(CasePictureRecord)
        .join(
            CaseMessageRecord,
            (CaseMessageRecord.merchant_id == CasePictureRecord.merchant_id)
            & (CaseMessageRecord.id == CasePictureRecord.message_id),
        )
        .where(CasePictureRecord.merchant_id == tx.merchant_id, CaseMessageRecord.case_id == case.id)
    ).one()
    if there + len(message.pictures) > MOST_PICTURES_OF_CASE:
        raise InvalidContent(f"A case holds {MOST_PICTURES_OF_CASE} pictures at most.")

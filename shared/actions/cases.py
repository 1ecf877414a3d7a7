"""What buyers raise with a merchant: open a case, write in it, pass it on, call it resolved."""

from uuid import UUID

from sqlalchemy import select

from shared.actions import case_steps
from shared.actions.case_steps import Message
from shared.domain.actors import Actor
from shared.domain.errors import NotFound
from shared.domain.events import Event, MailEvent
from shared.domain.ids import MerchantId, new_id
from shared.domain.permissions import Permission, Role, holds
from shared.domain.support import CaseState, Floor, MessageKind
from shared.storage import outbox, timeline
from shared.storage.cases import lock_case
from shared.storage.engine import Database, Transaction
from shared.storage.records import CaseRecord, MembershipRecord, OrderRecord
from shared.storage.scopes import lock_order


def open_case(
    db: Database, merchant_id: MerchantId, order_id: UUID, category: str, message: Message, actor: Actor
) -> UUID:
    """Keep a buyer's message as a new case of the order, and tell the team. Raises NotFound, InvalidContent.

    The case has the id of its first message: who sends one page twice opens one case.
    """
    with db.begin(merchant_id) as tx:
        order = lock_order(tx, order_id)
        case_id = message.id or new_id()
        if tx.session.get(CaseRecord, (merchant_id, case_id)) is not None:
            return case_id
        case = CaseRecord(
            merchant_id=merchant_id,
            id=case_id,
            order_id=order.id,
            category=category,
            opened_at=tx.now,
            floor=Floor.MERCHANT,
            state=CaseState.OPEN,
            since=tx.now,
        )
        tx.session.add(case)
        tx.session.flush()
        record = case_steps.write(tx, case, message, actor)
        outbox.alert(tx, order, MailEvent.CASE_OPENED, case_message_id=record.id)
        timeline.note(
            tx, order.id, Event.CASE_OPENED, actor, details={"case": str(case.id), "category": category}
        )
    return case_id


def answer_case(
    db: Database, merchant_id: MerchantId, order_id: UUID, case_id: UUID, message: Message, actor: Actor
) -> None:
    """Add what a buyer writes in a case of their order; a resolved one is open again.

    Raises NotFound, also for a case of another order, or InvalidContent.
    """
    with db.begin(merchant_id) as tx:
        order = lock_order(tx, order_id)
        case = case_steps.case_of_order(tx, order, case_id)
        if case_steps.is_taken(tx, message.id):
            return
        case_steps.write(tx, case, message, actor)
        case_steps.turn(tx, case, CaseState.OPEN)
        timeline.note(tx, order.id, Event.CASE_REPLIED, actor, details={"case": str(case.id)})


def reply(db: Database, merchant_id: MerchantId, case_id: UUID, message: Message, actor: Actor) -> None:
    """Answer a buyer, who is mailed; or with a note, which only the team reads, keep it among the team.

    Raises NotFound or InvalidContent.
    """
    with db.begin(merchant_id) as tx:
        order, case = _locked(tx, case_id)
        if case_steps.is_taken(tx, message.id):
            return
        if message.kind is MessageKind.NOTE:
            case_steps.write(tx, case, message, actor)
        else:
            case_steps.answer(tx, order, case, message, actor)


def assign(db: Database, merchant_id: MerchantId, case_id: UUID, user_id: UUID | None) -> None:
    """Give a case to somebody of the team who may answer, or to nobody. Raises NotFound."""
    with db.begin(merchant_id) as tx:
        _order, case = _locked(tx, case_id)
        if user_id is not None and not _may_answer(tx, user_id):
            raise NotFound("There is nobody of that name in the team who answers customers.")
        case.assignee_id = user_id


def resolve(db: Database, merchant_id: MerchantId, case_id: UUID, actor: Actor) -> None:
    """Call a case resolved; one that is stays as it is. Raises NotFound."""
    with db.begin(merchant_id) as tx:
        order, case = _locked(tx, case_id)
        case_steps.end(tx, order, case, actor)


def reopen(db: Database, merchant_id: MerchantId, case_id: UUID, actor: Actor) -> None:
    """Take a resolved case up again; any other stays as it is. Raises NotFound."""
    with db.begin(merchant_id) as tx:
        order, case = _locked(tx, case_id)
        if case.state != CaseState.RESOLVED:
            return
        case_steps.turn(tx, case, CaseState.OPEN)
        timeline.note(tx, order.id, Event.CASE_REOPENED, actor, details={"case": str(case.id)})


def _locked(tx: Transaction, case_id: UUID) -> tuple[OrderRecord, CaseRecord]:
    order, case = lock_case(tx, case_id)
    if order is None:
        raise NotFound("There is no such case.")
    return order, case


def _may_answer(tx: Transaction, user_id: UUID) -> bool:
    role = tx.session.scalars(
        select(MembershipRecord.role).where(
            MembershipRecord.merchant_id == tx.merchant_id, MembershipRecord.user_id == user_id
        )
    ).one_or_none()
    return role is not None and holds(Role(role), Permission.REPLY)

"""What merchants raise with the operator's support agents: ask, answer, call it resolved."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from shared.actions import case_steps
from shared.actions.case_steps import Message
from shared.domain.actors import Actor
from shared.domain.events import Event, MailEvent
from shared.domain.ids import MerchantId, new_id
from shared.domain.support import CaseState, Floor
from shared.storage import outbox, timeline
from shared.storage.cases import lock_case
from shared.storage.engine import Database, Transaction
from shared.storage.records import CaseRecord, OperatorCaseRecord, OrderRecord
from shared.storage.scopes import lock_order


@dataclass(frozen=True, slots=True)
class Asking:
    """What a merchant asks: about what, which order if any, where to call back ("" for nowhere)."""

    category: str
    message: Message
    order_id: UUID | None = None
    phone: str = ""


def ask(db: Database, merchant_id: MerchantId, asking: Asking, actor: Actor) -> UUID:
    """Open a case with the operator; who sends one page twice opens one. Raises NotFound."""
    with db.begin(merchant_id) as tx:
        order = lock_order(tx, asking.order_id) if asking.order_id else None
        case_id = asking.message.id or new_id()
        if tx.session.get(CaseRecord, (merchant_id, case_id)) is not None:
            return case_id
        case = CaseRecord(
            merchant_id=merchant_id,
            id=case_id,
            order_id=order.id if order else None,
            category=asking.category,
            opened_at=tx.now,
            floor=Floor.OPERATOR,
            state=CaseState.OPEN,
            since=tx.now,
            opened_by=actor.id,
            phone=asking.phone,
        )
        tx.session.add(case)
        tx.session.flush()
        case_steps.write(tx, case, asking.message, actor)
        _show(tx, case)
        _note(tx, order, case, Event.OPERATOR_ASKED, actor)
    return case_id


def ask_again(db: Database, merchant_id: MerchantId, case_id: UUID, message: Message, actor: Actor) -> None:
    """Add what the merchant writes in a case; a resolved one is open again. Raises NotFound."""
    with db.begin(merchant_id) as tx:
        order, case = lock_case(tx, case_id, Floor.OPERATOR)
        if case_steps.is_taken(tx, message.id):
            return
        case_steps.write(tx, case, message, actor)
        case_steps.turn(tx, case, CaseState.OPEN)
        _show(tx, case)
        _note(tx, order, case, Event.OPERATOR_ASKED, actor)


def answer(db: Database, merchant_id: MerchantId, case_id: UUID, message: Message, actor: Actor) -> None:
    """Answer the merchant as the operator; owners and managers are mailed. Raises NotFound."""
    with db.begin(merchant_id) as tx:
        order, case = lock_case(tx, case_id, Floor.OPERATOR)
        if case_steps.is_taken(tx, message.id):
            return
        case_steps.write(tx, case, message, actor)
        case_steps.turn(tx, case, CaseState.WAITING)
        _show(tx, case)
        facts = {"number": order.number if order else ""}
        for address in outbox.team_addresses(tx):
            outbox.letter(tx, MailEvent.OPERATOR_REPLIED, address, subject_id=case.id, facts=facts)
        _note(tx, order, case, Event.OPERATOR_REPLIED, actor)


def resolve(db: Database, merchant_id: MerchantId, case_id: UUID, actor: Actor) -> None:
    """Call a case resolved; one that is stays as it is. Raises NotFound."""
    with db.begin(merchant_id) as tx:
        order, case = lock_case(tx, case_id, Floor.OPERATOR)
        if case.state == CaseState.RESOLVED:
            return
        case_steps.turn(tx, case, CaseState.RESOLVED)
        _show(tx, case)
        _note(tx, order, case, Event.OPERATOR_RESOLVED, actor)


def _show(tx: Transaction, case: CaseRecord) -> None:
    """Let agents find the case: its ids and state stand where no merchant's wall is."""
    tx.session.flush()
    seen = {"state": case.state, "since": case.since, "changed_at": tx.now}
    tx.session.execute(
        insert(OperatorCaseRecord)
        .values(case_id=case.id, merchant_id=tx.merchant_id, **seen)
        .on_conflict_do_update(index_elements=["case_id"], set_=seen)
    )


def _note(tx: Transaction, order: OrderRecord | None, case: CaseRecord, event: Event, actor: Actor) -> None:
    if order is not None:
        timeline.note(tx, order.id, event, actor, details={"case": str(case.id)})

"""A warehouse that must be asked before units are canceled: its answer, and what its silence means."""

from uuid import UUID

from shared.actions.moves import await_execution, end_declined
from shared.domain.actors import SYSTEM, Actor
from shared.domain.cancellation import Move, Question, RequestState
from shared.domain.errors import AlreadyDecided
from shared.domain.events import Event
from shared.domain.ids import MerchantId, RequestId
from shared.domain.policy import WarehouseAnswer, from_document
from shared.domain.reasons import DeclineReason
from shared.storage import timeline
from shared.storage.engine import Database, Transaction
from shared.storage.idempotency import Once, answered, claim
from shared.storage.records import OrderRecord, RequestRecord
from shared.storage.scopes import lines_of, lock_request


def answer(
    db: Database,
    merchant_id: MerchantId,
    request_id: UUID,
    given: WarehouseAnswer,
    actor: Actor,
    *,
    once: Once | None = None,
) -> None:
    """Take the warehouse's answer: a stopped request is carried out, one that came too late is declined.

    Raises NotFound, or AlreadyDecided where no answer is awaited.
    """
    with db.begin(merchant_id) as tx:
        claim(tx, once)
        order, record = lock_request(tx, request_id)
        if not _awaits_answer(record):
            raise AlreadyDecided("The warehouse is not being asked about this.", state=record.state)
        _take(tx, order, record, given, actor)
        answered(tx, once, RequestId(record.id))


def end_question(db: Database, merchant_id: MerchantId, request_id: UUID) -> None:
    """Take the silence of a warehouse for the answer that the policy names, once its time is over."""
    with db.begin(merchant_id) as tx:
        order, record = lock_request(tx, request_id)
        warehouse = from_document(record.policy).warehouse
        if not _awaits_answer(record) or warehouse is None or (record.answer_by or tx.now) > tx.now:
            return
        _take(tx, order, record, warehouse.silence, SYSTEM)


def _awaits_answer(record: RequestRecord) -> bool:
    return record.state == RequestState.ACCEPTING and record.warehouse == Question.ASKED


def _take(
    tx: Transaction, order: OrderRecord, record: RequestRecord, given: WarehouseAnswer, actor: Actor
) -> None:
    record.warehouse = Question(given)
    order.version += 1
    timeline.note(
        tx, order.id, Event.WAREHOUSE_ANSWERED, actor, request_id=record.id, details={"answer": given}
    )
    if given is WarehouseAnswer.STOPPED:
        await_execution(tx, record)
    else:
        # What ships from here on are the units that were too late to stop.
        shipped = {str(line.id): line.shipped for line in lines_of(tx, order.id)}
        record.quote = {**record.quote, "shipped": shipped}
        end_declined(tx, order, record, actor, reason=DeclineReason.ALREADY_SHIPPED, move=Move.TOO_LATE)

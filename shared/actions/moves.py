"""The moves of a request that several actions share, made in their open transaction."""

from datetime import timedelta

from shared.actions.claims import free_units
from shared.domain.actors import SYSTEM, Actor
from shared.domain.cancellation import Move, Question, RequestState, after
from shared.domain.events import EffectKind, Event, MailEvent
from shared.domain.policy import from_document
from shared.domain.reasons import DeclineReason
from shared.storage import outbox, timeline
from shared.storage.engine import Transaction
from shared.storage.records import OrderRecord, RequestRecord


def decide_to_accept(tx: Transaction, order: OrderRecord, record: RequestRecord, actor: Actor) -> None:
    """Move a request to *accepting* and see to it that it is carried out."""
    before = record.state
    record.state = after(RequestState(before), Move.ACCEPT)
    record.decided_at = tx.now
    record.executes_at = tx.now + timedelta(minutes=record.policy["undo_minutes"])
    order.version += 1
    timeline.note(
        tx,
        order.id,
        Event.CANCELLATION_ACCEPTING,
        actor,
        request_id=record.id,
        from_state=before,
        to_state=record.state,
    )
    begin_accepting(tx, record)


def begin_accepting(tx: Transaction, record: RequestRecord) -> None:
    """Ask the warehouse, where the policy names one; else carry the request out after the undo window."""
    warehouse = from_document(record.policy).warehouse
    if warehouse is None:
        await_execution(tx, record)
        return
    record.warehouse = Question.ASKED
    record.answer_by = tx.now + timedelta(minutes=warehouse.answer_minutes)
    timeline.note(
        tx,
        record.order_id,
        Event.WAREHOUSE_ASKED,
        SYSTEM,
        request_id=record.id,
        details={"answer_by": record.answer_by.isoformat()},
    )
    outbox.defer(
        tx,
        EffectKind.END_QUESTION,
        record.id,
        dedup_key=f"question:{record.id}",
        after=record.answer_by - tx.now,
    )


def await_execution(tx: Transaction, record: RequestRecord) -> None:
    """Have a request carried out as soon as its undo window is over."""
    outbox.defer(
        tx,
        EffectKind.EXECUTE_CANCELLATION,
        record.id,
        dedup_key=f"execute:{record.id}",
        after=max(timedelta(0), (record.executes_at or tx.now) - tx.now),
    )


def end_declined(
    tx: Transaction,
    order: OrderRecord,
    record: RequestRecord,
    actor: Actor,
    *,
    reason: DeclineReason,
    message: str = "",
    move: Move = Move.DECLINE,
) -> None:
    """Decline a request: free its units, note it, write to the buyer."""
    before = record.state
    record.state = after(RequestState(before), move)
    record.ended_at = tx.now
    record.decline_reason = reason
    free_units(tx, order, record)
    digest = timeline.keep_text(tx, order.id, record.id, "decline_message", message)
    reinstated = move is Move.REINSTATE
    timeline.note(
        tx,
        order.id,
        Event.CANCELLATION_REINSTATED if reinstated else Event.CANCELLATION_DECLINED,
        actor,
        request_id=record.id,
        from_state=before,
        to_state=record.state,
        details={"reason": reason, "message": digest},
    )
    outbox.mail(
        tx,
        order,
        MailEvent.CANCELLATION_REINSTATED if reinstated else MailEvent.CANCELLATION_DECLINED,
        request_id=record.id,
    )

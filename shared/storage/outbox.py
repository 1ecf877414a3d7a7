"""Write down what must happen outside, in the transaction that decides it; a job only wakes a worker."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import procrastinate
from procrastinate.types import JSONValue
from sqlalchemy import func, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert

from shared.domain.events import EffectKind, MailEvent
from shared.domain.ids import EffectId, MessageId, new_id, new_keys
from shared.domain.permissions import Role
from shared.storage.bulk import insert_rows
from shared.storage.engine import Transaction, UntenantedTransaction
from shared.storage.records import (
    EffectRecord,
    LetterRecord,
    MembershipRecord,
    MerchantRecord,
    MessageRecord,
    OrderRecord,
    UserRecord,
)

LEASE = timedelta(seconds=60)
PERFORM = "perform"
PERFORM_EACH = "perform_each"
LOOK_UP_LINK = "look_up_link"
LOOK_UP_USER = "look_up_user"
AT_ONCE = timedelta(0)
# A lane of its own: a receiver that hangs holds nothing else up.
WEBHOOKS = "webhooks"
QUEUES = {
    EffectKind.EXECUTE_CANCELLATION: "core",
    EffectKind.APPLY_SILENCE: "core",
    EffectKind.END_QUESTION: "core",
    EffectKind.SEND_MAIL: "mail",
    EffectKind.SEND_LETTER: "mail",
    EffectKind.CARRY_OUT_UPLOAD: "files",
    EffectKind.WRITE_EXPORT: "files",
    EffectKind.FORGET_EXPORT: "files",
    EffectKind.SEND_REFUND: "money",
    EffectKind.LOOK_UP_REFUND: "money",
    EffectKind.ADVANCE_RUN: "bulk",
    EffectKind.CHECK_RATE: "core",
    EffectKind.SEND_WEBHOOK: WEBHOOKS,
}
_TEAMS_LOCALE = "en"
# Effects that one job wakes a worker for: each is claimed and fenced by itself, the job is only a hint.
_OF_A_JOB = 20


@dataclass(frozen=True, slots=True)
class Again:
    """An e-mail that is sent once more: the first one, and the press of a button that asks for it."""

    first_id: UUID
    nonce: str


_queue = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())


def defer(
    tx: Transaction,
    kind: EffectKind,
    subject_id: UUID,
    *,
    dedup_key: str,
    after: timedelta = AT_ONCE,
    payload: dict[str, Any] | None = None,
) -> None:
    """Note one effect, once per deduplication key, due `after` from now, and wake a worker for it."""
    effect_id = EffectId(new_id())
    statement = (
        insert(EffectRecord)
        .values(
            merchant_id=tx.merchant_id,
            id=effect_id,
            kind=kind,
            dedup_key=dedup_key,
            subject_id=subject_id,
            payload=payload or {},
            state="ready",
            attempt=0,
            due_at=tx.now + after,
            created_at=tx.now,
        )
        .on_conflict_do_nothing(index_elements=["merchant_id", "dedup_key"])
        .returning(EffectRecord.id)
    )
    if tx.session.connection().execute(statement).scalar_one_or_none() is not None:
        wake(tx, kind, effect_id, after=after)


def look_up_link(tx: UntenantedTransaction, number: str, email: str) -> None:
    """Queue the question whether order and address belong together; the answer goes to that address."""
    connection = tx.session.connection().connection.driver_connection
    _queue.configure_task(LOOK_UP_LINK, queue="mail", connection=connection).defer(number=number, email=email)


def look_up_user(tx: UntenantedTransaction, email: str) -> None:
    """Queue the question whether somebody signs in with this address; the answer goes there."""
    connection = tx.session.connection().connection.driver_connection
    _queue.configure_task(LOOK_UP_USER, queue="mail", connection=connection).defer(email=email)


def wake(tx: Transaction, kind: EffectKind, effect_id: EffectId, *, after: timedelta) -> None:
    """Queue the job that makes a worker look at an effect, `after` from now in real time."""
    connection = tx.session.connection().connection.driver_connection
    job = _queue.configure_task(
        PERFORM,
        queue=QUEUES[kind],
        schedule_in={"seconds": after.total_seconds()} if after else None,
        connection=connection,
    )
    job.defer(merchant_id=str(tx.merchant_id), effect_id=str(effect_id))


def revive(tx: Transaction, kind: EffectKind, dedup_key: str) -> None:
    """Make an effect that has ended, well or not, due at once, its attempts forgotten."""
    revived = tx.session.scalars(
        update(EffectRecord)
        .where(
            EffectRecord.merchant_id == tx.merchant_id,
            EffectRecord.dedup_key == dedup_key,
            EffectRecord.state.in_(["done", "dead"]),
        )
        .values(state="ready", attempt=0, due_at=tx.now, finished_at=None)
        .returning(EffectRecord.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if revived is not None:
        wake(tx, kind, EffectId(revived), after=AT_ONCE)


def keep_hold(tx: Transaction, kind: EffectKind, subject_id: UUID) -> None:
    """Lengthen the lease of an effect that is being carried out and takes its time."""
    tx.session.execute(
        update(EffectRecord)
        .where(
            EffectRecord.merchant_id == tx.merchant_id,
            EffectRecord.kind == kind,
            EffectRecord.subject_id == subject_id,
            # In the statement itself: an index on a part of a table serves none that leaves it open.
            EffectRecord.state == literal_column("'running'"),
        )
        .values(lease_until=func.clock_timestamp() + LEASE)
        .execution_options(synchronize_session=False)
    )


def mail(
    tx: Transaction,
    order: OrderRecord,
    event: MailEvent,
    *,
    request_id: UUID | None = None,
    refund_id: UUID | None = None,
    case_message_id: UUID | None = None,
    again: Again | None = None,
) -> MessageId | None:
    """Note one e-mail to the order's buyer; its row is the truth about whether it was sent.

    `again` says that a member sends an e-mail once more. None when the merchant has switched mails to buyers
    off, or no report has told the buyer's address.
    """
    if not (order.buyer_email and tx.session.get_one(MerchantRecord, tx.merchant_id).mails_buyers):
        return None
    about: dict[str, UUID | str | None] = {
        "order_id": order.id,
        "request_id": request_id,
        "refund_id": refund_id,
        "case_message_id": case_message_id,
    }
    if again is not None:
        about |= {"again_of": again.first_id, "nonce": again.nonce}
    return _write(tx, event, order.buyer_email, order.buyer_locale, **about)


def was_sent_by(tx: Transaction, nonce: str) -> bool:
    """Say whether a press of a button has sent its e-mail already."""
    return (
        tx.session.scalars(
            select(MessageRecord.id).where(
                MessageRecord.merchant_id == tx.merchant_id, MessageRecord.nonce == nonce
            )
        ).first()
        is not None
    )


def alert(
    tx: Transaction,
    order: OrderRecord,
    event: MailEvent,
    *,
    request_id: UUID | None = None,
    refund_id: UUID | None = None,
    case_message_id: UUID | None = None,
) -> None:
    """Note one e-mail to each owner and manager of the merchant's team."""
    about = {"request_id": request_id, "refund_id": refund_id, "case_message_id": case_message_id}
    for address in team_addresses(tx):
        _write(tx, event, address, _TEAMS_LOCALE, order_id=order.id, **about)


def warn(tx: Transaction, alert_id: UUID) -> None:
    """Note one e-mail about the cancellation rate to each owner and manager of the merchant's team."""
    for address in team_addresses(tx):
        _write(tx, MailEvent.RATE_WARNED, address, _TEAMS_LOCALE, alert_id=alert_id)


def team_addresses(tx: Transaction) -> Sequence[str]:
    """List where each owner and manager of the merchant's team is reached."""
    return tx.session.scalars(
        select(UserRecord.email)
        .join(MembershipRecord, MembershipRecord.user_id == UserRecord.id)
        .where(
            MembershipRecord.merchant_id == tx.merchant_id,
            MembershipRecord.role.in_([Role.OWNER, Role.MANAGER]),
        )
        .order_by(UserRecord.email)
    ).all()


def _write(
    tx: Transaction,
    event: MailEvent,
    recipient: str,
    locale: str,
    **about: UUID | str | None,
) -> MessageId:
    message_id = MessageId(new_id())
    tx.session.add(
        MessageRecord(
            merchant_id=tx.merchant_id,
            id=message_id,
            event=event,
            recipient=recipient,
            locale=locale,
            state="ready",
            created_at=tx.now,
            **about,
        )
    )
    tx.session.flush()
    defer(tx, EffectKind.SEND_MAIL, message_id, dedup_key=f"mail:{message_id}")
    return message_id


def letter(
    tx: Transaction,
    event: MailEvent,
    recipient: str,
    *,
    subject_id: UUID | None = None,
    facts: Mapping[str, str] | None = None,
    locale: str = _TEAMS_LOCALE,
) -> None:
    """Note one e-mail to somebody of the team, about no order; `subject_id` names what its link leads to."""
    letter_id = MessageId(new_id())
    tx.session.add(
        LetterRecord(
            merchant_id=tx.merchant_id,
            id=letter_id,
            event=event,
            recipient=recipient,
            locale=locale,
            subject_id=subject_id,
            facts=dict(facts or {}),
            state="ready",
            created_at=tx.now,
        )
    )
    tx.session.flush()
    defer(tx, EffectKind.SEND_LETTER, letter_id, dedup_key=f"letter:{letter_id}")


def mail_each(
    tx: Transaction,
    orders: Sequence[OrderRecord],
    event: MailEvent,
    request_ids: Mapping[UUID, UUID] | None = None,
) -> None:
    """Note an e-mail to the buyer of each of these orders, of a merchant who mails buyers, all at once.

    `request_ids` names the request that each order's e-mail is about. Where no address is known nobody is.
    """
    reachable = [order for order in orders if order.buyer_email]
    messages = [
        {
            "id": key,
            "order_id": order.id,
            "request_id": (request_ids or {}).get(order.id),
            "recipient": order.buyer_email,
            "locale": order.buyer_locale,
        }
        for key, order in zip(new_keys(len(reachable)), reachable, strict=True)
    ]
    same = {"merchant_id": tx.merchant_id, "event": event, "state": "ready", "created_at": tx.now}
    insert_rows(tx, MessageRecord, messages, same)
    defer_each(
        tx, EffectKind.SEND_MAIL, {str(message["id"]): f"mail:{message['id']}" for message in messages}
    )


def defer_each(
    tx: Transaction, kind: EffectKind, keys: Mapping[str, str], after: timedelta = AT_ONCE
) -> None:
    """Note many effects that nobody has noted yet, subjects to their keys, and wake workers for them."""
    effects = [
        {"id": effect_id, "dedup_key": key, "subject_id": subject_id}
        for effect_id, (subject_id, key) in zip(new_keys(len(keys)), keys.items(), strict=True)
    ]
    if not effects:
        return
    same = {
        "merchant_id": tx.merchant_id,
        "kind": kind,
        "payload": {},
        "state": "ready",
        "attempt": 0,
        "due_at": tx.now + after,
        "created_at": tx.now,
    }
    insert_rows(tx, EffectRecord, effects, same)
    wake_each(tx, kind, [effect["id"] for effect in effects], after)


def wake_each(tx: Transaction, kind: EffectKind, ids: Sequence[str], after: timedelta = AT_ONCE) -> None:
    """Queue the jobs that make workers look at these effects, `after` from now in real time."""
    if not ids:
        return
    task = _queue.configure_task(
        PERFORM_EACH,
        queue=QUEUES[kind],
        schedule_in={"seconds": after.total_seconds()} if after else None,
        connection=tx.session.connection().connection.driver_connection,
    )
    jobs: list[dict[str, JSONValue]] = [
        {"merchant_id": str(tx.merchant_id), "effect_ids": list[JSONValue](ids[start : start + _OF_A_JOB])}
        for start in range(0, len(ids), _OF_A_JOB)
    ]
    task.batch_defer(*jobs)

"""Answer a repeated API call as the first was answered; its key is claimed in the effect's transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from psycopg.errors import LockNotAvailable
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import OperationalError

from shared.domain.errors import Refusal
from shared.storage.engine import Transaction
from shared.storage.records import AnswerRecord

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP status and a body, as text."""

    status: int
    body: str


@dataclass(frozen=True, slots=True)
class Once:
    """A call to be carried out once: route, caller's key, a digest of the call, how to word its answer."""

    route: str
    key: str
    fingerprint: bytes
    render: Callable[[Transaction, Any], Answer]


class Replayed(Exception):
    """The call was answered before; `answer` is what it was told."""

    def __init__(self, answer: Answer) -> None:
        """Carry the first answer."""
        super().__init__(answer.status)
        self.answer = answer


class InFlight(Refusal):
    """The same call is being carried out just now; it took longer than this one could wait."""

    code = "in_flight"


class KeyReused(Refusal):
    """The idempotency key belongs to a different call."""

    code = "idempotency_key_reused"


def claim(tx: Transaction, once: Once | None) -> None:
    """Claim a call's key; raises Replayed when it was answered before, KeyReused when it was another call.

    A twin in flight makes this wait until it has ended; raises InFlight when the lock timeout ends first.
    """
    if once is None:
        return
    if not _claimed(tx, once):
        raise _replay(tx, once)


def answered(tx: Transaction, once: Once | None, result: Result) -> Result:
    """Keep the call's answer with its effect, and hand the result on."""
    if once is not None:
        keep(tx, once, once.render(tx, result))
    return result


def keep(tx: Transaction, once: Once, answer: Answer) -> None:
    """Write the answer beside its claimed key."""
    tx.session.execute(
        update(AnswerRecord)
        .where(
            AnswerRecord.merchant_id == tx.merchant_id,
            AnswerRecord.route == once.route,
            AnswerRecord.key == once.key,
        )
        .values(status=answer.status, body=answer.body)
    )


def _claimed(tx: Transaction, once: Once) -> bool:
    statement = (
        insert(AnswerRecord)
        .values(
            merchant_id=tx.merchant_id,
            route=once.route,
            key=once.key,
            fingerprint=once.fingerprint,
            created_at=tx.now,
        )
        .on_conflict_do_nothing()
        .returning(AnswerRecord.key)
    )
    try:
        return tx.session.execute(statement).scalar_one_or_none() is not None
    except OperationalError as error:
        if isinstance(error.orig, LockNotAvailable):
            raise InFlight("The same call is being carried out just now; ask again in a moment.") from None
        raise


def _replay(tx: Transaction, once: Once) -> Replayed | KeyReused:
    row = tx.session.execute(
        select(AnswerRecord.fingerprint, AnswerRecord.status, AnswerRecord.body).where(
            AnswerRecord.merchant_id == tx.merchant_id,
            AnswerRecord.route == once.route,
            AnswerRecord.key == once.key,
        )
    ).one()
    if row.fingerprint != once.fingerprint:
        return KeyReused("This Idempotency-Key was used for a different call; choose a new one.")
    return Replayed(Answer(row.status, row.body))

"""Decide several requests one by one: what is wrong with one of them never stops the others."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy.exc import OperationalError

from shared.actions import cancellations
from shared.domain.actors import Actor
from shared.domain.cancellation import RequestState
from shared.domain.errors import Refusal
from shared.domain.ids import MerchantId
from shared.domain.reasons import DeclineReason
from shared.storage.engine import Database


class Outcome(StrEnum):
    """What became of one of several requests."""

    DECIDED = "decided"
    REFUSED = "refused"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Decision:
    """A request and what became of it."""

    request_id: UUID
    outcome: Outcome


def accept_each(
    db: Database, merchant_id: MerchantId, request_ids: Iterable[UUID], actor: Actor
) -> tuple[Decision, ...]:
    """Accept each request in a transaction of its own."""
    return _each(request_ids, lambda request_id: cancellations.accept(db, merchant_id, request_id, actor))


def decline_each(
    db: Database,
    merchant_id: MerchantId,
    request_ids: Iterable[UUID],
    actor: Actor,
    *,
    reason: DeclineReason,
    message: str,
) -> tuple[Decision, ...]:
    """Decline each request in a transaction of its own, with the same words to each customer."""
    return _each(
        request_ids,
        lambda request_id: cancellations.decline(
            db,
            merchant_id,
            request_id,
            actor,
            reason=reason,
            message=message,
            seen=RequestState.REQUESTED,
        ),
    )


def _each(request_ids: Iterable[UUID], decide: Callable[[UUID], object]) -> tuple[Decision, ...]:
    return tuple(Decision(request_id, _outcome(request_id, decide)) for request_id in request_ids)


def _outcome(request_id: UUID, decide: Callable[[UUID], object]) -> Outcome:
    try:
        decide(request_id)
    except Refusal:
        return Outcome.REFUSED
    except OperationalError:
        # Somebody else held the order for longer than a page waits.
        return Outcome.BUSY
    return Outcome.DECIDED

"""Many orders at once: the states of a run, what a row of it asks for, and what can be wrong with a row."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shared.domain.catalogue import Giver
from shared.domain.eligibility import Blocker
from shared.domain.reasons import Reason


class RunKind(StrEnum):
    """Where the rows of a run come from: a file, or orders chosen in the console."""

    FEED = "feed"
    SELECTION = "selection"


def giver_in(kind: RunKind) -> Giver:
    """Tell through whom the reasons of a run come."""
    return Giver.FEED if kind is RunKind.FEED else Giver.MERCHANT


class RunState(StrEnum):
    """Where a run is. `previewed` waits for a person to confirm; `refused` could not be read at all."""

    QUEUED = "queued"
    READING = "reading"
    RUNNING = "running"
    PREVIEWED = "previewed"
    DONE = "done"
    STOPPED = "stopped"
    REFUSED = "refused"


ENDED = frozenset({RunState.DONE, RunState.STOPPED, RunState.REFUSED})


class StopReason(StrEnum):
    """Why a run ended before its end."""

    BY_A_PERSON = "by_a_person"
    NO_LONGER_PERMITTED = "no_longer_permitted"
    KEY_REVOKED = "key_revoked"


class RowAction(StrEnum):
    """What a row asks for."""

    CANCEL = "cancel"
    REFUND = "refund"
    ACKNOWLEDGE = "acknowledge"


class Verdict(StrEnum):
    """What became of a row; empty until it is dealt with."""

    OPEN = ""
    DONE = "done"
    WARNING = "warning"
    ERROR = "error"
    STOPPED = "stopped"


class RowProblem(StrEnum):
    """What can be wrong with a row once it is held against the orders.

    `record_refused` stands on rows that are right by themselves, in a message of which another row is not;
    `before_shipment` is no more than worth knowing.
    """

    ORDER_NOT_FOUND = "order_not_found"
    ITEM_NOT_FOUND = "item_not_found"
    DUPLICATE_ROW = "duplicate_row"
    CONFLICTING_ROWS = "conflicting_rows"
    TOO_MANY_UNITS = "too_many_units"
    ALREADY_SHIPPED = "already_shipped"
    ALREADY_CANCELED = "already_canceled"
    ALREADY_REQUESTED = "already_requested"
    NOT_CANCELABLE = "not_cancelable"
    AMOUNT_NOT_POSSIBLE = "amount_not_possible"
    OTHER_CURRENCY = "other_currency"
    DUPLICATE_MESSAGE_ID = "duplicate_message_id"
    REASON_SWITCHED_OFF = "reason_switched_off"
    BEFORE_SHIPMENT = "before_shipment"
    RECORD_REFUSED = "record_refused"


_BY_BLOCKER = {
    Blocker.ALREADY_SHIPPED: RowProblem.ALREADY_SHIPPED,
    Blocker.ALREADY_CANCELED: RowProblem.ALREADY_CANCELED,
    Blocker.ALREADY_REQUESTED: RowProblem.ALREADY_REQUESTED,
}


def problem_of(blockers: tuple[Blocker, ...]) -> RowProblem:
    """Tell what stands against a row from what stands against its line; none means too many units."""
    if not blockers:
        return RowProblem.TOO_MANY_UNITS
    return _BY_BLOCKER.get(blockers[0], RowProblem.NOT_CANCELABLE)


@dataclass(frozen=True, slots=True)
class StagedRow:
    """One row of a run as it was read: references as they were written, nothing looked up yet.

    `record` is the line or message it stands in, `quantity` None means all that may go. `amounts` and
    `problems` are JSON documents of the reader; `refused` rows are never carried out.
    """

    record: int
    action: RowAction
    order_ref: str
    item_ref: str = ""
    own_order_ref: str = ""
    own_item_ref: str = ""
    message_id: str = ""
    quantity: int | None = None
    reason: Reason | None = None
    amounts: tuple[dict[str, Any], ...] = ()
    problems: tuple[dict[str, Any], ...] = ()
    refused: bool = False
    code: str = ""
    only_unshipped: bool = False

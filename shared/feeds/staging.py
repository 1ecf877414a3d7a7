"""From what a feed says to the rows of a run, and back from the documents kept there to its problems."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from shared.domain.bulk import RowAction, RowProblem, StagedRow
from shared.domain.foreign_codes import ForeignCodes
from shared.feeds.codes import Code, Problem
from shared.feeds.kinds import FeedType
from shared.feeds.processing_report import plain
from shared.feeds.reasons import vocabulary_of
from shared.feeds.values import Action, Amount, FeedRow

_NUMBERS = {
    RowProblem.ORDER_NOT_FOUND: Code.ORDER_NOT_FOUND,
    RowProblem.ITEM_NOT_FOUND: Code.ITEM_NOT_FOUND,
    RowProblem.DUPLICATE_ROW: Code.DUPLICATE_ROW,
    RowProblem.CONFLICTING_ROWS: Code.CONFLICTING_ROWS,
    RowProblem.TOO_MANY_UNITS: Code.TOO_MANY_UNITS,
    RowProblem.ALREADY_SHIPPED: Code.ALREADY_SHIPPED,
    RowProblem.ALREADY_CANCELED: Code.ALREADY_CANCELED,
    RowProblem.ALREADY_REQUESTED: Code.NOT_CANCELABLE,
    RowProblem.NOT_CANCELABLE: Code.NOT_CANCELABLE,
    RowProblem.AMOUNT_NOT_POSSIBLE: Code.AMOUNT_NOT_POSSIBLE,
    RowProblem.OTHER_CURRENCY: Code.OTHER_CURRENCY,
    RowProblem.DUPLICATE_MESSAGE_ID: Code.DUPLICATE_MESSAGE_ID,
    RowProblem.REASON_SWITCHED_OFF: Code.REASON_SWITCHED_OFF,
    RowProblem.BEFORE_SHIPMENT: Code.BEFORE_SHIPMENT,
}
# A row that is refused for another row of its record says nothing of its own.
CODES: Mapping[RowProblem, str] = {
    problem: str(int(_NUMBERS[problem])) if problem in _NUMBERS else "" for problem in RowProblem
}


def staged(row: FeedRow, kind: FeedType, said: ForeignCodes) -> StagedRow:
    """Make the row of a run that an instruction becomes, its reason as the merchant says it comes in."""
    is_acknowledgement = kind is FeedType.ORDER_ACKNOWLEDGEMENT
    return StagedRow(
        record=row.record,
        action=RowAction(row.action.value),
        order_ref=row.order_id,
        item_ref=row.item_id,
        own_order_ref=row.merchant_order_id,
        own_item_ref=row.merchant_item_id,
        message_id=row.message_id,
        quantity=row.quantity,
        reason=vocabulary_of(kind).reason(row.foreign_reason, said) if row.reason else None,
        amounts=tuple(_amount(amount) for amount in row.amounts),
        problems=tuple(document(problem) for problem in row.problems),
        refused=row.refused,
        # An order of which something has shipped is adjusted, no longer declined.
        only_unshipped=is_acknowledgement and row.action is Action.CANCEL,
    )


def document(problem: Problem) -> dict[str, Any]:
    """Write a problem down, to be put into words when somebody reads it."""
    return {
        "code": int(problem.code),
        "field": plain(problem.field),
        "value": plain(problem.value),
        "other": plain(problem.other),
    }


def problem_in(kept: Mapping[str, Any]) -> Problem:
    """Read a problem that was written down."""
    return Problem(Code(kept["code"]), kept["field"], kept["value"], kept["other"])


def _amount(amount: Amount) -> dict[str, Any]:
    return asdict(amount)

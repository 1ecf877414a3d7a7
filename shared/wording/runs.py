"""The words for runs over many orders: what is wrong with a row, how to mend it, why a run ended early."""

from collections.abc import Mapping

from shared.domain.bulk import RowProblem, RunState, StopReason
from shared.rendering import N_
from shared.rendering import gettext as _

_ROW_PROBLEMS: Mapping[RowProblem, tuple[str, str]] = {
    RowProblem.ORDER_NOT_FOUND: (
        N_("No order of yours has this number."),
        N_("Compare it with the order list."),
    ),
    RowProblem.ITEM_NOT_FOUND: (N_("The order has no such item."), N_("Use the item code of the order.")),
    RowProblem.DUPLICATE_ROW: (N_("Another row asks for the same."), N_("Nothing: it is done once.")),
    RowProblem.CONFLICTING_ROWS: (
        N_("Other rows ask for something else about the same items."),
        N_("Keep one of them."),
    ),
    RowProblem.TOO_MANY_UNITS: (
        N_("More units than can still be canceled."),
        N_("Lower the quantity, or look at the order."),
    ),
    RowProblem.ALREADY_SHIPPED: (
        N_("It has already shipped."),
        N_("Offer a return, or refund part of the price."),
    ),
    RowProblem.ALREADY_CANCELED: (N_("It is already canceled."), N_("Nothing.")),
    RowProblem.ALREADY_REQUESTED: (
        N_("The customer has asked for it already."),
        N_("Accept it in Requests; it will not count against you."),
    ),
    RowProblem.NOT_CANCELABLE: (
        N_("It cannot be canceled as the order stands."),
        N_("Look at the order’s page."),
    ),
    RowProblem.AMOUNT_NOT_POSSIBLE: (
        N_("More money than can still go back."),
        N_("Lower the amount, or look at the order."),
    ),
    RowProblem.OTHER_CURRENCY: (
        N_("The amounts do not fit the order’s currency."),
        N_("Write them in the order’s currency and its decimals."),
    ),
    RowProblem.DUPLICATE_MESSAGE_ID: (
        N_("Another message has the same number."),
        N_("Number the messages from 1 on."),
    ),
    RowProblem.REASON_SWITCHED_OFF: (
        N_("Its reason has been switched off in Settings."),
        N_("Give another reason, or switch it on again."),
    ),
    RowProblem.BEFORE_SHIPMENT: (
        N_("The units were canceled although others of the order have not been shipped yet."),
        N_("Nothing."),
    ),
    RowProblem.RECORD_REFUSED: (
        N_("Another row of the same message is wrong, so none of it was done."),
        N_("Mend that row and send the message again."),
    ),
}
_STOP_REASONS: Mapping[StopReason, str] = {
    StopReason.BY_A_PERSON: N_("It was stopped by a person. What was done until then stays done."),
    StopReason.NO_LONGER_PERMITTED: N_(
        "It was stopped, because whoever began it may no longer do this. What was done until then stays done."
    ),
    StopReason.KEY_REVOKED: N_(
        "It was stopped, because the API key that sent it was revoked. What was done until then stays done."
    ),
}

_STATES: Mapping[RunState, str] = {
    RunState.QUEUED: N_("Waiting"),
    RunState.READING: N_("Being read"),
    RunState.RUNNING: N_("Being carried out"),
    RunState.PREVIEWED: N_("Waiting for confirmation"),
    RunState.DONE: N_("Done"),
    RunState.STOPPED: N_("Stopped"),
    RunState.REFUSED: N_("Refused"),
}


def run_state(state: RunState) -> str:
    """Name how far a run is."""
    return _(_STATES[state])


def row_problem(problem: RowProblem) -> str:
    """Say what is wrong with a row of a run."""
    return _(_ROW_PROBLEMS[problem][0])


def run_note(note: str) -> str:
    """Say why a run ended before its end; what a file's reader has said stands as it is."""
    return _(_STOP_REASONS[StopReason(note)]) if note in set(StopReason) else note


def row_remedy(problem: RowProblem) -> str:
    """Say how a row of a run is mended."""
    return _(_ROW_PROBLEMS[problem][1])

"""The states of a cancellation request and the legal moves between them."""

from enum import StrEnum

from shared.domain.errors import AlreadyDecided


class RequestState(StrEnum):
    """Where a cancellation request is."""

    REQUESTED = "requested"
    ACCEPTING = "accepting"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Question(StrEnum):
    """Where the question to a warehouse is, for a request that is *accepting*."""

    NOT_ASKED = ""
    ASKED = "asked"
    STOPPED = "stopped"
    TOO_LATE = "too_late"


class Move(StrEnum):
    """What can happen to a request."""

    ACCEPT = "accept"
    EXECUTE = "execute"
    DECLINE = "decline"
    REINSTATE = "reinstate"
    WITHDRAW = "withdraw"
    SHIP = "ship"
    TOO_LATE = "too_late"
    END = "end"


OPEN_STATES = (RequestState.REQUESTED, RequestState.ACCEPTING)
CLAIMING_STATES = (*OPEN_STATES, RequestState.ACCEPTED)

_MOVES = {
    (RequestState.REQUESTED, Move.ACCEPT): RequestState.ACCEPTING,
    (RequestState.REQUESTED, Move.DECLINE): RequestState.DECLINED,
    (RequestState.REQUESTED, Move.WITHDRAW): RequestState.WITHDRAWN,
    (RequestState.REQUESTED, Move.SHIP): RequestState.DECLINED,
    (RequestState.REQUESTED, Move.END): RequestState.DECLINED,
    (RequestState.ACCEPTING, Move.EXECUTE): RequestState.ACCEPTED,
    (RequestState.ACCEPTING, Move.WITHDRAW): RequestState.WITHDRAWN,
    (RequestState.ACCEPTING, Move.REINSTATE): RequestState.DECLINED,
    (RequestState.ACCEPTING, Move.TOO_LATE): RequestState.DECLINED,
    (RequestState.ACCEPTING, Move.END): RequestState.DECLINED,
}

_BWP_STATES = {
    RequestState.REQUESTED: "PENDING",
    RequestState.ACCEPTING: "PENDING",
    RequestState.ACCEPTED: "SUCCESS",
    RequestState.DECLINED: "REJECTED",
    RequestState.WITHDRAWN: "REJECTED",
}


def after(state: RequestState, move: Move) -> RequestState:
    """Tell the state that a move leads to; raises AlreadyDecided where the move is not open."""
    following = _MOVES.get((state, move))
    if following is None:
        raise AlreadyDecided(state=state, move=move)
    return following


def may(state: RequestState, move: Move) -> bool:
    """Say whether a move is open in a state."""
    return (state, move) in _MOVES


def bwp_state(state: RequestState) -> str:
    """Translate a state into Buy with Prime's vocabulary."""
    return _BWP_STATES[state]

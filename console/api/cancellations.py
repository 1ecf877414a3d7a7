"""Stores ask for cancellations, list them, and decide."""

import re
from collections.abc import Callable
from uuid import UUID

from flask import Response, request

from console.api import lists
from console.api.answers import answer, carry_out
from console.api.auth import Caller
from console.api.payloads import BUYER, CancellationPayload, DeclinePayload, NothingPayload, WarehousePayload
from shared.actions import cancellations, warehouse
from shared.domain.cancellation import RequestState
from shared.domain.errors import InvalidContent, NotFound
from shared.domain.reasons import DeclineReason
from shared.queries import cancellation_documents, documents
from shared.storage.idempotency import Once
from shared.web.strict_json import read_body

_OUR_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
_STATE = "state"


def request_cancellation(caller: Caller, number: str) -> Response:
    """Ask for units of an order to be canceled."""

    def act(once: Once) -> object:
        payload = read_body(CancellationPayload)
        order = documents.known_order(caller.db, caller.merchant_id, number)
        ask = cancellations.Ask(
            quantities=payload.quantities(order.lines),
            reason=payload.reason,
            comments=payload.comments,
            memo=payload.memo,
            for_buyer=payload.requested_by == BUYER,
            most_minor=payload.refund,
        )
        return cancellations.request(caller.db, caller.merchant_id, order.id, ask, caller.actor, once=once)

    return carry_out(caller, 202, cancellation_documents.cancellation, act)


def list_cancellations(caller: Caller) -> Response:
    """List cancellations, newest first, in pages."""
    lists.refuse_others({_STATE})
    return answer(
        cancellation_documents.list_cancellations(
            caller.db,
            caller.merchant_id,
            state=_state(request.args.get(_STATE)),
            cursor=lists.cursor(),
            limit=lists.limit(),
        )
    )


def show_cancellation(caller: Caller, cancellation_id: str) -> Response:
    """Show one cancellation."""
    return answer(
        cancellation_documents.find_cancellation(caller.db, caller.merchant_id, id_of(cancellation_id))
    )


def accept_cancellation(caller: Caller, cancellation_id: str) -> Response:
    """Accept a request; it is carried out once nothing is left to wait for."""

    def act(once: Once) -> None:
        read_body(NothingPayload, may_be_empty=True)
        cancellations.accept(caller.db, caller.merchant_id, id_of(cancellation_id), caller.actor, once=once)

    return _moved(caller, act)


def decline_cancellation(caller: Caller, cancellation_id: str) -> Response:
    """Decline a request."""

    def act(once: Once) -> None:
        payload = read_body(DeclinePayload, may_be_empty=True)
        cancellations.decline(
            caller.db,
            caller.merchant_id,
            id_of(cancellation_id),
            caller.actor,
            reason=DeclineReason(payload.reason),
            message=payload.message,
            once=once,
        )

    return _moved(caller, act)


def withdraw_cancellation(caller: Caller, cancellation_id: str) -> Response:
    """Take a request back."""

    def act(once: Once) -> None:
        read_body(NothingPayload, may_be_empty=True)
        cancellations.withdraw(caller.db, caller.merchant_id, id_of(cancellation_id), caller.actor, once=once)

    return _moved(caller, act)


def answer_for_warehouse(caller: Caller, cancellation_id: str) -> Response:
    """Take the warehouse's answer to whether it has stopped a cancellation's units."""

    def act(once: Once) -> None:
        given = read_body(WarehousePayload).answer
        warehouse.answer(
            caller.db, caller.merchant_id, id_of(cancellation_id), given, caller.actor, once=once
        )

    return _moved(caller, act)


def _moved(caller: Caller, act: Callable[[Once], None]) -> Response:
    return carry_out(caller, 202, cancellation_documents.cancellation, act)


def id_of(text: str) -> UUID:
    """Read one of our ids; raises NotFound for what cannot be one."""
    if not _OUR_ID.fullmatch(text):
        raise NotFound
    return UUID(text)


def _state(text: str | None) -> RequestState | None:
    if text is None:
        return None
    try:
        return RequestState(text)
    except ValueError:
        raise InvalidContent(f"state: is one of {', '.join(RequestState)}") from None

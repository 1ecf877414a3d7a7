"""Stores say where they hear of events, and see what became of each."""

import json

from flask import Response

from console.api import lists
from console.api.answers import answer, carry_out
from console.api.auth import Caller
from console.api.cancellations import id_of
from console.api.payloads import NothingPayload
from console.api.webhook_payloads import EndpointChangePayload, EndpointPayload
from shared.actions import deliveries
from shared.actions import webhooks as actions
from shared.actions.webhooks import EndpointChange, EndpointTerms, NewSecret
from shared.domain.webhooks import EndpointState
from shared.queries import webhooks as queries
from shared.queries.webhooks import EndpointSecretDocument, RemovedDocument
from shared.settings import Mode
from shared.storage.engine import Transaction
from shared.storage.idempotency import Once
from shared.web.app import services
from shared.web.strict_json import read_body


def list_webhooks(caller: Caller) -> Response:
    """List the endpoints that hear of events."""
    return answer(queries.endpoints(caller.db, caller.merchant_id))


def add_webhook(caller: Caller) -> Response:
    """Add an endpoint; the answer holds its secret, this once."""

    def act(once: Once) -> object:
        payload = read_body(EndpointPayload)
        return actions.add(
            caller.db, caller.merchant_id, payload.url, payload.names(), caller.actor, terms(), once=once
        )

    return _opened(carry_out(caller, 201, _with_secret, act))


def show_webhook(caller: Caller, endpoint_id: str) -> Response:
    """Show one endpoint."""
    return answer(queries.find(caller.db, caller.merchant_id, id_of(endpoint_id)))


def change_webhook(caller: Caller, endpoint_id: str) -> Response:
    """Change an endpoint's address or events, pause it, or switch it on again."""

    def act(once: Once) -> object:
        payload = read_body(EndpointChangePayload)
        told = EndpointChange(
            url=payload.url,
            events=payload.names(),
            is_active=None if payload.state is None else EndpointState(payload.state) is EndpointState.ACTIVE,
        )
        return actions.change(
            caller.db, caller.merchant_id, id_of(endpoint_id), told, caller.actor, terms(), once=once
        )

    return carry_out(caller, 200, queries.endpoint, act, needs_key=False)


def remove_webhook(caller: Caller, endpoint_id: str) -> Response:
    """Remove an endpoint; it hears nothing any more."""
    removed = id_of(endpoint_id)
    actions.remove(caller.db, caller.merchant_id, removed, caller.actor)
    return answer(RemovedDocument(removed))


def rotate_webhook(caller: Caller, endpoint_id: str) -> Response:
    """Give an endpoint a new secret; for a day the one before signs beside it."""

    def act(once: Once) -> object:
        read_body(NothingPayload, may_be_empty=True)
        return actions.rotate(
            caller.db, caller.merchant_id, id_of(endpoint_id), caller.actor, terms(), once=once
        )

    return _opened(carry_out(caller, 200, _with_secret, act))


def try_webhook(caller: Caller, endpoint_id: str) -> Response:
    """Send an endpoint the event webhook.test, which tells of nothing."""

    def act(once: Once) -> object:
        read_body(NothingPayload, may_be_empty=True)
        return deliveries.send_trial(caller.db, caller.merchant_id, id_of(endpoint_id), once=once)

    return carry_out(caller, 202, queries.delivery, act)


def list_deliveries(caller: Caller, endpoint_id: str) -> Response:
    """List what an endpoint was told, newest first, in pages."""
    lists.refuse_others(())
    return answer(
        queries.deliveries(
            caller.db,
            caller.merchant_id,
            id_of(endpoint_id),
            cursor=lists.cursor(),
            limit=lists.limit(),
        )
    )


def terms() -> EndpointTerms:
    """Give the terms of this installation."""
    settings = services().settings
    return EndpointTerms(settings.derived_keys(actions.SEALING), loopback=settings.mode is Mode.DEMO)


def _with_secret(tx: Transaction, made: NewSecret) -> EndpointSecretDocument:
    return queries.with_secret(tx, made.endpoint_id, made.sealed.decode())


def _opened(response: Response) -> Response:
    """Open the secret of an answer: what is kept for repeated calls holds it sealed."""
    if response.status_code not in {200, 201}:
        return response
    document = json.loads(response.get_data())
    document["secret"] = queries.opened(services().settings.derived_keys(actions.SEALING), document["secret"])
    response.set_data(json.dumps(document, ensure_ascii=False))
    return response

"""Stores send a failed refund again."""

from flask import Response

from console.api.answers import carry_out
from console.api.auth import Caller
from console.api.cancellations import id_of
from console.api.payloads import NothingPayload
from shared.actions import refunds
from shared.queries import documents
from shared.storage.idempotency import Once
from shared.web.strict_json import read_body


def retry_refund(caller: Caller, refund_id: str) -> Response:
    """Send a failed refund again; the answer are the rows that took its place."""

    def act(once: Once) -> object:
        read_body(NothingPayload, may_be_empty=True)
        return refunds.retry(caller.db, caller.merchant_id, id_of(refund_id), caller.actor, once=once)

    return carry_out(caller, 202, documents.refunds, act)

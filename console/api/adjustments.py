"""Stores give part of the price of what has shipped back."""

from flask import Response

from console.api.answers import carry_out
from console.api.auth import Caller
from console.api.payloads import AdjustmentPayload
from shared.actions import adjustments
from shared.queries import adjustment_documents, documents
from shared.storage.idempotency import Once
from shared.web.strict_json import read_body


def adjust_price(caller: Caller, number: str) -> Response:
    """Give part of the price back; no unit is canceled by it."""

    def act(once: Once) -> object:
        payload = read_body(AdjustmentPayload)
        order = documents.known_order(caller.db, caller.merchant_id, number)
        adjustment = adjustments.Adjustment(
            amounts=payload.amounts(order.lines),
            shipping_minor=payload.shipping,
            reason=payload.reason,
            memo=payload.memo,
            message=payload.message,
        )
        return adjustments.adjust(
            caller.db, caller.merchant_id, order.id, adjustment, caller.actor, once=once
        )

    return carry_out(caller, 201, adjustment_documents.adjustment, act)

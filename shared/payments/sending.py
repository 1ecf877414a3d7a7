"""Send one refund: note the try, call the gateway outside any transaction, take its answer."""

import logging
from uuid import UUID

from shared.actions import refund_outcomes
from shared.actions.refund_outcomes import Sending
from shared.domain.gateways import Trouble
from shared.domain.ids import MerchantId
from shared.domain.refunds import RefundKind
from shared.payments.connections import Connections
from shared.ports import GatewayAnswer, GatewayRefused, GatewayState, PaymentGateway
from shared.storage.engine import Database

log = logging.getLogger(__name__)

# These say that the gateway was not reached this time; what an earlier try has done they do not say.
_OF_THIS_TRY = frozenset({Trouble.ACCESS_DENIED, Trouble.NOT_CONNECTED})


def send(db: Database, connect: Connections, merchant_id: MerchantId, refund_id: UUID) -> None:
    """Send a refund or a void under its own key; raises when nobody can tell what came of it."""
    sending = refund_outcomes.begin(db, merchant_id, refund_id)
    if sending is None:
        return
    try:
        answer = _ask(connect(merchant_id, sending.gateway), sending)
    except GatewayRefused as refusal:
        if refusal.trouble in _OF_THIS_TRY and not sending.is_first:
            raise UnknownOutcome(str(refusal)) from refusal
        log.warning("refund %s was refused: %s", refund_id, refusal)
        answer = GatewayAnswer(GatewayState.FAILED, "", refusal.trouble, refusal.captured_minor)
    refund_outcomes.take(db, merchant_id, refund_id, answer)


def look_up(db: Database, connect: Connections, merchant_id: MerchantId, refund_id: UUID) -> None:
    """Ask what became of a refund that a gateway has taken on and not told the end of."""
    sending = refund_outcomes.waiting(db, merchant_id, refund_id)
    gateway = connect(merchant_id, sending.gateway) if sending else None
    if sending is None or gateway is None:
        return
    answer = gateway.look_up(sending.order)
    if answer is not None:
        refund_outcomes.take(db, merchant_id, refund_id, answer)


class UnknownOutcome(Exception):
    """An earlier try may have gone through, and the gateway cannot be asked just now."""


def _ask(gateway: PaymentGateway | None, sending: Sending) -> GatewayAnswer:
    if gateway is None:
        raise GatewayRefused(Trouble.NOT_CONNECTED)
    if sending.kind is RefundKind.VOID:
        return gateway.void(sending.order)
    found = gateway.look_up(sending.order) if sending.is_late else None
    return found or gateway.refund(sending.order)

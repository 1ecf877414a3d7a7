"""Where payment gateways tell how refunds went; each merchant's account has an address of its own."""

from flask import Response, request
from werkzeug.exceptions import BadRequest

from console.api.answers import answer
from shared.actions import reported_refunds
from shared.payments import stripe_events
from shared.payments.stripe_events import BadEvent, SeenDispute
from shared.queries import gateways
from shared.queries.document_values import ReceivedDocument
from shared.sealing import PURPOSE
from shared.web.security import FORM_LIMIT
from shared.web.services import services


def take_in_stripe_event(token: str) -> Response:
    """Take in one signed event of Stripe; who cannot sign is told nothing."""
    request.max_content_length = FORM_LIMIT
    body = request.get_data()
    db = services().db
    account = gateways.behind(db, token, services().settings.derived_keys(PURPOSE))
    try:
        seen = stripe_events.read(body, request.headers.get("Stripe-Signature", ""), account.webhook_secret)
    except BadEvent as error:
        raise BadRequest(str(error)) from error
    for one in seen:
        if isinstance(one, SeenDispute):
            reported_refunds.note_dispute(db, account.merchant_id, one.payments, is_open=one.is_open)
        else:
            reported_refunds.note_refund(db, account.merchant_id, one)
    return answer(ReceivedDocument(received=True))

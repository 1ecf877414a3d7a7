"""What stores hear by webhook: of which events, at how many endpoints, under which secret for how long."""

from datetime import timedelta
from enum import StrEnum

from shared.domain.events import Event

MOST_ENDPOINTS = 20
SECRET_PREFIX = "whsec_"  # noqa: S105 - what secrets begin with, no secret
# How long the secret before the present one still signs beside it.
OLD_SECRET_LASTS = timedelta(hours=24)
# Who has not answered is called by one worker at a time, which takes no longer than this.
LONGEST_CALL = timedelta(seconds=30)
# This many tries in a row without an answer, and the endpoint is left alone for so long after the last one.
SILENT_TRIES = 5
SILENT_REST = timedelta(minutes=1)

# In the order in which they are offered.
TOLD = (
    Event.CANCELLATION_REQUESTED,
    Event.CANCELLATION_ACCEPTED,
    Event.CANCELLATION_DECLINED,
    Event.CANCELLATION_WITHDRAWN,
    Event.CANCELLATION_REINSTATED,
    Event.REFUND_SENT,
    Event.REFUND_FAILED,
    Event.RESTOCKED,
    Event.ORDER_TAKEN_IN,
    Event.ORDER_SHIPPED,
    Event.CASE_OPENED,
    Event.CASE_REPLIED,
)
# Whoever asks for no events in particular hears of all but these: an import may bring a million orders.
ON_REQUEST = frozenset({Event.ORDER_TAKEN_IN})
# Not something that has happened: the merchant tries whether the endpoint hears.
TRIAL = "webhook_test"


class EndpointState(StrEnum):
    """Whether an endpoint is told of events: `disabled` means that it answered 410, Gone."""

    ACTIVE = "active"
    PAUSED = "paused"
    DISABLED = "disabled"


class DeliveryState(StrEnum):
    """How far the delivery of one event to one endpoint is; `ready` waits for its first or next try."""

    READY = "ready"
    SENT = "sent"
    FAILED = "failed"


def topic(event: str) -> str:
    """Name an event as webhooks do: cancellation_requested is cancellation.requested."""
    return event.replace("_", ".", 1)


TOPICS = {topic(event): event for event in TOLD}

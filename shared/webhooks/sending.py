"""Send one webhook: note the try, call the endpoint outside any transaction, take its answer."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit
from uuid import UUID

from shared.actions import deliveries
from shared.actions.webhooks import SEALING
from shared.domain.ids import MerchantId
from shared.ports import Later, NoAnswer, Refused, Transport
from shared.queries import webhook_bodies
from shared.sealing import unseal
from shared.settings import Mode, Settings
from shared.storage.engine import Database
from shared.webhooks.signing import signed_headers
from shared.webhooks.transport import WebTransport

_ALWAYS = {"Content-Type": "application/json", "User-Agent": "Rescind", "Connection": "close"}


@dataclass(frozen=True, slots=True)
class Messenger:
    """The way to endpoints, and the keys that open their secrets."""

    transport: Transport
    keys: Sequence[str] = field(repr=False)


class NotTaken(Exception):
    """The endpoint answered, and did not take the event."""


def messenger_of(settings: Settings) -> Messenger:
    """Make the way that the settings allow: a demo may call programs on its own machine."""
    own_host = urlsplit(settings.base_url).hostname or ""
    transport = WebTransport(loopback=settings.mode is Mode.DEMO, own_host=own_host)
    return Messenger(transport, settings.derived_keys(SEALING))


def deliver(db: Database, messenger: Messenger, merchant_id: MerchantId, delivery_id: UUID) -> None:
    """Try to bring an event to its endpoint; raises unless it was taken, Refused when no try shall follow."""
    attempt = deliveries.begin(db, merchant_id, delivery_id)
    if attempt is None:
        return
    body = webhook_bodies.body(db, merchant_id, delivery_id)
    secrets = [unseal(messenger.keys, sealed) for sealed in attempt.secrets]
    # Receivers compare this instant with their own clock, so it is the real one.
    headers = signed_headers(str(attempt.event_id), body, secrets, datetime.now(UTC))
    try:
        reply = messenger.transport.deliver(attempt.url, {**_ALWAYS, **headers}, body)
    except NoAnswer:
        deliveries.take(db, merchant_id, delivery_id, None)
        raise
    if deliveries.take(db, merchant_id, delivery_id, reply.status):
        return
    if reply.status == deliveries.GONE:
        raise Refused("the endpoint is gone")
    if reply.retry_after is not None:
        raise Later(f"answered {reply.status}", reply.retry_after)
    raise NotTaken(f"answered {reply.status}")

"""Sign webhooks as Standard Webhooks 1.0.0 says, with one secret or, while it is replaced, with two."""

from collections.abc import Sequence
from datetime import UTC, datetime

from standardwebhooks import Webhook


def signed_headers(event_id: str, body: bytes, secrets: Sequence[str], at: datetime) -> dict[str, str]:
    """Make the headers of one try: the event's id, when the try was made, and a signature per secret."""
    moment, text = at.astimezone(UTC), body.decode()
    signatures = (Webhook(secret).sign(event_id, moment, text) for secret in secrets)
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(signatures),
    }

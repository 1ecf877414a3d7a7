"""Who is acting: an argument of every action, never read from a session below the faces."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class ActorKind(StrEnum):
    """The kinds of actor. The values stand in timeline entries and in a cancellation's `source`."""

    BUYER = "buyer"
    MERCHANT_USER = "merchant_user"
    STORE = "store"
    FEED = "feed"
    SYSTEM = "system"
    SUPPORT_AGENT = "support_agent"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody or something that acts: `id` names the user or key, `name` is what people read.

    `address` is the network address the wish came from, "" where none did.
    """

    kind: ActorKind
    id: UUID | None = None
    name: str = ""
    address: str = ""


BUYER = Actor(ActorKind.BUYER)
SYSTEM = Actor(ActorKind.SYSTEM)

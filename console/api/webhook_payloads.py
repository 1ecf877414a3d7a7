"""What the bodies of calls about webhooks may hold."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from shared.domain.destinations import LONGEST
from shared.domain.webhooks import TOPICS
from shared.web.payload_types import NotNull
from shared.web.strict_json import Payload


def _topic(name: str) -> str:
    if name not in TOPICS:
        raise ValueError(f"is one of {', '.join(TOPICS)}")
    return name


def _each_once(names: list[str]) -> list[str]:
    if len(set(names)) < len(names):
        raise ValueError("names an event twice")
    return names


Topic = Annotated[str, AfterValidator(_topic)]
Topics = Annotated[list[Topic], Field(max_length=len(TOPICS)), AfterValidator(_each_once)]
Url = Annotated[str, Field(min_length=1, max_length=LONGEST)]


class EndpointPayload(Payload):
    """An endpoint to add; without `events` it hears of all but order.taken_in."""

    url: Url
    events: Topics = Field(default_factory=list)

    def names(self) -> tuple[str, ...]:
        """Give the events by their own names."""
        return tuple(TOPICS[name] for name in self.events)


class EndpointChangePayload(Payload):
    """What is new of an endpoint."""

    url: Annotated[Url | None, NotNull] = None
    events: Annotated[Topics | None, NotNull] = None
    state: Annotated[Literal["active", "paused"] | None, NotNull] = None

    def names(self) -> tuple[str, ...] | None:
        """Give the events by their own names, None where they stay."""
        return None if self.events is None else tuple(TOPICS[name] for name in self.events)

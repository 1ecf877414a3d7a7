"""How one side reads a conversation: what it calls the authors, and where it finds the pictures."""

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from shared.queries.support_values import MessageView
from shared.web.picture_field import ACCEPTED, pictures_hint


@dataclass(frozen=True, slots=True)
class Reading:
    """What a page needs to show the messages of a case and to take pictures with an answer."""

    who: Callable[[MessageView], str]
    picture_url: Callable[[UUID], str]
    accepted: str = ACCEPTED
    pictures_hint: str = field(default_factory=pictures_hint)

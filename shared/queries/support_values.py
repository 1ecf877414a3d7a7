"""What pages and e-mails show of cases: all a template may ask, decided."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.domain.actors import ActorKind
from shared.domain.ids import OrderId
from shared.domain.support import CaseState, MessageKind, OfferKind


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message of a case; `pictures` are the ids of those that came with it, in their order."""

    id: UUID
    kind: MessageKind
    author: ActorKind
    author_name: str
    body: str
    at: datetime
    pictures: tuple[UUID, ...]

    @property
    def is_note(self) -> bool:
        """Only the answering side reads it."""
        return self.kind is MessageKind.NOTE

    @property
    def is_buyers(self) -> bool:
        """The buyer wrote it."""
        return self.author is ActorKind.BUYER

    @property
    def is_operators(self) -> bool:
        """The operator's support wrote it."""
        return self.author is ActorKind.SUPPORT_AGENT


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case with all its messages, oldest first; `since` is when it came into its state (UTC)."""

    id: UUID
    order_id: OrderId | None
    order_number: str
    buyer_name: str
    category: str
    state: CaseState
    opened_at: datetime
    since: datetime
    assignee_id: UUID | None
    phone: str
    messages: tuple[MessageView, ...]

    @property
    def is_resolved(self) -> bool:
        """Nobody has to act any more."""
        return self.state is CaseState.RESOLVED


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case in a list, with the beginning of its newest message."""

    id: UUID
    order_id: OrderId
    order_number: str
    buyer_name: str
    category: str
    since: datetime
    assignee_name: str
    newest: str

    @property
    def version(self) -> str:
        """Something else whenever the row reads otherwise."""
        return f"{self.since.isoformat()} {self.assignee_name} {self.newest}"


@dataclass(frozen=True, slots=True)
class CaseList:
    """One page of cases, and the cursor of the next; "" where there is none."""

    rows: tuple[CaseRow, ...]
    next_cursor: str


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases are wanted; without `assignee_id` whoever has them."""

    state: CaseState = CaseState.OPEN
    assignee_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class OfferView:
    """What was given in a case, in minor units; `is_left` says that the store has still to be told."""

    id: UUID
    case_id: UUID
    kind: OfferKind
    amount_minor: int
    currency: str
    code: str
    replacement_id: UUID | None
    replacement_number: str
    offered_at: datetime
    offered_by: str
    is_left: bool


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of the team who may answer."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class ReplyView:
    """A canned reply, as it was written."""

    id: UUID
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class PictureView:
    """A picture to be served."""

    mimetype: str
    body: bytes

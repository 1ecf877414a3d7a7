"""A cancellation policy as JSON; what this version cannot honor is refused by name."""

from typing import Annotated

from pydantic import AfterValidator, Field

from shared.domain.policy import Mode, Policy, ShippingPolicy, SilenceOutcome, WindowFrom
from shared.web.strict_json import Payload

_MOST_HOURS = 10 * 365 * 24
_MOST_UNDO_MINUTES = 7 * 24 * 60


def _known_mode(value: str) -> str:
    if value not in set(Mode):
        raise ValueError("this version offers the modes automatic and review")
    return value


def _locked(value: str) -> str:
    if value != "lock":
        raise ValueError("this version offers lock alone")
    return value


def _nothing(value: object) -> object:
    if value:
        raise ValueError("this version does not offer it")
    return value


class PolicyPayload(Payload):
    """What a merchant allows; each default is the product's."""

    mode: Annotated[str, AfterValidator(_known_mode)] = Mode.REVIEW
    window_hours: Annotated[int, Field(ge=0, le=_MOST_HOURS)] | None = None
    window_from: Annotated[WindowFrom, Field(strict=False)] = WindowFrom.ORDERED
    pending: bool = True
    silence_hours: Annotated[int, Field(ge=1, le=_MOST_HOURS)] | None = None
    silence_outcome: Annotated[SilenceOutcome, Field(strict=False)] = SilenceOutcome.ACCEPT
    undo_minutes: Annotated[int, Field(ge=0, le=_MOST_UNDO_MINUTES)] = 0
    shipping: Annotated[ShippingPolicy, Field(strict=False)] = ShippingPolicy.LAST_UNIT
    discount: Annotated[str, AfterValidator(_locked)] = "lock"
    fee: Annotated[object, AfterValidator(_nothing)] = None
    rules: Annotated[list[object], AfterValidator(_nothing)] = Field(default_factory=list)

    def policy(self) -> Policy:
        """Say it as the core takes it."""
        return Policy(
            mode=Mode(self.mode),
            window_hours=self.window_hours,
            window_from=self.window_from,
            pending=self.pending,
            silence_hours=self.silence_hours,
            silence_outcome=self.silence_outcome,
            undo_minutes=self.undo_minutes,
            shipping=self.shipping,
        )

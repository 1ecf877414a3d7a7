"""Refusals: what the domain answers when something may not be, each with a stable code."""


class Refusal(Exception):
    """A request that was understood and may not be carried out; `code` is public."""

    code = "refused"

    def __init__(self, detail: str = "", **facts: object) -> None:
        """Keep a sentence for people and the facts a face may show beside it."""
        super().__init__(detail or self.code)
        self.detail = detail
        self.facts = facts


class NotFound(Refusal):
    """The thing does not exist, or is another merchant's: the two are never told apart."""

    code = "not_found"


class NotEligible(Refusal):
    """Some of the units asked for may not be canceled; `facts["blockers"]` says why."""

    code = "not_eligible"


class QuoteChanged(Refusal):
    """The order changed after the quote was shown; show the new one."""

    code = "quote_changed"


class PolicyChanged(Refusal):
    """Somebody else changed the policy after it was read; look at theirs before changing it again."""

    code = "policy_changed"


class AlreadyDecided(Refusal):
    """Somebody else has ended this request; `facts["state"]` says how."""

    code = "already_decided"


class NothingLeft(Refusal):
    """The order's payments hold less than what is to go back; `facts["left_minor"]` says how much."""

    code = "nothing_left"


class StillUnderWay(Refusal):
    """What this depends on has not come to an end yet; it is possible again when it has."""

    code = "still_under_way"


class EndpointOff(Refusal):
    """The webhook endpoint is told nothing just now; switch it on first."""

    code = "endpoint_off"


class UnderCancellation(Refusal):
    """The units are decided to be canceled: do not ship them."""

    code = "under_cancellation"


class InvalidContent(Refusal):
    """The content is wrong: unknown line, too many units, a duplicate line."""

    code = "invalid_content"


class BadAddress(InvalidContent):
    """The address is none that webhooks go to; its sentence says why."""

    code = "bad_address"


class ReasonNotOffered(InvalidContent):
    """The merchant has switched this reason off for whoever gives it; `facts["reason"]` names it."""

    code = "reason_not_offered"


class NoReasonLeft(InvalidContent):
    """A merchant must give a reason, so not all of them can be switched off."""

    code = "no_reason_left"


class AmbiguousSku(InvalidContent):
    """The SKU stands on two lines of the order; name the line by its id."""

    code = "ambiguous_sku"


class AlreadyExists(Refusal):
    """A thing of that name is there and differs."""

    code = "already_exists"


class StillNeeded(Refusal):
    """Something else stands on it: take that away, or put another in its place, first."""

    code = "still_needed"


class NotPermitted(Refusal):
    """The actor's role does not hold the permission."""

    code = "not_permitted"


class TooMany(Refusal):
    """It was asked for more often than it may be; it is possible again later."""

    code = "too_many_requests"

"""The words for the cancellation rate and for what Account health counts."""

from collections.abc import Mapping
from fractions import Fraction

from shared.domain.actors import ActorKind
from shared.domain.cancellation import RequestState
from shared.domain.metrics import RateLevel
from shared.rendering import N_, percent
from shared.rendering import gettext as _

_LEVELS: Mapping[RateLevel, str] = {
    RateLevel.CALM: N_("Below the limit of %(limit)s"),
    RateLevel.NEAR: N_("Close to the limit of %(limit)s"),
    RateLevel.ABOVE: N_("Above the limit of %(limit)s"),
}
_ASKERS: Mapping[ActorKind, str] = {
    ActorKind.BUYER: N_("Customers, on the order page"),
    ActorKind.MERCHANT_USER: N_("Your team, in the console"),
    ActorKind.STORE: N_("Your store, over the API"),
    ActorKind.FEED: N_("Bulk uploads"),
    ActorKind.SYSTEM: N_("Canceled in the shop itself"),
    ActorKind.SUPPORT_AGENT: N_("Support, on your behalf"),
}
_OUTCOMES: Mapping[RequestState, str] = {
    RequestState.REQUESTED: N_("Waiting for a decision"),
    RequestState.ACCEPTING: N_("Accepted, being carried out"),
    RequestState.ACCEPTED: N_("Canceled"),
    RequestState.DECLINED: N_("Declined"),
    RequestState.WITHDRAWN: N_("Withdrawn"),
}


def rate_level(level: RateLevel, limit: Fraction) -> str:
    """Say how near the limit a rate is."""
    return _(_LEVELS[level]) % {"limit": percent(limit)}


def asker(source: ActorKind) -> str:
    """Name those through whom cancellations are asked for."""
    return _(_ASKERS[source])


def outcome(state: RequestState) -> str:
    """Name what has become of requests."""
    return _(_OUTCOMES[state])
